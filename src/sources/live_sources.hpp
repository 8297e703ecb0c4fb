#pragma once

#include <memory>

#include "core/retry.hpp"
#include "pilling/source.hpp"

namespace pilling::sources {

/// As the public factories; the hooks are for tests, which must not wait.
std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http, PublicDataOptions options,
                                                      core::RetryHooks hooks);
std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                    PublicDataOptions options, core::RetryHooks hooks);

}  // namespace pilling::sources
