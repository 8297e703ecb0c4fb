#pragma once

#include <array>
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

/// A quick look: false when the distance of the two is certainly too large to count.
bool may_sound_alike(const Sound& typed, const SoundEntry& entry) noexcept;

/// How differently two words sound: 0 is alike, 100 is one consonant more, less or another. What `other` has beyond the
/// end of `typed` counts little, and nothing above `limit` is told apart. Both are at most `Sound::longest` long.
std::uint32_t sound_distance(std::span<const std::uint8_t> typed, std::span<const std::uint8_t> other,
                             std::uint32_t limit);

/// The brands of the names, each once, with the consonants that they hold.
std::vector<SoundEntry> sounds_of(const NameSegment& names);

}  // namespace pilling::search
