#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/json_rows.hpp"

namespace pilling::sources {

/// A reply of data.go.kr in XML, as far as it could be read: each `item` below `items` is a row, of the same names and
/// texts as in JSON. Why it is no XML, or nothing; the envelope holds what was read before that.
std::optional<std::string> read_xml_body(std::string_view xml, const JsonRowVisitor& visit, ApiEnvelope& envelope);

}  // namespace pilling::sources
