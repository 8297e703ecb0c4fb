#include "sources/service_key.hpp"

#include <cstddef>
#include <optional>

#include "pilling/error.hpp"
#include "sources/trim.hpp"

namespace pilling::sources {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

}  // namespace

std::string plain_service_key(std::string_view shown) {
  const std::string_view key = trim(shown);
  if (key.empty()) {
    throw InvalidArgument("the service key of data.go.kr is empty; get one at https://www.data.go.kr");
  }
  std::string plain;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const bool may_be_escape = key[i] == '%' && i + 2 < key.size();
    const auto high = may_be_escape ? hex_digit(key[i + 1]) : std::nullopt;
    const auto low = may_be_escape ? hex_digit(key[i + 2]) : std::nullopt;
    if (high && low) {
      plain += static_cast<char>(*high * 16 + *low);
      i += 2;
    } else {
      plain += key[i];  // a plus sign included: it is one of the letters of a plain key
    }
  }
  return plain;
}

}  // namespace pilling::sources
