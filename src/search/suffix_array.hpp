#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "text/keystrokes.hpp"

namespace pilling::search {

using text::Key;

/// Positions in three or four bytes each, as an index of its size needs.
class PackedPositions {
 public:
  PackedPositions() = default;
  PackedPositions(std::span<const std::uint8_t> bytes, std::size_t width)
      : data_(bytes.data()), size_(bytes.size() < slack ? 0 : (bytes.size() - slack) / width), width_(width) {}

  std::size_t size() const noexcept { return size_; }

  std::uint32_t operator[](std::size_t i) const noexcept {
    std::uint32_t value = 0;
    std::memcpy(&value, data_ + i * width_, sizeof value);
    return width_ == 3 ? value & 0xFFFFFF : value;
  }

  /// Little-endian, with `slack` bytes behind the last one, so that it can be read as four bytes.
  static std::vector<std::uint8_t> pack(std::span<const std::uint32_t> positions, std::size_t width);
  static constexpr std::size_t width_for(std::size_t limit) { return limit <= 0xFFFFFF ? 3 : 4; }
  static constexpr std::size_t slack = 1;

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t width_ = 4;
};

/// A run of the suffix array: [begin, end).
struct SuffixRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const noexcept { return end - begin; }
};

/// All suffixes of texts that are joined by `text::key_end`, in order: what begins with a pattern stands together.
/// The start bits of characters do not count. Refers to memory that somebody else owns.
class SuffixArray {
 public:
  /// Behind `keys` lie at least `padding` bytes of zero.
  static constexpr std::size_t padding = 8;
  static constexpr std::size_t bucket_count = std::size_t{128} * 128;

  SuffixArray() = default;
  SuffixArray(std::span<const Key> keys, PackedPositions positions, std::span<const std::uint32_t> buckets)
      : keys_(keys), positions_(positions), buckets_(buckets) {}

  /// Where the suffixes that begin with `pattern` (codes without start bits) stand.
  SuffixRange find(std::span<const Key> pattern) const;

  std::uint32_t operator[](std::size_t i) const noexcept { return positions_[i]; }
  std::size_t size() const noexcept { return positions_.size(); }

  struct Parts {
    std::vector<std::uint32_t> positions;
    std::vector<std::uint32_t> buckets;  ///< where the suffixes begin whose first two codes are i / 128 and i % 128
  };
  /// Sorts the suffixes of `keys`, which ends with `padding` zeros that are not part of any text.
  static Parts sort(std::span<const Key> keys);

 private:
  std::span<const Key> keys_;
  PackedPositions positions_;
  std::span<const std::uint32_t> buckets_;
};

}  // namespace pilling::search
