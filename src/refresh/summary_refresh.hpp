#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "pilling/refresh.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::refresh {

/// The name of the job under which the store says how far the summaries of this maker are.
std::string job_name(const std::string& maker);

/// Makes what `store` lacks of `summarizer`'s summaries of whole texts, one for each distinct text.
RefreshReport refresh_summaries(Store& store, Summarizer& summarizer, const RefreshOptions& options,
                                const RefreshProgressHook& on_progress, const std::stop_token& stop,
                                std::chrono::milliseconds call_timeout);

}  // namespace pilling::refresh
