#pragma once

#include <chrono>
#include <stop_token>

#include "pilling/export.hpp"

namespace pilling {

/// How long a blocking call may take and how it is cancelled. Every call that may leave the process takes one.
struct CallOptions {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::stop_token stop;  ///< a stop ends the call with `Timeout`
};

}  // namespace pilling
