#include "search/sound.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <unordered_set>

namespace pilling::search {
namespace {

// Consonants by where and how they are spoken, after the Korean spelling of loanwords (외래어 표기법). Soft and hard
// ones are told apart, but little: brands are spelled both ways.
enum Phoneme : std::uint8_t {
  none,
  hard_k,  // ㅋ ㄲ, k, c, q
  soft_k,  // ㄱ, g
  hard_t,  // ㅌ ㄸ, t
  soft_t,  // ㄷ, d
  hard_p,  // ㅍ ㅃ, p, f
  soft_p,  // ㅂ, b, v
  hard_c,  // ㅊ ㅉ, ch
  soft_c,  // ㅈ, j, z
  s,
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

// The hard one of a pair; the others as they are.
constexpr std::uint8_t class_of(std::uint8_t phoneme) {
  const bool is_soft = phoneme == soft_k || phoneme == soft_t || phoneme == soft_p || phoneme == soft_c;
  return is_soft ? phoneme - 1 : phoneme;
}

// ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ
constexpr std::array<Phoneme, 19> of_consonant = {soft_k, hard_k, n,      soft_t, hard_t, l,      m,
                                                  soft_p, hard_p, s,      s,      none,   soft_c, hard_c,
                                                  hard_c, hard_k, hard_t, hard_p, h};
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
    for (const std::uint8_t phoneme : sound_.heard()) {
      if (!is_vowel(phoneme) && phoneme != weak_r) sound_.consonants |= 1u << class_of(phoneme);
    }
    return sound_;
  }

 private:
  void hear(Phoneme phoneme) {
    const bool is_same = sound_.size > 0 && sound_.phonemes[sound_.size - 1] == phoneme;
    if (phoneme == none || is_same || sound_.size == Sound::longest) return;
    sound_.phonemes[sound_.size++] = phoneme;
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
      case 'v':
        return hear(soft_p);
      case 'f':
        return hear(hard_p);
      case 'p':
        return hear_with_h(hard_p, next);
      case 'c':
        if (next == 'h') return hear_with_h(hard_c, next);
        return hear(is_soft ? s : hard_k);
      case 'd':
        return hear(soft_t);
      case 't':
        return hear_with_h(hard_t, next);
      case 'g':
        return hear(is_soft ? soft_c : soft_k);
      case 'k':
      case 'q':
        return hear(hard_k);
      case 's':
        return hear_with_h(s, next);
      case 'x':
        if (at_ > 0) hear(hard_k);
        return hear(at_ > 0 ? s : soft_c);
      case 'j':
      case 'z':
        return hear(soft_c);
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

constexpr std::size_t phoneme_count = 24;

constexpr std::uint16_t cost_of_leaving(std::uint8_t phoneme) {
  if (phoneme == eu || phoneme == weak_r) return 5;
  if (is_vowel(phoneme)) return 35;
  return phoneme == h ? 60 : 100;
}

constexpr std::uint16_t cost_between(std::uint8_t one, std::uint8_t other) {
  if (one == other) return 0;
  if (is_vowel(one) != is_vowel(other)) return 140;
  if (is_vowel(one)) return 25;
  const std::uint8_t one_class = class_of(one);
  const std::uint8_t other_class = class_of(other);
  if (one_class == other_class) return 18;
  const auto are = [&](Phoneme x, Phoneme y) {
    return (one_class == x && other_class == y) || (one_class == y && other_class == x);
  };
  if (are(l, weak_r)) return 20;
  if (are(s, hard_c) || are(hard_k, hard_c) || are(hard_p, h)) return 45;
  if (are(hard_t, s) || are(hard_t, hard_c) || are(m, n) || are(hard_k, h)) return 60;
  return 100;
}

// Both of the above for every phoneme, and for every pair.
struct SoundCosts {
  std::array<std::uint16_t, phoneme_count> leaving{};
  std::array<std::array<std::uint16_t, phoneme_count>, phoneme_count> between{};

  constexpr SoundCosts() {
    for (std::uint8_t one = 0; one < phoneme_count; ++one) {
      leaving[one] = cost_of_leaving(one);
      for (std::uint8_t other = 0; other < phoneme_count; ++other) between[one][other] = cost_between(one, other);
    }
  }
};
constexpr SoundCosts costs;

std::uint8_t first_consonant(std::span<const std::uint8_t> phonemes) {
  const auto found = std::ranges::find_if(phonemes, [](std::uint8_t phoneme) { return !is_vowel(phoneme); });
  return found == phonemes.end() ? std::uint8_t{none} : *found;
}

}  // namespace

Sound sound_of(std::span<const Key> keys) { return Listener(keys).take(); }

std::span<const std::uint8_t> heard(const SoundEntry& entry) noexcept {
  const auto end = std::ranges::find(entry.phonemes, none);
  return {entry.phonemes.data(), static_cast<std::size_t>(end - entry.phonemes.begin())};
}

std::uint32_t sound_distance(std::span<const std::uint8_t> typed, std::span<const std::uint8_t> other,
                             std::uint32_t limit) {
  constexpr std::uint32_t beyond_end = 8;
  std::array<std::uint32_t, Sound::longest + 1> row{};
  for (std::size_t j = 0; j < other.size(); ++j) row[j + 1] = row[j] + costs.leaving[other[j]];
  for (const std::uint8_t phoneme : typed) {
    const std::uint32_t leaving = costs.leaving[phoneme];
    const auto& between = costs.between[phoneme];
    std::uint32_t diagonal = row[0];
    row[0] += leaving;
    std::uint32_t least = row[0];
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::uint32_t above = row[j + 1];
      row[j + 1] = std::min({diagonal + between[other[j]], above + leaving, row[j] + costs.leaving[other[j]]});
      diagonal = above;
      least = std::min(least, row[j + 1]);
    }
    if (least > limit) return limit + 1;
  }
  std::uint32_t best = limit + 1;
  for (std::size_t j = 0; j <= other.size(); ++j) {
    best = std::min(best, row[j] + beyond_end * static_cast<std::uint32_t>(other.size() - j));
  }
  return best;
}

SoundFilter::SoundFilter(const Sound& typed) : consonants_(typed.consonants) {
  // Words that begin with unlike consonants are not taken for each other.
  const auto& between = costs.between[first_consonant(typed.heard())];
  const std::uint32_t other_script = typed.is_korean ? 0u : korean >> first_shift;
  for (std::uint8_t first = 0; first < phoneme_count; ++first) {
    if (between[first] < 100) groups_.push_back(other_script | first);
  }
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
    if (sound.size < 3 || sound.is_korean == sound.is_latin) continue;
    entries.push_back({.item = f.item(),
                       .consonants = sound.consonants |
                                     std::uint32_t{first_consonant(sound.heard())} << SoundFilter::first_shift |
                                     (sound.is_korean ? SoundFilter::korean : 0u),
                       .phonemes = sound.phonemes});
  }
  std::ranges::stable_sort(entries, {}, &SoundFilter::group_of);
  return entries;
}

}  // namespace pilling::search
