#pragma once

#include <string_view>
#include <vector>

namespace pilling::sources {

/// Takes a list like "A, B 및 C의 완화" apart where each part says by itself what it says in the list. Each part is a
/// stretch of the list, in its order.
std::vector<std::string_view> split_indications(std::string_view list);

/// Without the blanks and stops around it.
std::string_view trim_indication(std::string_view text);

}  // namespace pilling::sources
