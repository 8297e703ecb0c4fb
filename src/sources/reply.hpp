#pragma once

#include <string>
#include <string_view>

#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/source.hpp"

namespace pilling::sources {

/// A reply of the e약은요 service, in JSON. `service` names it in errors. Throws ServiceError for an error that the
/// gateway or the agency reported, in any of its shapes, and BadData for what is neither rows nor such an error.
SourcePage<Medicine> read_medicine_reply(std::string_view body, int http_status, std::string_view service);

/// A list reply of the 국립중앙의료원 pharmacy service, in JSON. As above.
SourcePage<Pharmacy> read_pharmacy_reply(std::string_view body, int http_status, std::string_view service);

}  // namespace pilling::sources
