#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pilling::engine {

/// Adds a field to bytes that `fields_of` takes apart again, whatever the fields hold: netstrings, without the comma.
void append_field(std::string& bytes, std::string_view field);

/// Views into `bytes`. Throws BadData when they are not such fields, or fewer than there must be.
std::vector<std::string_view> fields_of(std::string_view bytes, std::size_t at_least);

}  // namespace pilling::engine
