#pragma once

#include <stop_token>

#include "pilling/engine.hpp"
#include "pilling/refresh.hpp"

namespace pilling::engine {

/// Throws InvalidArgument for a schedule that makes no sense.
void check(const RefreshSchedule& schedule);

/// A refresh from the first page to the moment in which everybody sees it: see `Engine::refresh`.
RefreshReport run_refresh(const EngineOptions& options, const RefreshOptions& wanted,
                          const RefreshProgressHook& on_progress, const std::stop_token& stop);

}  // namespace pilling::engine
