#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pilling::geo {

/// Some of the rows of an index.
class RowSet {
 public:
  explicit RowSet(std::size_t rows) : words_((rows + bits_per_word - 1) / bits_per_word) {}

  void insert(std::uint32_t row) noexcept { words_[row / bits_per_word] |= bit(row); }
  bool contains(std::uint32_t row) const noexcept { return (words_[row / bits_per_word] & bit(row)) != 0; }

 private:
  static constexpr std::uint32_t bits_per_word = 64;
  static std::uint64_t bit(std::uint32_t row) noexcept { return std::uint64_t{1} << (row % bits_per_word); }

  std::vector<std::uint64_t> words_;
};

}  // namespace pilling::geo
