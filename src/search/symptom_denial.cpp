#include <algorithm>
#include <array>
#include <cctype>

#include "search/symptom_grammar.hpp"
#include "search/symptom_phrase.hpp"
#include "search/word_lists.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

std::string_view without_characters(std::string_view text, std::size_t count) {
  for (; count > 0 && !text.empty(); --count) text.remove_prefix(text::decode(text, 0).size);
  return text;
}

constexpr auto negations = std::to_array<std::string_view>({"않", "안", "못", "아니", "말"});
constexpr auto nominal = std::to_array<std::string_view>({"지는", "지도", "지가", "지를", "지", "진", "질"});
constexpr auto of_roots = std::to_array<std::string_view>({"고싶", "거리", "대", "하", "이", "되"});
constexpr auto wishes = std::to_array<std::string_view>({"게", "도록", "으려", "려고", "려면"});

// "안 아프게 해 주세요", "가렵지 않게": what is wished for is not there yet.
bool is_wish(std::string_view rest) { return begins_with_any(rest, wishes); }

bool is_denied_behind(std::string_view rest, bool& is_unable) {
  take_longest(rest, of_roots);
  if (!take_longest(rest, nominal)) return false;
  const std::string_view negation = rest.substr(0, std::min<std::size_t>(rest.size(), 3));
  if (!take_longest(rest, negations) || is_wish(rest)) return false;
  is_unable = negation == "못";
  return !is_unable;
}

bool is_unable_behind(std::string_view rest) {
  constexpr auto ways = std::to_array<std::string_view>(
      {"수가없", "수도없", "수없", "수는없", "을수없", "을수가없", "기힘", "기가힘", "기도힘", "기어려", "기가어려",
       "기어렵", "기가어렵", "기곤란", "는게힘", "는것도힘", "는것이힘", "기불편"});
  take_longest(rest, of_roots);
  return begins_with_any(rest, ways);
}

// Whether 안 or 못 stands before a verb as a word of its own. 입안 is none.
bool has_adverb_before(const SymptomPhrase& phrase, const SymptomToken& token, std::string_view adverb) {
  if (token.begin == 0 || phrase.between(token.begin - 1, token.begin) != adverb) return false;
  const std::size_t at = token.begin - 1;
  for (const SymptomToken& other : phrase.tokens()) {
    if (other.begin <= at && at < other.end) return false;
    if (other.end == at) return true;
  }
  constexpr auto before = std::to_array<std::string_view>({"이", "가", "은", "는", "을", "를", "도", "에", "만", "로",
                                                           "서", "고", "혀", "별", "데", "게", "직", "시", "지", "째",
                                                           "터", "면", "요", "며", "나", "꾸", "의", "까", "속"});
  return phrase.begins_word(at) || begins_with_any(phrase.between(at - 1, at), before);
}

// "가슴 안아픔". With a blank between, 안 may be an inside: 귀 안 가려움.
bool is_denied_nominal(const SymptomPhrase& phrase, const SymptomToken& token) {
  constexpr auto nominals = std::to_array<std::string_view>({"픔", "움", "림", "힘", "쉼", "짐"});
  const std::string_view last = phrase.between(token.end - 1, token.end);
  const bool is_nominal = contains_word(nominals, last);
  return is_nominal && !phrase.begins_word(token.begin) && has_adverb_before(phrase, token, "안");
}

bool is_past(std::string_view last, std::string_view rest) {
  for (const std::string_view form : {last, rest}) {
    if (form.empty()) continue;
    const char32_t final = text::final_of(text::decode(form, 0).value);
    if (final == text::final_ssang_siot || final == text::final_mieum) return true;
  }
  return rest.starts_with("어졌") || rest.starts_with("아졌") || rest.starts_with("어지고");
}

// What may stand between a noun or a verb and what is said of it.
constexpr auto particles =
    std::to_array<std::string_view>({"이", "가", "은", "는", "도", "을", "를", "의", "만", "까지", "조차", "마저",
                                     "이나", "나", "같은", "쪽은", "기는"});
constexpr auto adverbs = std::to_array<std::string_view>(
    {"전혀",   "별로",   "하나도", "거의",   "아예",   "딱히",   "특별히", "다",     "이제",     "이젠", "이제는",
     "지금은", "지금",   "현재",   "현재는", "오늘은", "오늘",   "요즘은", "요새는", "다행히",   "증상", "증상은",
     "증상이", "증상도", "증세",   "증세는", "느낌",   "느낌은", "완전히", "싹",     "어느정도", "많이", "이미"});
// A verb made a noun: without one of these, 없다 is not said of it.
constexpr auto things = std::to_array<std::string_view>(
    {"건",   "것",   "것은", "것이", "거",   "거는", "게",     "데",     "데는", "데가",   "곳",
     "곳은", "곳이", "적",   "적은", "적이", "증상", "증상은", "증상이", "느낌", "느낌은", "느낌이",
     "일은", "건은", "것도", "데도", "거도", "때문", "때문은", "때문에", "탓",   "탓은"});
// The end of a clause. Behind it, only what is over may be said of what comes before.
constexpr auto clause_ends = std::to_array<std::string_view>(
    {"는데",     "은데",       "다가",   "더니",     "지만",     "었는데",   "았는데",   "었다가",
     "았다가",   "었지만",     "았지만", "있었는데", "있었다가", "있다가",   "있었지만", "있더니",
     "났는데",   "났다가",     "나다가", "나더니",   "났었는데", "났지만",   "했는데",   "했다가",
     "하다가",   "하더니",     "했지만", "심했는데", "심했다가", "심했지만", "심하다가", "걸렸는데",
     "걸렸다가", "걸렸었는데", "왔는데", "왔다가",   "왔지만",   "거렸는데", "거리다가", "거리더니",
     "댔는데",   "대다가",     "데",     "왔었는데", "했었는데", "었었는데", "았었는데", "있었었는데"});
// Of verbs: the rest of an ending before a thing.
constexpr auto attributes = std::to_array<std::string_view>(
    {"는", "은", "던", "었던", "았던", "거리는", "대는", "하는", "한", "했던", "거리던", "거린", "운", "울"});
constexpr auto gone = std::to_array<std::string_view>(
    {"나았",     "나아졌", "나아서", "나음",     "낳았",     "괜찮아졌", "괜찮고", "괜찮은데", "괜찮습",   "괜찮아요",
     "괜찮음",   "괜찮네", "괜찮다", "괜찮지만", "괜찮아서", "괜찮구",   "사라졌", "사라지고", "없어졌",   "없어지고",
     "멈췄",     "멈추고", "멈추었", "멎었",     "멎고",     "멎어서",   "그쳤",   "그치고",   "가라앉",   "좋아졌",
     "좋아지고", "내렸",   "내려갔", "내리고",   "떨어졌",   "떨어지고", "빠졌",   "가셨",     "풀렸",     "회복됐",
     "회복했",   "회복되", "완치",   "해결됐",   "해결되",   "끝났",     "나은거", "줄었",     "줄어들었", "나은것",
     "나은상태", "안정됐", "다나았", "좋아짐",   "사라짐",   "없어짐",   "멈춤",   "나은데",   "나은후",   "낫고"});
constexpr auto set_aside = std::to_array<std::string_view>({"빼고", "빼면", "말고", "제외", "대신"});
constexpr auto absences = std::to_array<std::string_view>({"없", "아니", "아닌", "아님"});
constexpr auto not_absences = std::to_array<std::string_view>(
    {"없어지", "없어질", "없어져", "없애", "없앨", "없앴", "없어진", "아닌가", "아닐까", "아닌지", "아닐지", "아니라도",
     "없나요", "없을까", "아닐런", "아닌감", "없는약", "없게"});
constexpr auto happenings = std::to_array<std::string_view>(
    {"하지", "나지", "있지", "생기지", "심하지", "오지", "걸리지", "나오지", "느껴지", "되지", "들지", "끓지", "끼지"});
// "기침은 안 멈춰요" speaks of a cough.
constexpr auto endings_of_complaints = std::to_array<std::string_view>(
    {"멈",   "멎",   "그치", "그쳐", "낫",   "나아", "나았", "나을", "없어", "사라", "가시",
     "가셔", "가라", "빠",   "풀",   "좋아", "줄",   "끝",   "뚫",   "잡",   "아물", "들어",
     "들으", "듣",   "고쳐", "떨어", "내려", "내리", "끊",   "괜찮", "해결", "없애"});

bool denies_happening(std::string_view rest) {
  if (!take_longest(rest, happenings)) return false;
  take_longest(rest, particles);
  const bool denies = rest.starts_with("않") || rest.starts_with("안") || rest.starts_with("못");
  return denies && !is_wish(without_characters(rest, 1));
}

bool denies_by_adverb(std::string_view rest) {
  if (!rest.starts_with("안")) return false;
  rest = without_characters(rest, 1);
  if (rest.empty() || begins_with_any(rest, endings_of_complaints)) return false;
  const std::string_view ending = without_characters(rest, 1);
  return !is_wish(ending) && !is_wish(without_characters(ending, 1));
}

// Reads what stands behind a word, particle by particle.
class RemarkReader {
 public:
  RemarkReader(std::string_view rest, bool is_noun, bool is_asked)
      : rest_(rest), is_noun_(is_noun), is_asked_(is_asked), is_thing_(is_noun) {}

  Remark read() {
    if (!is_noun_) take_longest(rest_, attributes);
    constexpr int longest = 7;
    for (int i = 0; i < longest; ++i) {
      if (const Remark remark = here(); remark != Remark::nothing) return remark;
      if (!step()) return Remark::nothing;
    }
    return Remark::nothing;
  }

 private:
  // "감기 아니에요?", with no more than an ending behind.
  bool is_question() const {
    constexpr std::size_t longest = 15;  // bytes: five syllables
    return is_asked_ && rest_.size() <= longest;
  }

  // "열X 기침O".
  bool is_crossed_out() const {
    if (!is_noun_ || !rest_.starts_with('x')) return false;
    return rest_.size() == 1 || !std::isalnum(static_cast<unsigned char>(rest_[1]));
  }

  Remark here() const {
    if (begins_with_any(rest_, gone)) return Remark::over;
    if (is_across_) return Remark::nothing;
    if (is_thing_ && begins_with_any(rest_, set_aside)) return Remark::set_aside;
    if (!is_thing_ || begins_with_any(rest_, not_absences)) return Remark::nothing;
    if (begins_with_any(rest_, absences)) return is_question() ? Remark::nothing : Remark::denied;
    if (is_crossed_out()) return Remark::denied;
    if (is_noun_ && (denies_by_adverb(rest_) || denies_happening(rest_))) return Remark::denied;
    return Remark::nothing;
  }

  bool step() {
    if (!is_across_ && take_longest(rest_, things)) return is_thing_ = true;
    if (is_thing_ && take_longest(rest_, particles)) return true;
    if (take_longest(rest_, clause_ends)) {
      is_across_ = true;
      return true;
    }
    return take_longest(rest_, adverbs);
  }

  std::string_view rest_;
  bool is_noun_;
  bool is_asked_;
  bool is_thing_;
  bool is_across_ = false;
};

struct Said {
  std::string_view text;
  bool is_asked = false;  ///< a question ends there
};

// As far as the next noun of the table: what follows is said of that.
Said said_behind(const SymptomPhrase& phrase, const SymptomToken& token) {
  std::size_t end = phrase.size();
  for (const SymptomToken& other : phrase.tokens()) {
    const bool is_other = phrase.word(other).is_noun() && !phrase.word(other).is_adverb;
    const bool ends_it = other.begin >= token.end && (is_other || other.sentence != token.sentence);
    if (ends_it) end = std::min(end, other.begin);
  }
  while (end > token.end && phrase.sentence_of(end - 1) != token.sentence) --end;
  const bool ends_sentence = end >= phrase.size() || phrase.sentence_of(end) != token.sentence;
  return {.text = phrase.between(token.end, std::max(end, token.end)),
          .is_asked = ends_sentence && phrase.is_asked(token.sentence)};
}

}  // namespace

bool is_grammar_word(std::string_view form) {
  constexpr auto adverbs_of_denial = std::to_array<std::string_view>({"안", "못", "않"});
  return contains_word(things, form) || contains_word(adverbs_of_denial, form) || begins_with_any(form, absences) ||
         begins_with_any(form, gone) || begins_with_any(form, set_aside);
}

void mark_denial(const SymptomPhrase& phrase, SymptomToken& token) {
  if (phrase.word(token).is_noun()) {
    token.is_denied = is_denied_nominal(phrase, token);
    return;
  }
  const std::string_view rest = phrase.rest(token.end);
  token.is_past = is_past(phrase.between(token.end - 1, token.end), rest);
  const bool is_not = has_adverb_before(phrase, token, "안") || has_adverb_before(phrase, token, "않");
  token.is_denied = is_not && !is_wish(rest);
  token.is_unable = has_adverb_before(phrase, token, "못") || is_unable_behind(rest);
  bool is_unable = false;
  if (is_denied_behind(rest, is_unable)) token.is_denied = true;
  if (is_unable) token.is_unable = true;
  // 없다 is a denied 있다.
  if (phrase.word(token).is_negative) token.is_denied = !token.is_denied;
}

Remark remark_behind(const SymptomPhrase& phrase, const SymptomToken& token) {
  const Said said = said_behind(phrase, token);
  return RemarkReader(said.text, phrase.word(token).is_noun(), said.is_asked).read();
}

}  // namespace pilling::search
