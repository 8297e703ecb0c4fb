#include "pilling/error.hpp"

#include <utility>

namespace pilling {

// Out-of-line destructors anchor the type information here, so that a `catch` in another shared object works.
Error::~Error() = default;
InvalidArgument::~InvalidArgument() = default;
StorageError::~StorageError() = default;
NetworkError::~NetworkError() = default;
Timeout::~Timeout() = default;
ServiceError::~ServiceError() = default;
Refused::Refused(const std::string& message, std::optional<std::chrono::milliseconds> retry_after)
    : Error(message), retry_after_(retry_after) {}
Refused::~Refused() = default;
BadData::~BadData() = default;

StorageError::StorageError(const std::string& message, std::string location)
    : Error(message), location_(std::move(location)) {}

NetworkError::NetworkError(const std::string& message, std::string host, bool may_have_arrived)
    : Error(message), host_(std::move(host)), may_have_arrived_(may_have_arrived) {}

ServiceError::ServiceError(const std::string& message, std::string service, int status,
                           std::optional<std::chrono::milliseconds> retry_after)
    : Error(message), service_(std::move(service)), status_(status), retry_after_(retry_after) {}

BadData::BadData(const std::string& message, std::string source, std::optional<std::uint64_t> byte_offset)
    : Error(message), source_(std::move(source)), byte_offset_(byte_offset) {}

}  // namespace pilling
