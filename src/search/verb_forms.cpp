#include "search/verb_forms.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "text/normalize.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

using text::is_syllable;
using text::Syllable;
using text::take_apart;

// Numbers of vowels.
enum Vowel : char32_t {
  a = 0,
  ae = 1,
  ya = 2,
  yae = 3,
  eo = 4,
  e = 5,
  yeo = 6,
  o = 8,
  oe = 11,
  wae = 10,
  eu = 18,
  i = 20
};

Syllable with_vowel(Syllable syllable, char32_t vowel) { return {syllable.leading, vowel, syllable.final}; }
Syllable with_final(Syllable syllable, char32_t final) { return {syllable.leading, syllable.vowel, final}; }

// Stems that keep their last consonant before a vowel, among those that look as if they lost it.
bool is_regular(std::string_view stem) {
  constexpr auto stems = std::to_array<std::string_view>(
      {"좁", "입", "뽑", "씹",   "잡", "업", "접", "집", "꼽", "굽", "꼬집", "웃",   "씻",   "벗",
       "빗", "솟", "뺏", "빼앗", "닫", "받", "묻", "쏟", "얻", "믿", "뜯",   "좋",   "놓",   "넣",
       "쌓", "찧", "않", "끊",   "많", "싫", "잃", "앓", "뚫", "끓", "곪",   "치르", "들르", "따르"});
  return std::ranges::any_of(stems, [&](std::string_view regular) { return stem.ends_with(regular); });
}

class Forms {
 public:
  explicit Forms(std::u32string stem) : stem_(std::move(stem)), last_(take_apart(stem_.back())) {}

  std::vector<std::u32string> all(bool is_regular) {
    add(last_);
    if (stem_.back() == U'하') add(with_vowel(last_, ae));
    if (last_.final == text::final_none) of_vowels();
    if (!is_regular) of_consonants();
    return forms_;
  }

 private:
  void add(Syllable last, std::u32string_view ending = {}) {
    std::u32string form = stem_;
    form.back() = last.joined();
    forms_.push_back(form.append(ending));
  }

  void of_vowels() {
    if (last_.vowel == i) add(with_vowel(last_, yeo));
    if (last_.vowel == oe) add(with_vowel(last_, wae));
    if (last_.vowel != eu) return;
    const bool is_long = stem_.size() > 1 && is_syllable(stem_[stem_.size() - 2]);
    const char32_t before = is_long ? take_apart(stem_[stem_.size() - 2]).vowel : char32_t{eu};
    // 아파, and 아퍼 as many say.
    if (before == a || before == o) add(with_vowel(last_, a));
    add(with_vowel(last_, eo));
    if (is_long && stem_.back() == U'르') doubled_rieul(before);
  }

  // 마르 becomes 말라, 누르 becomes 눌러.
  void doubled_rieul(char32_t before) {
    const Syllable previous = take_apart(stem_[stem_.size() - 2]);
    if (previous.final != text::final_none) return;
    std::u32string form = stem_;
    form[form.size() - 2] = with_final(previous, text::final_rieul).joined();
    form.back() = before == a || before == o ? U'라' : U'러';
    forms_.push_back(form);
  }

  void of_consonants() {
    const Syllable open = with_final(last_, text::final_none);
    switch (last_.final) {
      case text::final_bieup:
        add(open, U"우");
        return add(open, U"워");
      case text::final_siot:
        for (const char32_t vowel : {U'어', U'아', U'으'}) add(open, std::u32string(1, vowel));
        return;
      case text::final_digeut:
        return add(with_final(last_, text::final_rieul));
      case text::final_rieul:
        // Of one syllable, these would be words of their own: 문 is not of 물다.
        if (stem_.size() > 1) {
          add(with_final(last_, text::final_nieun));
          add(with_final(last_, text::final_bieup));
          for (const char32_t ending : {U'네', U'시', U'세', U'신'}) add(open, std::u32string(1, ending));
        }
        add(open, U"는");
        return add(open, U"니");
      case text::final_hieut:
        add(open);
        for (const auto& [from, to] : {std::pair(a, ae), {eo, e}, {ya, yae}}) {
          if (last_.vowel == from) add(with_vowel(open, to));
        }
        return;
      default:
        return;
    }
  }

  std::u32string stem_;
  Syllable last_;
  std::vector<std::u32string> forms_;
};

}  // namespace

Keys keys_of_word(std::string_view word) { return text::keystrokes(text::normalize(word).text); }

std::vector<Keys> verb_forms(std::string_view stem) {
  const std::u32string characters = text::decoded(text::normalize(stem).text);
  if (characters.empty() || !is_syllable(characters.back())) return {keys_of_word(stem)};
  std::vector<Keys> forms;
  for (const std::u32string& form : Forms(characters).all(is_regular(stem))) {
    forms.push_back(text::keystrokes(text::encoded(form)));
  }
  std::ranges::sort(forms);
  const auto repeated = std::ranges::unique(forms);
  forms.erase(repeated.begin(), repeated.end());
  return forms;
}

}  // namespace pilling::search
