#pragma once

#include <memory>
#include <string>

#include "pilling/cache.hpp"
#include "pilling/engine.hpp"
#include "pilling/shared_cache.hpp"

namespace pilling::engine {

/// The options with everything in place that may be left out. Throws InvalidArgument for what makes no sense, and what
/// the database throws.
EngineOptions with_defaults(EngineOptions options);

/// Of a cache whose first tier is in the store. On one machine, a table is faster than Redis is.
TieredCacheOptions tiered_options(const EngineOptions& options, std::string name, std::shared_ptr<SharedCache> table,
                                  std::shared_ptr<WorkerPool> pool);

}  // namespace pilling::engine
