#pragma once

#include <functional>
#include <utility>

#include "cache/failure_memory.hpp"
#include "cache/hybrid_clock.hpp"
#include "cache/invalidations.hpp"
#include "cache/lifetimes.hpp"
#include "cache/residents.hpp"
#include "cache/tiers.hpp"
#include "core/retry.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

/// What the callers of one tiered cache and its flights work with. Each part is thread-safe.
struct CacheParts {
  CacheParts(TieredCacheOptions cache_options, detail::TieredCacheCore::Codec value_codec)
      : options(std::move(cache_options)),
        codec(std::move(value_codec)),
        random(core::default_retry_hooks().random),
        lifetimes(options, random),
        clock(options.now),
        tiers(options, codec, lifetimes, clock, invalidations, random),
        residents(options, codec, lifetimes, invalidations),
        failures({options.first_back_off, options.maximum_back_off}, options.steady_now, random) {}

  const TieredCacheOptions options;
  const detail::TieredCacheCore::Codec codec;
  const std::function<double()> random;
  const Lifetimes lifetimes;
  HybridClock clock;
  Invalidations invalidations;
  Tiers tiers;
  Residents residents;
  FailureMemory failures;
};

}  // namespace pilling::cache
