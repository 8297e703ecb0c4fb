#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "search/name_segment.hpp"

namespace pilling::search {

/// Orders patterns of one to three keys.
inline std::uint32_t pattern_code(std::span<const Key> pattern) noexcept {
  const auto key = [&](std::size_t i) { return i < pattern.size() ? std::uint32_t{pattern[i]} : 0u; };
  return key(0) << 14 | key(1) << 7 | key(2);
}

/// Puts an image together: a header with the place and checksum of every section, then the sections.
class ImageWriter {
 public:
  template <class Value>
  void put(Section section, std::span<const Value> values) {
    static_assert(std::is_trivially_copyable_v<Value> && std::has_unique_object_representations_v<Value>);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
    sections_[static_cast<std::size_t>(section)].assign(bytes, bytes + values.size_bytes());
  }
  template <class Value>
  void put(Section section, const std::vector<Value>& values) {
    put(section, std::span<const Value>(values));
  }
  void put(Section section, std::string_view text) { put(section, std::span(text.data(), text.size())); }

  std::vector<std::uint8_t> image() const;

 private:
  std::array<std::vector<std::uint8_t>, static_cast<std::size_t>(Section::count)> sections_;
};

/// Reads the sections of an image in place. Throws BadData, naming `source`, when the header makes no sense.
class ImageReader {
 public:
  ImageReader(std::span<const std::uint8_t> image, const std::string& source);

  template <class Value>
  std::span<const Value> array(Section section) const {
    const std::span<const std::uint8_t> bytes = this->bytes(section);
    if (bytes.size() % sizeof(Value) != 0) refuse(section);
    return {reinterpret_cast<const Value*>(bytes.data()), bytes.size() / sizeof(Value)};
  }
  std::string_view text(Section section) const {
    const std::span<const std::uint8_t> bytes = this->bytes(section);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  PackedPositions positions(Section section, std::size_t limit) const {
    return {bytes(section), PackedPositions::width_for(limit)};
  }

  /// Throws BadData when a section differs from its checksum.
  void verify() const;

 private:
  std::span<const std::uint8_t> bytes(Section section) const;
  [[noreturn]] void refuse(Section section) const;

  std::span<const std::uint8_t> image_;
  std::string source_;
};

}  // namespace pilling::search
