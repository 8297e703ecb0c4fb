#pragma once

#include <algorithm>
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

/// A quick look at which brands of the other script may sound like the text.
class SoundFilter {
 public:
  explicit SoundFilter(const Sound& typed);

  /// Calls `consider` with what is left of entries that stand as `sounds_of` gives them.
  template <class Consider>
  void for_each(std::span<const SoundEntry> entries, const Consider& consider) const {
    constexpr int most_missing = 1;
    for (const std::uint32_t group : groups_) {
      for (const SoundEntry& entry : std::ranges::equal_range(entries, group, {}, &SoundFilter::group_of)) {
        if (std::popcount(consonants_ & ~(entry.consonants & classes)) <= most_missing) consider(entry);
      }
    }
  }

  /// Entries of one script and first consonant stand together.
  static std::uint32_t group_of(const SoundEntry& entry) noexcept { return entry.consonants >> first_shift; }

  /// Where `SoundEntry::consonants` holds the first consonant, and the bit that says that it is Korean.
  static constexpr int first_shift = 16;
  static constexpr std::uint32_t korean = 1u << 31;

 private:
  static constexpr std::uint32_t classes = (1u << first_shift) - 1;

  std::uint32_t consonants_;
  std::vector<std::uint32_t> groups_;
};

/// How differently two words sound: 0 is alike, 100 is one consonant more, less or another. What `other` has beyond the
/// end of `typed` counts little, and nothing above `limit` is told apart. Both are at most `Sound::longest` long.
std::uint32_t sound_distance(std::span<const std::uint8_t> typed, std::span<const std::uint8_t> other,
                             std::uint32_t limit);

/// The brands of the names, each once, with the consonants that they hold.
std::vector<SoundEntry> sounds_of(const NameSegment& names);

}  // namespace pilling::search
