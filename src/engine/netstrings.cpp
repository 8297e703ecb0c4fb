#include "engine/netstrings.hpp"

#include <charconv>

#include "pilling/error.hpp"

namespace pilling::engine {

void append_field(std::string& bytes, std::string_view field) {
  bytes += std::to_string(field.size());
  bytes += ':';
  bytes += field;
}

std::vector<std::string_view> fields_of(std::string_view bytes, std::size_t at_least) {
  std::vector<std::string_view> fields;
  while (!bytes.empty()) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
    const auto digits = static_cast<std::size_t>(end - bytes.data());
    if (error != std::errc() || digits == bytes.size() || *end != ':' || bytes.size() - digits - 1 < size) {
      throw BadData("a cached value is damaged; it will be made again", "cache");
    }
    fields.push_back(bytes.substr(digits + 1, size));
    bytes.remove_prefix(digits + 1 + size);
  }
  if (fields.size() < at_least) throw BadData("a cached value is too short; it will be made again", "cache");
  return fields;
}

}  // namespace pilling::engine
