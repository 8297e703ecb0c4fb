#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "search/name_segment.hpp"

namespace pilling::search {

/// A word as it sounds, roughly the same whether it was written in Korean or in Latin letters.
struct Sound {
  std::vector<std::uint8_t> phonemes;
  std::uint32_t consonants = 0;  ///< a bit a class
  bool is_korean = false;
  bool is_latin = false;
};

Sound sound_of(std::span<const Key> keys);

/// How differently two words sound: 0 is alike, 100 is one consonant more, less or another. What `other` has beyond the
/// end of `typed` counts little, and nothing above `limit` is told apart.
std::uint32_t sound_distance(const Sound& typed, const Sound& other, std::uint32_t limit);

/// The brands of the names, each once, with the consonants that they hold.
std::vector<SoundEntry> sounds_of(const NameSegment& names);

}  // namespace pilling::search
