#include "search/query.hpp"

#include <algorithm>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void check_query(std::string_view text, std::size_t limit) {
  if (limit == 0) throw InvalidArgument("a search for 0 results was asked for; the limit must be at least 1");
  if (text.size() > NameIndex::maximum_query_bytes) {
    throw InvalidArgument("the text to search for has " + std::to_string(text.size()) + " bytes; at most " +
                          std::to_string(NameIndex::maximum_query_bytes) + " are searched");
  }
  if (const std::size_t valid = text::valid_utf8_length(text); valid != text.size()) {
    throw InvalidArgument("the text to search for is not valid UTF-8 at byte " + std::to_string(valid) +
                          "; decode it as what it is first");
  }
}

void check_indexed(std::string_view text, std::string_view what, std::size_t position) {
  if (const std::size_t valid = text::valid_utf8_length(text); valid != text.size()) {
    throw InvalidArgument("the " + std::string(what) + " at position " + std::to_string(position) +
                          " is not valid UTF-8 at its byte " + std::to_string(valid) +
                          "; decode it as what it is first");
  }
}

bool is_searchable(std::string_view form) noexcept {
  return std::ranges::any_of(form, [](char c) { return c != '%' && c != '.' && c != '?' && c != ' '; });
}

bool is_within_number(std::string_view form, std::size_t at) noexcept {
  if (at == 0 || at >= form.size()) return false;
  const bool begins_after_point = at >= 2 && form[at - 1] == '.' && is_digit(form[at - 2]);
  if (is_digit(form[at])) return is_digit(form[at - 1]) || begins_after_point;
  // A normal form holds a point only before a digit.
  return form[at] == '.' && is_digit(form[at - 1]);
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace pilling::search
