#include "search/symptom_grammar.hpp"

#include <algorithm>
#include <array>

#include "search/word_lists.hpp"
#include "text/keystrokes.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

char32_t final_of_first(std::string_view form) { return text::final_of(text::decode(form, 0).value); }

}  // namespace

bool begins_with_particle(std::string_view rest) {
  constexpr auto particles = std::to_array<std::string_view>(
      {"이",   "가",   "은",   "는",   "을",   "를",   "에",   "도", "만",   "의",   "로",     "랑",   "과",
       "와",   "나",   "쪽",   "안",   "속",   "밑",   "뒤",   "위", "옆",   "조",   "까지",   "하고", "부분",
       "부위", "부터", "주변", "주위", "양쪽", "한쪽", "전체", "끝", "때문", "인데", "입니다", "예요", "에요",
       "이요", "요",   "약",   "증",   "처럼", "땜",   "ㅠ",   "ㅜ", "ㅋ",   "ㅎ"});
  return rest.empty() || begins_with_any(rest, particles);
}

bool ends_in_adverb(std::string_view before) {
  constexpr auto adverbs = std::to_array<std::string_view>({"안", "못", "잘", "자꾸", "계속", "막", "많이", "심하게"});
  return ends_with_any(before, adverbs);
}

bool ends_in_connective(std::string_view before) {
  constexpr auto endings = std::to_array<std::string_view>({"고", "구", "서", "며", "데", "랑", "도", "과", "와", "나",
                                                            "만", "은", "는", "이", "가", "에", "요", "때", "면"});
  return ends_with_any(before, endings);
}

bool ends_in_negation(std::string_view before) {
  constexpr auto negations = std::to_array<std::string_view>({"안", "못"});
  return ends_with_any(before, negations);
}

bool ends_in_verb_ending(std::string_view before) {
  constexpr auto endings = std::to_array<std::string_view>({"다", "니", "해", "려", "져", "까", "게", "야", "어", "아",
                                                            "여", "워", "와", "자", "음", "함", "임", "됨", "남"});
  return ends_in_connective(before) || ends_with_any(before, endings);
}

bool looks_like_ending(std::string_view verb) {
  constexpr auto verbs =
      std::to_array<std::string_view>({"가다", "일다", "데다", "서다", "지다", "이다", "들다", "쉬다"});
  return contains_word(verbs, verb);
}

bool may_be_ending(std::string_view form, std::string_view next, bool begins_word, bool is_stem) {
  const char32_t final = final_of_first(form);
  if (final == text::final_nieun || final == text::final_rieul || final == text::final_mieum ||
      final == text::final_ssang_siot)
    return true;
  constexpr auto behind_stem =
      std::to_array<std::string_view>({"었", "어", "고", "은", "을", "지", "는", "으", "음", "았", "아", "혀", "혔"});
  // 입 of 입었어요, besides 갑 of 갑니다.
  if (final == text::final_bieup && is_stem && begins_with_any(next, behind_stem)) return true;
  if (final == text::final_bieup) return next.starts_with("니") || next.starts_with("시") || next.starts_with("디");
  // The stem itself ends in another consonant, as that of 붓다 does.
  if (final != text::final_none) return true;
  constexpr auto endings = std::to_array<std::string_view>(
      {"요", "서", "고", "구", "는", "다", "면", "며", "지", "진", "질", "니",   "네", "더", "기", "거", "게", "도",
       "음", "은", "을", "었", "았", "였", "어", "아", "야", "여", "려", "려고", "자", "시", "셔", "죠", "길", "군",
       "든", "나", "던", "ㅠ", "ㅜ", "ㅋ", "ㅎ", "ㄴ", "ㅁ", "ㅇ", "노", "제",   "유", "와", "왔", "온", "올", "옴",
       "오", "옵", "져", "졌", "겠", "세", "십", "신", "잖", "란", "라", "러",   "버", "삐", "대", "쌌", "싸", "쌓"});
  return begins_word || next.empty() || begins_with_any(next, endings);
}

bool may_be_attribute(std::string_view last_syllable) {
  const char32_t final = last_syllable.empty() ? 0 : final_of_first(last_syllable);
  return final == text::final_nieun || final == text::final_rieul;
}

bool is_plain_word(std::string_view form) {
  // Found by trying slips against everyday sentences: each lies one stroke beside a word of the bundled table.
  constexpr auto plain = std::to_array<std::string_view>(
      {"변기", "설마", "실사",   "기차", "지침", "가방", "마리", "버리",   "거리", "소리", "보리", "우리",
       "그런", "그래", "이제",   "어제", "오늘", "내일", "지금", "너무",   "정말", "진짜", "많이", "조금",
       "계속", "자꾸", "갑자기", "요즘", "요새", "아까", "아직", "벌써",   "제가", "저는", "저희", "어떻게",
       "어떤", "무슨", "무엇",   "추천", "부탁", "하고", "해서", "했는데", "있어", "없어", "같아", "때문",
       "부터", "까지", "약국",   "병원", "선생", "어디", "언제", "아니",   "아닌"});
  return begins_with_any(form, plain);
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
  return contains_word(joining, between);
}

}  // namespace pilling::search
