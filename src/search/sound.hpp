#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
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

/// Finds the brands of the other script that sound like the text.
class SoundSearch {
 public:
  explicit SoundSearch(const Sound& typed);

  /// Given an entry and its distance, says up to which distance entries are still of interest.
  using Consider = std::function<std::uint32_t(const SoundEntry&, std::uint32_t distance)>;

  /// Calls `consider` with the entries up to `limit` away. They must stand as `sounds_of` gives them.
  void run(std::span<const SoundEntry> entries, std::uint32_t limit, const Consider& consider) const;

 private:
  Sound typed_;
  std::vector<std::uint32_t> groups_;
};

/// How differently two words sound: 0 is alike, 100 is one consonant more, less or another. What `other` has beyond the
/// end of `typed` counts little, and nothing above `limit` is told apart. Both are at most `Sound::longest` long.
std::uint32_t sound_distance(const Sound& typed, const Sound& other, std::uint32_t limit);

/// The brands of the names, each once, with the consonants that they hold. Those of one script and first consonant
/// stand together, in the order of their phonemes.
std::vector<SoundEntry> sounds_of(const NameSegment& names);

}  // namespace pilling::search
