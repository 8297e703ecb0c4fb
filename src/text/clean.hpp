#pragma once

#include <string>
#include <string_view>

namespace pilling::text {

/// A text of a public service as people should read it: tags and character references resolved, no-break and
/// zero-width spaces made plain, runs of blanks and empty lines folded, outer blanks cut. Invalid UTF-8 becomes
/// U+FFFD.
std::string clean_text(std::string_view raw);

}  // namespace pilling::text
