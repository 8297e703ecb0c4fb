#include "search/sound.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
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

// Where `SoundEntry::consonants` holds the script and the first consonant, above a bit for each class.
constexpr int first_shift = 16;
constexpr std::uint32_t classes = (1u << first_shift) - 1;

constexpr std::uint32_t group(bool is_korean, std::uint8_t first) { return std::uint32_t{is_korean} << 15 | first; }
std::uint32_t group_of(const SoundEntry& entry) { return entry.consonants >> first_shift; }

using Phonemes = decltype(SoundEntry::phonemes);

// Compares one word with many. Words with the same beginning that follow each other share the work done for it.
class Comparison {
 public:
  explicit Comparison(const Sound& typed) : typed_(typed) {
    std::uint32_t left_out = 0;
    columns_[0][0] = 0;
    for (std::size_t i = 0; i < typed.size; ++i) columns_[0][i + 1] = left_out += costs.leaving[typed.phonemes[i]];
    best_ends_[0] = left_out;
  }

  // None above the limit, which must not rise from call to call.
  std::optional<std::uint32_t> distance(const Phonemes& other, std::uint32_t limit) {
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(other, other_).in1 - other.begin());
    if (is_hopeless_ && same >= known_) return std::nullopt;
    is_hopeless_ = false;
    known_ = std::min(known_, same);
    other_ = other;
    while (known_ < other.size() && other[known_] != none && !is_hopeless_) is_hopeless_ = add_column(limit);
    if (is_hopeless_ || best_ends_[known_] > limit) return std::nullopt;
    return best_ends_[known_];
  }

 private:
  // Whether no word that begins so can be within the limit.
  bool add_column(std::uint32_t limit) {
    constexpr std::uint32_t beyond_end = 8;
    const std::uint8_t phoneme = other_[known_];
    const std::uint32_t leaving = costs.leaving[phoneme];
    const auto& between = costs.between[phoneme];
    const Column& before = columns_[known_];
    Column& column = columns_[known_ + 1];
    std::uint32_t least = column[0] = before[0] + leaving;
    for (std::size_t i = 0; i < typed_.size; ++i) {
      const std::uint8_t heard = typed_.phonemes[i];
      column[i + 1] = std::min({before[i] + between[heard], before[i + 1] + leaving, column[i] + costs.leaving[heard]});
      least = std::min(least, column[i + 1]);
    }
    best_ends_[known_ + 1] = std::min(best_ends_[known_] + beyond_end, column[typed_.size]);
    ++known_;
    return std::min(least, best_ends_[known_]) > limit;
  }

  using Column = std::array<std::uint32_t, Sound::longest + 1>;  // costs of each beginning of the typed word

  const Sound& typed_;
  Phonemes other_{};
  std::size_t known_ = 0;  // phonemes of `other_` that have a column
  bool is_hopeless_ = false;
  std::array<Column, Sound::longest + 1> columns_;
  std::array<std::uint32_t, Sound::longest + 1> best_ends_;  // of the whole typed word, by now
};

}  // namespace

Sound sound_of(std::span<const Key> keys) { return Listener(keys).take(); }

std::uint32_t sound_distance(const Sound& typed, const Sound& other, std::uint32_t limit) {
  return Comparison(typed).distance(other.phonemes, limit).value_or(limit + 1);
}

SoundSearch::SoundSearch(const Sound& typed) : typed_(typed) {
  // Words that begin with unlike consonants are not taken for each other.
  const auto& between = costs.between[first_consonant(typed.heard())];
  for (std::uint8_t first = 0; first < phoneme_count; ++first) {
    if (between[first] < 100) groups_.push_back(group(!typed.is_korean, first));
  }
}

void SoundSearch::run(std::span<const SoundEntry> entries, std::uint32_t limit, const Consider& consider) const {
  constexpr int most_missing = 1;
  for (const std::uint32_t wanted : groups_) {
    Comparison comparison(typed_);
    for (const SoundEntry& entry : std::ranges::equal_range(entries, wanted, {}, group_of)) {
      if (std::popcount(typed_.consonants & ~(entry.consonants & classes)) > most_missing) continue;
      if (const auto distance = comparison.distance(entry.phonemes, limit)) limit = consider(entry, *distance);
    }
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
    entries.push_back(
        {.item = f.item(),
         .consonants = sound.consonants | group(sound.is_korean, first_consonant(sound.heard())) << first_shift,
         .phonemes = sound.phonemes});
  }
  std::ranges::stable_sort(entries, {},
                           [](const SoundEntry& entry) { return std::tuple(group_of(entry), entry.phonemes); });
  return entries;
}

}  // namespace pilling::search
