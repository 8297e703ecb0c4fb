#pragma once

#include <string>
#include <string_view>

namespace pilling::sources {

/// The key of data.go.kr in its plain form. The portal shows it plain and percent-encoded, and people paste either;
/// a key that is encoded twice is refused by the service. Throws InvalidArgument when it is empty.
std::string plain_service_key(std::string_view shown);

}  // namespace pilling::sources
