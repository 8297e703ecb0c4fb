#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/json_rows.hpp"

namespace pilling::sources {

/// An error that data.go.kr or one of its agencies reported. Holds nothing of the reply but the code: some gateways
/// repeat the request in their replies, and with it the key.
struct ServiceProblem {
  int code = 0;        ///< result code, or HTTP status
  std::string what{};  ///< "22 LIMITED_NUMBER_OF_…: the quota of the day is used up; …"
};

/// Result code 03: a success without rows.
inline constexpr int no_data_code = 3;

/// Nothing when the envelope reports success or no data.
std::optional<ServiceProblem> problem_of(const ApiEnvelope& envelope);

/// The error in an XML reply, found by its tags; nothing when it reports none.
std::optional<ServiceProblem> problem_in_xml(std::string_view xml);

/// The error in a reply of plain text, as the gateway of 2024 to 2026 sent them.
std::optional<ServiceProblem> problem_in_text(std::string_view text);

}  // namespace pilling::sources
