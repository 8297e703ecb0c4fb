#include "search/word_fallback.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "search/query.hpp"
#include "search/symptom_grammar.hpp"
#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

template <typename Use>
void for_each_pair(std::string_view form, Use use) {
  char32_t previous = 0;
  for (std::size_t at = 0; at < form.size();) {
    const text::Character character = text::decode(form, at);
    if (previous != 0) use(std::uint64_t{previous} << 32 | character.value);
    previous = character.value;
    at += character.size;
  }
}

// Words that phrases and texts are full of, whatever they are about.
bool says_nothing(std::string_view word) {
  constexpr auto words = std::to_array<std::string_view>(
      {"약",     "증상", "치료",   "사용",   "완화", "개선",   "예방", "보조",   "환자",     "감염",   "질환",
       "경우",   "추천", "주세요", "있나요", "먹는", "바르는", "좋은", "이런",   "일시적",   "여러",   "심한",
       "급성",   "만성", "기타",   "보급",   "효과", "필요",   "복용", "투여",   "의한",     "같은",   "등의",
       "손상",   "건강", "피부",   "눈의",   "증세", "장애",   "신경", "부족",   "수술",     "부위",   "회복",
       "일반",   "기구", "세정",   "보호",   "물질", "목적",   "사람", "여성",   "남성",     "소아",   "성인",
       "노인",   "운동", "바람",   "먼지",   "햇빛", "연기",   "공해", "에어컨", "항공여행", "컴퓨터", "시간",
       "장시간", "의료", "가구",   "병실",   "물품", "붕대",   "식사", "음식물", "사고",     "작용"});
  return std::ranges::find(words, word) != words.end();
}

// The word without its particle, if at least two syllables are left.
std::string_view without_particle(std::string_view word) {
  constexpr auto particles = std::to_array<std::string_view>(
      {"인데요", "이에요", "입니다", "인데", "예요", "이요", "에서", "으로", "에게", "까지",
       "부터",   "이랑",   "하고",   "에는", "이",   "가",   "은",   "는",   "을",   "를",
       "에",     "도",     "만",     "의",   "로",   "와",   "과",   "랑",   "요"});
  constexpr std::size_t two_syllables = 6;
  for (const std::string_view particle : particles) {
    const bool has_stem = word.size() >= two_syllables + particle.size();
    if (has_stem && word.ends_with(particle)) return word.substr(0, word.size() - particle.size());
  }
  return word;
}

std::vector<std::string_view> words_of(const text::NormalForm& normal) {
  std::vector<std::string_view> words;
  const std::string_view form = normal.text;
  std::size_t begin = 0;
  for (std::size_t at = 1; at <= form.size(); ++at) {
    if (at < form.size() && normal.begins[at] <= normal.ends[at - 1]) continue;
    const std::string_view word = without_particle(form.substr(begin, at - begin));
    begin = at;
    if (count_characters(word) >= 2 && is_searchable(word) && !says_nothing(word)) words.push_back(word);
  }
  return words;
}

bool is_border(const text::NormalForm& normal, std::size_t at) {
  return at == 0 || at == normal.text.size() || normal.begins[at] > normal.ends[at - 1];
}

}  // namespace

WordFallback::WordFallback(const std::vector<std::string_view>& texts) {
  Postings postings;
  for (const std::string_view text : texts) add_to(postings, text);
  first_ = std::make_shared<const Postings>(std::move(postings));
}

void WordFallback::add(std::string_view text) { add_to(added_, text); }

void WordFallback::add_to(Postings& postings, std::string_view text) {
  const auto position = static_cast<std::uint32_t>(texts_.size());
  const auto indexed = std::make_shared<const IndexedText>(read_efficacy(text));
  for_each_pair(std::string_view(indexed->normal.text).substr(indexed->begin), [&](Pair pair) {
    std::vector<Posting>& posting = postings[pair];
    if (posting.empty() || posting.back().text != position) posting.push_back({.text = position, .count = 0});
    ++posting.back().count;
  });
  ++size_;
  characters_ += indexed->characters;
  texts_.push_back(indexed);
}

void WordFallback::remove(std::uint32_t text) {
  --size_;
  characters_ -= texts_[text]->characters;
  texts_[text] = nullptr;
}

std::vector<WordFallback::Posting> WordFallback::postings_of(Pair pair) const {
  std::vector<Posting> all;
  for (const Postings* postings : {first_.get(), &added_}) {
    const auto found = postings->find(pair);
    if (found == postings->end()) continue;
    std::ranges::copy_if(found->second, std::back_inserter(all),
                         [&](const Posting& posting) { return texts_[posting.text] != nullptr; });
  }
  return all;
}

double WordFallback::weight(std::size_t texts) const {
  const auto all = static_cast<double>(size_);
  const auto holding = static_cast<double>(texts);
  return std::log(1 + (all - holding + 0.5) / (holding + 0.5));
}

// A word counts when it is one in the text, too: 신경 is not found in 신경통.
std::vector<ByteSpan> WordFallback::find_words(std::uint32_t text, const std::vector<std::string_view>& words) const {
  const IndexedText& indexed = *texts_[text];
  std::vector<ByteSpan> spans;
  for (const std::string_view word : words) {
    const auto begin = indexed.find(word);
    if (!begin || !is_border(indexed.normal, *begin)) continue;
    const std::size_t end = *begin + word.size();
    const std::string_view rest = std::string_view(indexed.normal.text).substr(end);
    if (is_border(indexed.normal, end) || begins_with_particle(rest) || count_characters(word) >= 4) {
      spans.push_back(indexed.normal.original(*begin, end));
    }
  }
  std::ranges::sort(spans);
  const auto repeated = std::ranges::unique(spans);
  spans.erase(repeated.begin(), repeated.end());
  return spans;
}

std::vector<WordFallback::Hit> WordFallback::search(std::string_view phrase, std::size_t limit) const {
  const text::NormalForm normal = text::normalize(phrase);
  const std::vector<std::string_view> words = words_of(normal);
  std::unordered_map<std::uint32_t, std::pair<double, double>> scores;  // BM25, and the weight of what was found
  double whole = 0;
  const double mean_length = static_cast<double>(characters_) / static_cast<double>(std::max<std::size_t>(size_, 1));
  for (const std::string_view word : words) {
    for_each_pair(word, [&](Pair pair) {
      const std::vector<Posting> postings = postings_of(pair);
      const double own = weight(postings.size());
      whole += own;
      for (const auto& [text, count] : postings) {
        constexpr double saturation = 1.2, length_share = 0.75;
        const double length = static_cast<double>(texts_[text]->characters) / mean_length;
        const auto times = static_cast<double>(count);
        const double norm = saturation * (1 - length_share + length_share * length);
        auto& [score, found] = scores[text];
        score += own * times * (saturation + 1) / (times + norm);
        found += own;
      }
    });
  }
  std::vector<std::pair<double, std::uint32_t>> ranked;
  for (const auto& [text, score] : scores) {
    if (score.second * 2 >= whole) ranked.emplace_back(-score.first, text);
  }
  std::ranges::sort(ranked);
  std::vector<Hit> hits;
  for (const auto& [score, text] : ranked) {
    if (hits.size() == limit) break;
    std::vector<ByteSpan> spans = find_words(text, words);
    if (spans.empty()) continue;
    constexpr double highest = 0.5;  // below what was understood
    hits.push_back({.text = text, .score = highest * scores[text].second / whole, .spans = std::move(spans)});
  }
  return hits;
}

}  // namespace pilling::search
