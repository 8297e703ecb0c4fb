#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/retry.hpp"
#include "pilling/source.hpp"

namespace pilling::sources {

/// As the public functions; the hooks are for tests, which must not wait.
std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http,
                                                      const PublicDataOptions& options, core::RetryHooks hooks);
std::shared_ptr<MedicineSource> make_permit_source(const std::shared_ptr<HttpTransport>& http,
                                                   const PublicDataOptions& options, const PermitOperations& operations,
                                                   const core::RetryHooks& hooks);
std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                    const PublicDataOptions& options,
                                                                    core::RetryHooks hooks);
SourcePage<Pharmacy> fetch_pharmacies_near(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                           Coordinate center, PageRequest request, const CallOptions& call,
                                           core::RetryHooks hooks);
std::optional<Pharmacy> fetch_pharmacy(std::shared_ptr<HttpTransport> http, const PublicDataOptions& options,
                                       const PharmacyId& id, const CallOptions& call, core::RetryHooks hooks);
std::vector<HolidayCalendar::Holiday> fetch_holidays(std::shared_ptr<HttpTransport> http,
                                                     const PublicDataOptions& options, std::chrono::year year,
                                                     const CallOptions& call, core::RetryHooks hooks);
std::shared_ptr<MedicineSource> make_openfda_source(std::shared_ptr<HttpTransport> http, const OpenFdaOptions& options,
                                                    core::RetryHooks hooks);

}  // namespace pilling::sources
