#include "search/sound.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

namespace pilling::search {
namespace {

// Consonants by where and how they are spoken, after the Korean spelling of loanwords (외래어 표기법): Korean keeps b, p
// and f apart by spelling, but brands do not.
enum Phoneme : std::uint8_t {
  none,
  k,
  t,
  p,
  s,
  c,  // ㅈ ㅊ, j, z, ch
  l,
  m,
  n,
  h,
  weak_r,  // at the end of a syllable: Korean drops it
  first_vowel = 16,
  a = first_vowel,
  e,
  i,
  o,
  u,
  eu  // ㅡ: Korean puts it between consonants
};

constexpr bool is_vowel(std::uint8_t phoneme) { return phoneme >= first_vowel; }

// ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ
constexpr std::array<Phoneme, 19> of_consonant = {k, k, n, t, t, l, m, p, p, s, s, none, c, c, c, k, t, p, h};
// ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ
constexpr std::array<Phoneme, 14> of_vowel = {a, e, a, e, o, e, o, e, o, o, u, u, eu, i};

class Listener {
 public:
  explicit Listener(std::span<const Key> keys) : keys_(keys) {}

  Sound take() {
    for (at_ = 0; at_ < keys_.size(); ++at_) {
      const Key key = keys_[at_];
      if (text::is_consonant_key(key)) {
        hear_consonant(key);
      } else if (text::is_vowel_key(key)) {
        sound_.is_korean = true;
        hear(of_vowel[text::code(key) - text::key_vowel]);
      } else if (text::is_latin_key(key)) {
        sound_.is_latin = true;
        hear_latin();
      }
    }
    for (const std::uint8_t phoneme : sound_.phonemes) {
      if (!is_vowel(phoneme) && phoneme != weak_r) sound_.consonants |= 1u << phoneme;
    }
    return std::move(sound_);
  }

 private:
  static constexpr std::size_t longest = 24;

  void hear(Phoneme phoneme) {
    auto& heard = sound_.phonemes;
    if (phoneme == none || heard.size() == longest || (!heard.empty() && heard.back() == phoneme)) return;
    heard.push_back(phoneme);
  }

  void hear_consonant(Key key) {
    sound_.is_korean = true;
    const Phoneme phoneme = of_consonant[text::code(key) - text::key_consonant];
    // ㅇ is silent at the beginning of a syllable and ng at its end.
    hear(phoneme == none && !text::starts_character(key) ? n : phoneme);
  }

  char letter(std::size_t at) const {
    if (at >= keys_.size() || !text::is_latin_key(keys_[at])) return ' ';
    return static_cast<char>('a' + (text::code(keys_[at]) - text::key_a));
  }

  static bool is_in(char letter, std::string_view letters) { return letters.find(letter) != std::string_view::npos; }

  void hear_latin() {
    const char here = letter(at_);
    const char next = letter(at_ + 1);
    if (is_in(here, "aeiouyw")) return hear_latin_vowel(here, next);
    const bool is_soft = is_in(next, "eiy");
    switch (here) {
      case 'b':
      case 'f':
      case 'v':
        return hear(p);
      case 'p':
        return hear_with_h(p, next);
      case 'c':
        if (next == 'h') return hear_with_h(c, next);
        return hear(is_soft ? s : k);
      case 'd':
        return hear(t);
      case 't':
        return hear_with_h(t, next);
      case 'g':
        return hear(is_soft ? c : k);
      case 'k':
      case 'q':
        return hear(k);
      case 's':
        return hear_with_h(s, next);
      case 'x':
        if (at_ > 0) hear(k);
        return hear(at_ > 0 ? s : c);
      case 'j':
      case 'z':
        return hear(c);
      case 'l':
        return hear(l);
      case 'r':
        return hear(is_in(next, "aeiouy") || at_ == 0 ? l : weak_r);
      case 'm':
        return hear(m);
      case 'n':
        return hear(n);
      default:
        return hear(h);
    }
  }

  void hear_with_h(Phoneme phoneme, char next) {
    hear(phoneme);
    if (next == 'h') ++at_;
  }

  void hear_latin_vowel(char here, char next) {
    const bool is_last = next == ' ';
    if (here == 'e' && is_last && at_ > 2) return;  // silent
    if (here == 'e' && next == 'e') ++at_;
    if (here == 'o' && next == 'o') {
      ++at_;
      return hear(u);
    }
    switch (here) {
      case 'a':
        return hear(a);
      case 'e':
        return hear(next == 'e' ? i : e);
      case 'i':
      case 'y':
        return hear(i);
      case 'o':
        return hear(o);
      default:
        return hear(u);
    }
  }

  std::span<const Key> keys_;
  std::size_t at_ = 0;
  Sound sound_;
};

std::uint32_t cost_of_leaving(std::uint8_t phoneme) {
  if (phoneme == eu || phoneme == weak_r) return 5;
  if (is_vowel(phoneme)) return 35;
  return phoneme == h ? 60 : 100;
}

std::uint32_t cost_between(std::uint8_t one, std::uint8_t other) {
  if (one == other) return 0;
  if (is_vowel(one) != is_vowel(other)) return 140;
  if (is_vowel(one)) return 25;
  const auto are = [&](Phoneme x, Phoneme y) { return (one == x && other == y) || (one == y && other == x); };
  if (are(l, weak_r)) return 20;
  if (are(s, c) || are(k, c)) return 45;
  if (are(t, s) || are(t, c) || are(m, n) || are(k, h)) return 60;
  return 100;
}

}  // namespace

Sound sound_of(std::span<const Key> keys) { return Listener(keys).take(); }

std::uint32_t sound_distance(const Sound& typed, const Sound& other, std::uint32_t limit) {
  constexpr std::uint32_t beyond_end = 18;
  const std::size_t width = other.phonemes.size() + 1;
  std::array<std::uint32_t, 32> row{};
  for (std::size_t j = 1; j < width; ++j) row[j] = row[j - 1] + cost_of_leaving(other.phonemes[j - 1]);
  for (std::size_t i = 0; i < typed.phonemes.size(); ++i) {
    std::uint32_t diagonal = row[0];
    row[0] += cost_of_leaving(typed.phonemes[i]);
    std::uint32_t least = row[0];
    for (std::size_t j = 1; j < width; ++j) {
      const std::uint32_t above = row[j];
      row[j] = std::min({diagonal + cost_between(typed.phonemes[i], other.phonemes[j - 1]),
                         above + cost_of_leaving(typed.phonemes[i]), row[j - 1] + cost_of_leaving(other.phonemes[j - 1])});
      diagonal = above;
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
  }
  std::uint32_t best = limit + 1;
  for (std::size_t j = 0; j < width; ++j) {
    best = std::min(best, row[j] + beyond_end * static_cast<std::uint32_t>(width - 1 - j));
  }
  return best;
}

std::vector<SoundEntry> sounds_of(const NameSegment& names) {
  std::vector<SoundEntry> entries;
  std::unordered_set<std::string_view> seen;
  for (std::uint32_t field = 0; field < names.field_count(); ++field) {
    const Field& f = names.field(field);
    if (f.kind() != NameField::name || f.brand_end == 0) continue;
    const Key* const begin = names.keys() + names.key_begin(field);
    if (!seen.insert({reinterpret_cast<const char*>(begin), f.brand_end}).second) continue;
    const Sound sound = sound_of({begin, f.brand_end});
    if (sound.phonemes.size() < 3 || sound.is_korean == sound.is_latin) continue;
    entries.push_back({.item = f.item(), .consonants = sound.consonants | (sound.is_korean ? 1u << 31 : 0u)});
  }
  return entries;
}

}  // namespace pilling::search
