#pragma once

#include <cstddef>
#include <string_view>

namespace pilling::search {

/// Throws InvalidArgument for a text that cannot be searched: above `NameIndex::maximum_query_bytes`, or ill-formed.
void check_query(std::string_view text, std::size_t limit);

/// Throws InvalidArgument when what an index is built from is ill-formed; `what` and `position` say which it is.
void check_indexed(std::string_view text, std::string_view what, std::size_t position);

/// Whether a normal form has something to look for: a letter or a digit.
bool is_searchable(std::string_view form) noexcept;

/// Whether a number of the normal form goes on across the border before the byte at `at`.
bool is_within_number(std::string_view form, std::size_t at) noexcept;

/// Number of characters of well-formed UTF-8.
std::size_t count_characters(std::string_view text) noexcept;

}  // namespace pilling::search
