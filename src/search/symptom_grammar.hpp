#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pilling::search {

class SymptomPhrase;
struct SymptomToken;
enum class Remark : std::uint8_t;

/// The function words of Korean that symptom search knows: particles, endings, denials. The words that mean something
/// are in the table of concepts.

/// Particles, and what else may follow a noun within its word.
bool begins_with_particle(std::string_view rest);

/// Whether there is nothing but particles between two nouns.
bool are_only_joining(std::string_view between);

/// Whether two nouns stand in a row: "열이나 기침", "두통, 치통", "콧물 재채기".
bool are_coordinated(std::string_view between);

/// Whether a normal form ends in 안, 못, 잘 and the like, so that a verb may follow without a blank.
bool ends_in_adverb(std::string_view before);

/// Whether a normal form ends in 안 or 못, so that even a verb that looks like an ending follows: 숨을 못쉬어요.
bool ends_in_negation(std::string_view before);

/// Whether a normal form ends in an ending or a particle behind which a noun may follow without a blank.
bool ends_in_connective(std::string_view before);

/// The same of what ends in an ending of a verb for sure: 먹다목에, 숙일수없게목이.
bool ends_in_verb_ending(std::string_view before);

/// Whether a verb of one syllable looks like an ending or a particle within a word.
bool looks_like_ending(std::string_view verb);

/// Whether a stem of one syllable goes on as verbs do: `form` begins with the syllable, `next` is what follows it.
/// `is_stem` tells that the syllable is all of the stem, with no ending in it.
bool may_be_ending(std::string_view form, std::string_view next, bool begins_word, bool is_stem);

/// Whether a verb that ends in this syllable may be an attribute of what follows: 막힌, 아픈, 거리는, 터질.
bool may_be_attribute(std::string_view last_syllable);

/// Whether a noun says of others whether they are there: 없음, 것, 말고. None may be a word of a table.
bool is_grammar_word(std::string_view form);

/// Words so common that no slip of the finger is looked for in them.
bool is_plain_word(std::string_view form);

/// Sets `is_denied`, `is_unable` and `is_past` of a verb.
void mark_denial(const SymptomPhrase& phrase, SymptomToken& token);

/// Sets `nouns` of all: those before a verb, or else those of the verb before it, or those that it is an attribute of.
void link_nouns(const SymptomPhrase& phrase, std::vector<SymptomToken>& tokens);

/// What is said of a noun or a verb behind it.
Remark remark_behind(const SymptomPhrase& phrase, const SymptomToken& token);

}  // namespace pilling::search
