#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "pilling/refresh.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::refresh {

/// Makes what `store` lacks of `summarizer`'s summaries of whole texts, one for each distinct text.
RefreshReport refresh_summaries(Store& store, Summarizer& summarizer, const RefreshOptions& options,
                                const RefreshProgressHook& on_progress, const std::stop_token& stop,
                                std::chrono::milliseconds call_timeout);

}  // namespace pilling::refresh
