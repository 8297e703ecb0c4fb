#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sources/summary_synonyms.hpp"

/// Phrases of efficacy texts and of summaries in a form in which they can be compared.
namespace pilling::sources {

/// What is done about something: "예방", "보급", "소독" …; relief of any kind is "완화", and an aid of any kind "보조".
using Actions = std::set<std::string, std::less<>>;

inline constexpr std::string_view relief_action = "완화";
inline constexpr std::string_view aid_action = "보조";
inline constexpr std::string_view supply_action = "보급";

/// "눈의 피로 증상의 완화" is {눈피로}, {완화}, and speaks of symptoms.
struct Phrase {
  std::vector<std::string> words{};  ///< what it is about, without particles and filling words
  std::string object{};              ///< these in one, since blanks are set freely
  Actions actions{};                 ///< at its end
  bool speaks_of_symptoms = false;
};

/// `text` holds no brackets.
Phrase read_phrase(std::string_view text, const Synonyms& synonyms);

/// A word in its normal form without the particle at its end; 피로 is a noun.
std::string without_particle(std::string_view normal);

/// Whether the words about something are the action, as in "해열, 진통".
bool is_telling_action(std::string_view action);

/// The parts between commas outside of brackets.
std::vector<std::string_view> split_at_commas(std::string_view text);

/// The parts between commas, middle dots, "및", "와" and the like outside of brackets.
std::vector<std::string_view> split_at_joints(std::string_view text);

}  // namespace pilling::sources
