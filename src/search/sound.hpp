#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "search/name_segment.hpp"

namespace pilling::search {

/// A word as it sounds, roughly the same whether it was written in Korean or in Latin letters.
struct Sound {
  static constexpr std::size_t longest = std::tuple_size_v<decltype(SoundEntry::phonemes)>;

  std::array<std::uint8_t, longest> phonemes{};
  std::size_t size = 0;
  std::uint32_t consonants = 0;  ///< a bit a class
  bool is_korean = false;
  bool is_latin = false;

  std::span<const std::uint8_t> heard() const noexcept { return {phonemes.data(), size}; }
};

Sound sound_of(std::span<const Key> keys);
std::span<const std::uint8_t> heard(const SoundEntry& entry) noexcept;

/// A quick look at whether a brand of the other script may sound like the text.
class SoundFilter {
 public:
  explicit SoundFilter(const Sound& typed) noexcept;

  bool accepts(const SoundEntry& entry) const noexcept {
    constexpr int most_missing = 1;
    const bool is_other_script = ((entry.consonants & korean) != 0) != is_korean_;
    const bool begins_alike = (likely_first_ >> (entry.consonants >> first_shift & 31) & 1) != 0;
    return is_other_script && begins_alike && std::popcount(consonants_ & ~entry.consonants) <= most_missing;
  }

  /// Where `SoundEntry::consonants` holds the first consonant, and the bit that says that it is Korean.
  static constexpr int first_shift = 16;
  static constexpr std::uint32_t korean = 1u << 31;

 private:
  std::uint32_t consonants_;
  std::uint32_t likely_first_ = 0;
  bool is_korean_;
};

/// How differently two words sound: 0 is alike, 100 is one consonant more, less or another. What `other` has beyond the
/// end of `typed` counts little, and nothing above `limit` is told apart. Both are at most `Sound::longest` long.
std::uint32_t sound_distance(std::span<const std::uint8_t> typed, std::span<const std::uint8_t> other,
                             std::uint32_t limit);

/// The brands of the names, each once, with the consonants that they hold.
std::vector<SoundEntry> sounds_of(const NameSegment& names);

}  // namespace pilling::search
