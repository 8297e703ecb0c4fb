#pragma once

#include <string>
#include <string_view>

namespace pilling::text {

/// 128 bits of XXH3 as 32 lower-case hex digits: the same on every machine, so that it may be stored.
std::string fingerprint(std::string_view text);

}  // namespace pilling::text
