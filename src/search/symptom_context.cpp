#include "search/symptom_context.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string_view>

#include "search/query.hpp"
#include "search/symptom_phrase.hpp"
#include "search/word_lists.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

using Mention = PhraseReading::Mention;

constexpr std::size_t syllable_bytes = 3;

bool holds_any(std::string_view text, WordList words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_complaint(const JudgedMatch& judged) {
  return judged.match.use == PatternUse::symptom && judged.remark == Remark::nothing;
}

// From a character to the end of its sentence, or as far as another character.
std::string_view rest_of_sentence(const SymptomPhrase& phrase, std::size_t begin, std::size_t sentence) {
  std::size_t end = begin;
  while (end < phrase.size() && phrase.sentence_of(end) == sentence) ++end;
  return phrase.between(begin, end);
}

std::string_view rest_behind(const SymptomPhrase& phrase, const SymptomToken& token) {
  return rest_of_sentence(phrase, token.end, token.sentence);
}

// What is brought about behind a token by "-게 하는", if an ending of the token or the next word is: 나 of "나게 하는
// 약".
std::optional<std::string_view> brought_about(std::string_view rest) {
  constexpr auto causing =
      std::to_array<std::string_view>({"게하는", "게만드는", "게해주는", "게하고싶", "게하려", "게할", "게만들"});
  constexpr auto denying = std::to_array<std::string_view>({"않", "안", "못", "말"});
  constexpr std::size_t longest = 4 * syllable_bytes;
  for (const std::string_view causes : causing) {
    const std::size_t at = rest.find(causes);
    if (at <= longest && !holds_any(rest.substr(0, at), denying)) return rest.substr(0, at);
  }
  return std::nullopt;
}

// 하다 of "설사하게 하는".
bool brings_about(const SymptomPhrase& phrase, const SymptomToken& token) {
  constexpr auto causing = std::to_array<std::string_view>({"하는", "만드는"});
  constexpr auto caused = std::to_array<std::string_view>({"하게", "나게", "지게", "되게"});
  return begins_with_any(rest_of_sentence(phrase, token.begin, token.sentence), causing) &&
         ends_with_any(phrase.between(0, token.begin), caused);
}

bool has_denial_before(const SymptomPhrase& phrase, const SymptomToken& token) {
  constexpr auto denying = std::to_array<std::string_view>({"안", "못", "덜"});
  return ends_with_any(phrase.between(0, token.begin), denying);
}

// Calls `use` with the tokens that a match is made of.
template <typename Use>
void for_each_token(const JudgedRow& row, const PatternMatch& match, Use use) {
  for (std::uint64_t left = match.tokens; left != 0; left &= left - 1) {
    use(row.phrase.tokens()[row.first + static_cast<std::uint32_t>(std::countr_zero(left))]);
  }
}

// Whether a noun of the match is the complaint without the rest of it: 열 of "열이 떨어지다".
bool is_named_by_a_noun(const JudgedRow& row, const PatternMatch& match, std::span<const Pattern> patterns) {
  bool is_named = false;
  for_each_token(row, match, [&](const SymptomToken& token) {
    if (!row.phrase.word(token).is_noun()) return;
    is_named |= std::ranges::any_of(patterns, [&](const Pattern& pattern) {
      const bool is_alone = pattern.use == match.use && pattern.entry == match.entry && pattern.parts.size() == 1;
      return is_alone && row.phrase.is(token, pattern.parts.front().words);
    });
  });
  return is_named;
}

// Verbs by which a complaint ends, and those by which it ends when a noun names it: 열이 내리다, but 입맛이 떨어지다.
bool always_ends_a_complaint(std::string_view form) {
  constexpr auto endings =
      std::to_array<std::string_view>({"뚫", "낫", "없어", "사라", "가라앉", "멎", "멈추", "그치", "풀리", "아물"});
  return holds_any(form, endings);
}

bool may_end_a_complaint(std::string_view form) {
  constexpr auto endings = std::to_array<std::string_view>({"떨어", "내리", "내려", "빠", "줄", "끊", "들어가"});
  return begins_with_any(form, endings);
}

// Whether a character belongs to a token of the match.
bool is_in_match(const JudgedRow& row, const PatternMatch& match, std::size_t character) {
  bool is_in = false;
  for_each_token(row, match,
                 [&](const SymptomToken& token) { is_in |= token.begin <= character && character < token.end; });
  return is_in;
}

// Whether a match is what "-게 하는 약" is to bring about.
bool is_wished_for(const JudgedRow& row, const PatternMatch& match, std::span<const Pattern> patterns) {
  bool is_wished = false;
  for_each_token(row, match, [&](const SymptomToken& token) {
    if (has_denial_before(row.phrase, token)) return;
    const auto ending = brought_about(rest_behind(row.phrase, token));
    if (!ending && !brings_about(row.phrase, token)) return;
    // 하얗게 of "이를 하얗게 하는 것" is what the table wants.
    if (ending && is_in_match(row, match, token.end + count_characters(*ending))) return;
    const bool is_noun = row.phrase.word(token).is_noun();
    const std::string_view verb =
        is_noun ? ending.value_or(std::string_view()) : row.phrase.between(token.begin, token.end);
    const bool is_ended =
        always_ends_a_complaint(verb) || (may_end_a_complaint(verb) && is_named_by_a_noun(row, match, patterns));
    is_wished |= !is_ended;
  });
  return is_wished;
}

// The rest behind a word that names a medicine: 변비약, 소화제, 파스. Nothing when it names none.
std::string_view rest_behind_medicine(const SymptomPhrase& phrase, const SymptomToken& token) {
  constexpr auto medicines =
      std::to_array<std::string_view>({"약", "제", "파스", "연고", "크림", "패치", "시럽", "주사", "수액"});
  const std::string_view rest = rest_behind(phrase, token);
  for (const std::string_view medicine : medicines) {
    if (rest.starts_with(medicine)) return rest.substr(medicine.size());
  }
  return ends_with_any(phrase.between(token.begin, token.end), medicines) ? rest : std::string_view();
}

// Whether a medicine was taken by what stands behind its name: "먹고 나서", "을 두 알 먹었더니", "바르는데". Not "먹고
// 싶어요", "먹어도 되나요", "먹는 약".
bool was_taken(std::string_view rest) {
  constexpr auto takings =
      std::to_array<std::string_view>({"먹", "복용", "마시", "마셨", "바르", "발랐", "붙이", "붙였", "넣", "쓰", "썼",
                                       "사용", "맞", "드시", "드셨", "드신"});
  constexpr auto endings = std::to_array<std::string_view>({"고",   "은",     "었",   "았",   "으니", "하고", "한",
                                                            "했",   "하는데", "하니", "는데", "는중", "더니", "이고",
                                                            "여서", "인",     "였",   "니까", "후",   "뒤",   "중"});
  constexpr auto wishes = std::to_array<std::string_view>({"고싶", "하고싶", "은적없", "한적없"});
  constexpr std::size_t farthest = 8 * syllable_bytes;
  for (const std::string_view taking : takings) {
    const std::size_t at = rest.find(taking);
    if (at > farthest) continue;
    const std::string_view ending = rest.substr(at + taking.size());
    const bool is_finished = taking.ends_with("셨") || taking.ends_with("신") || taking.ends_with("썼") ||
                             taking.ends_with("랐") || taking.ends_with("였");
    if (is_finished || (begins_with_any(ending, endings) && !begins_with_any(ending, wishes))) return true;
  }
  return false;
}

// Whether one complaint is said to bring another about, by what stands between them: "…아서", "… 때문에".
bool is_joined_by_cause(std::string_view between) {
  constexpr auto causes =
      std::to_array<std::string_view>({"서", "느라", "니까", "때문", "땜", "때매", "탓", "바람에", "인해", "의한"});
  constexpr auto no_causes = std::to_array<std::string_view>({"에", "면", "고", "에게", "한테"});
  constexpr std::size_t longest_ending = 5 * syllable_bytes;
  if (between == "로" || between == "으로") return true;
  return std::ranges::any_of(causes, [&](std::string_view cause) {
    const std::size_t at = between.find(cause);
    return at <= longest_ending && !(cause == "서" && ends_with_any(between.substr(0, at), no_causes));
  });
}

bool is_joined_by_condition(std::string_view between) {
  constexpr std::size_t longest_ending = 4 * syllable_bytes;
  const std::size_t at = between.find("면");
  return at <= longest_ending || between.starts_with("할때") || between.starts_with("ㄹ때");
}

}  // namespace

void set_wishes_aside(JudgedRow& row, std::span<const Pattern> patterns) {
  for (JudgedMatch& judged : row.matches) {
    if (is_complaint(judged) && is_wished_for(row, judged.match, patterns)) judged.remark = Remark::set_aside;
  }
}

bool drop_what_was_taken(JudgedRow& row) {
  bool is_taken = false;
  std::vector<std::uint32_t> taken;  // last tokens
  for (const JudgedMatch& judged : row.matches) {
    if (!is_complaint(judged)) continue;
    const SymptomToken& last = row.phrase.tokens()[judged.match.last];
    if (!was_taken(rest_behind_medicine(row.phrase, last))) continue;
    is_taken = true;
    taken.push_back(judged.match.last);
  }
  const auto is_of_taken = [&](const JudgedMatch& judged) {
    return is_complaint(judged) && std::ranges::find(taken, judged.match.last) != taken.end();
  };
  const bool has_other = std::ranges::any_of(
      row.matches, [&](const JudgedMatch& judged) { return is_complaint(judged) && !is_of_taken(judged); });
  if (has_other) std::erase_if(row.matches, is_of_taken);
  return is_taken;
}

void drop_similes(JudgedRow& row) {
  constexpr auto violent = std::to_array<std::string_view>(
      {"빠질", "터질", "깨질", "끊어질", "찢어질", "쪼개질", "뽑힐", "부러질", "부서질"});
  constexpr auto comparing = std::to_array<std::string_view>(
      {"거같이", "것같이", "것처럼", "거처럼", "듯이", "듯", "만큼", "정도로", "거마냥", "것마냥"});
  const std::vector<JudgedMatch> all = row.matches;
  const auto is_simile = [&](const JudgedMatch& judged) {
    const SymptomToken& last = row.phrase.tokens()[judged.match.last];
    if (!is_complaint(judged) || row.phrase.word(last).is_noun()) return false;
    const std::string_view from = rest_of_sentence(row.phrase, last.begin, last.sentence);
    const auto verb = std::ranges::find_if(violent, [&](std::string_view word) { return from.starts_with(word); });
    if (verb == violent.end() || !begins_with_any(from.substr(verb->size()), comparing)) return false;
    return std::ranges::any_of(all, [&](const JudgedMatch& other) {
      return is_complaint(other) && other.match.last > judged.match.last &&
             (other.match.tokens & judged.match.tokens) == 0;
    });
  };
  std::erase_if(row.matches, is_simile);
}

void mark_secondary(const SymptomPhrase& phrase, std::span<const TableEntry> concepts, std::span<Mention> mentions) {
  constexpr std::size_t farthest = 14;
  for (std::size_t i = 1; i < mentions.size(); ++i) {
    Mention& before = mentions[i - 1];
    Mention& behind = mentions[i];
    const bool is_near = before.end <= behind.begin && behind.begin - before.end <= farthest;
    if (!is_near || phrase.sentence_of(before.begin) != phrase.sentence_of(behind.begin)) continue;
    const std::string_view between = phrase.between(before.end, behind.begin);
    const bool is_vague = concepts[before.symptom].role == TableRole::circumstance;
    const bool is_result_vague = concepts[behind.symptom].role == TableRole::circumstance;
    if (is_joined_by_cause(between)) {
      (is_vague && !is_result_vague ? before : behind).is_secondary = true;
    } else if (is_vague && !is_result_vague && is_joined_by_condition(between)) {
      before.is_secondary = true;
    }
  }
}

bool drop_conditions(const SymptomPhrase& phrase, std::span<const TableEntry> concepts,
                     std::vector<Mention>& mentions) {
  constexpr auto having = std::to_array<std::string_view>(
      {"있", "앓", "환자", "인데", "라서", "약먹", "약을먹", "약복용", "안좋은데", "안좋아서", "나쁜데"});
  std::vector<std::size_t> conditions;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    if (concepts[mentions[i].symptom].role != TableRole::condition) continue;
    const std::size_t sentence = phrase.sentence_of(mentions[i].begin);
    std::string_view said = rest_of_sentence(phrase, mentions[i].begin, sentence);
    if (i + 1 < mentions.size() && phrase.sentence_of(mentions[i + 1].begin) == sentence) {
      said = phrase.between(mentions[i].begin, std::max(mentions[i + 1].begin, mentions[i].begin));
    }
    if (holds_any(said, having)) conditions.push_back(i);
  }
  if (conditions.empty() || conditions.size() == mentions.size()) return false;
  for (std::size_t i = conditions.size(); i-- > 0;) {
    mentions.erase(mentions.begin() + static_cast<std::ptrdiff_t>(conditions[i]));
  }
  return true;
}

}  // namespace pilling::search
