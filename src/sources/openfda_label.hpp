#pragma once

#include <string>
#include <string_view>

#include "pilling/medicine.hpp"
#include "pilling/source.hpp"

namespace pilling::sources {

/// A reply of openFDA's label search. Nothing found is an empty page, although it comes as an error. Throws
/// ServiceError for other errors, and BadData for what makes no sense; messages hold nothing of the reply but its code.
SourcePage<Medicine> read_openfda_reply(std::string_view body, int http_status, const std::string& service);

/// A search for labels: by brand name, by `set_id`, by both, or for all when both are empty. Of a name only what
/// openFDA takes is kept; nothing when nothing is left.
std::string openfda_search(std::string_view brand_name, std::string_view set_id);

}  // namespace pilling::sources
