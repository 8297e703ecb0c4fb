#include "search/symptom_grammar.hpp"

#include <algorithm>
#include <array>

#include "text/keystrokes.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

template <std::size_t count>
using Words = std::array<std::string_view, count>;

template <std::size_t count>
bool any_begins(std::string_view text, const Words<count>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}

template <std::size_t count>
bool any_ends(std::string_view text, const Words<count>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.ends_with(word); });
}

struct Unit {
  std::string_view word;
  MeasureUnit unit;
};

char32_t final_of_first(std::string_view form) { return text::final_of(text::decode(form, 0).value); }

}  // namespace

Measure measure_after(std::string_view rest) {
  constexpr auto units = std::to_array<Unit>({{"도", MeasureUnit::degrees},
                                              {"℃", MeasureUnit::degrees},
                                              {"°c", MeasureUnit::degrees},
                                              {"c", MeasureUnit::degrees},
                                              {"개월", MeasureUnit::months},
                                              {"달된", MeasureUnit::months},
                                              {"일된", MeasureUnit::days_of_age},
                                              {"일아기", MeasureUnit::days_of_age},
                                              {"일신생아", MeasureUnit::days_of_age},
                                              {"알", MeasureUnit::pills},
                                              {"정", MeasureUnit::pills},
                                              {"개를먹", MeasureUnit::pills},
                                              {"개먹", MeasureUnit::pills},
                                              {"개나먹", MeasureUnit::pills},
                                              {"개씩", MeasureUnit::pills},
                                              {"봉지", MeasureUnit::pills},
                                              {"캡슐", MeasureUnit::pills}});
  for (const Unit& unit : units) {
    if (!rest.starts_with(unit.word)) continue;
    // What follows the unit itself is a verb that the phrase needs.
    const bool is_verb = unit.unit == MeasureUnit::pills && unit.word.starts_with("개");
    return {.unit = unit.unit, .length = is_verb ? std::string_view("개").size() : unit.word.size()};
  }
  return {};
}

bool begins_with_particle(std::string_view rest) {
  constexpr auto particles = std::to_array<std::string_view>(
      {"이",   "가",   "은",   "는",   "을",   "를",   "에",   "도", "만",   "의",   "로",     "랑",   "과",
       "와",   "나",   "쪽",   "안",   "속",   "밑",   "뒤",   "위", "옆",   "조",   "까지",   "하고", "부분",
       "부위", "부터", "주변", "주위", "양쪽", "한쪽", "전체", "끝", "때문", "인데", "입니다", "예요", "에요",
       "이요", "요",   "약",   "증",   "처럼", "땜",   "ㅠ",   "ㅜ", "ㅋ",   "ㅎ"});
  return rest.empty() || any_begins(rest, particles);
}

bool ends_in_adverb(std::string_view before) {
  constexpr auto adverbs = std::to_array<std::string_view>({"안", "못", "잘", "자꾸", "계속", "막", "많이", "심하게"});
  return any_ends(before, adverbs);
}

bool ends_in_connective(std::string_view before) {
  constexpr auto endings = std::to_array<std::string_view>({"고", "구", "서", "며", "데", "랑", "도", "과", "와", "나",
                                                            "만", "은", "는", "이", "가", "에", "요", "때", "면"});
  return any_ends(before, endings);
}

bool looks_like_ending(std::string_view verb) {
  constexpr auto verbs =
      std::to_array<std::string_view>({"가다", "일다", "데다", "서다", "지다", "이다", "들다", "쉬다"});
  return std::ranges::find(verbs, verb) != verbs.end();
}

bool may_be_ending(std::string_view form, std::string_view next, bool begins_word) {
  const char32_t final = final_of_first(form);
  if (final == text::final_nieun || final == text::final_rieul || final == text::final_mieum ||
      final == text::final_ssang_siot)
    return true;
  if (final == text::final_bieup) return next.starts_with("니") || next.starts_with("시") || next.starts_with("디");
  // The stem itself ends in another consonant, as that of 붓다 does.
  if (final != text::final_none) return true;
  constexpr auto endings = std::to_array<std::string_view>(
      {"요", "서", "고", "구", "는", "다", "면", "며", "지", "진", "질", "니",   "네", "더", "기", "거", "게", "도",
       "음", "은", "을", "었", "았", "였", "어", "아", "야", "여", "려", "려고", "자", "시", "셔", "죠", "길", "군",
       "든", "나", "던", "ㅠ", "ㅜ", "ㅋ", "ㅎ", "ㄴ", "ㅁ", "ㅇ", "노", "제",   "유", "와", "왔", "온", "올", "옴",
       "오", "옵", "져", "졌", "겠", "세", "십", "신", "잖", "란", "라", "러",   "버", "삐", "대", "쌌", "싸", "쌓"});
  return begins_word || next.empty() || any_begins(next, endings);
}

bool may_be_attribute(std::string_view last_syllable) {
  const char32_t final = last_syllable.empty() ? 0 : final_of_first(last_syllable);
  return final == text::final_nieun || final == text::final_rieul;
}

bool is_plain_word(std::string_view form) {
  // Found by trying slips against everyday sentences: each lies one stroke beside a word of the bundled table.
  constexpr auto plain = std::to_array<std::string_view>(
      {"변기", "설마", "실사",   "기차", "지침",   "가방", "마리", "버리", "거리", "소리", "보리",
       "우리", "그런", "그래",   "이제", "어제",   "오늘", "내일", "지금", "너무", "정말", "진짜",
       "많이", "조금", "계속",   "자꾸", "갑자기", "요즘", "요새", "아까", "아직", "벌써", "제가",
       "저는", "저희", "어떻게", "어떤", "무슨",   "무엇", "추천", "부탁", "하고", "해서", "했는데",
       "있어", "없어", "같아",   "때문", "부터",   "까지", "약국", "병원", "선생", "어디", "언제"});
  return any_begins(form, plain);
}

bool are_only_joining(std::string_view between) {
  constexpr auto joining = std::to_array<std::string_view>(
      {"그리고", "이랑", "하고", "하며", "이나", "에서", "쪽", "이", "가", "은", "는", "을", "를",
       "에",     "도",   "만",   "의",   "로",   "랑",   "과", "와", "나", "및", "며", "고"});
  while (!between.empty()) {
    const auto found = std::ranges::find_if(joining, [&](std::string_view word) { return between.starts_with(word); });
    if (found == joining.end()) return false;
    between.remove_prefix(found->size());
  }
  return true;
}

bool are_coordinated(std::string_view between) {
  constexpr auto joining =
      std::to_array<std::string_view>({"", "이나", "나", "과", "와", "랑", "이랑", "하고", "및", "또는", "도", "그리고",
                                       "든", "이든", "이든지", "든지", "이고", "고", "에"});
  return std::ranges::find(joining, between) != joining.end();
}

}  // namespace pilling::search
