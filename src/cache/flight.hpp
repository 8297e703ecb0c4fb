#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <string>

#include "cache/kept.hpp"
#include "cache/tiers.hpp"
#include "pilling/tiered_cache.hpp"

namespace pilling::cache {

class Flights;

/// One fetch that others wait for. From `lane` on, it is guarded by the mutex of the flights; `reading` and `failure`
/// belong to the thread that fetches until the flight is done, and do not change afterwards.
struct Flight {
  const Flights* home = nullptr;
  std::string key;
  detail::TieredCacheCore::Loader load;
  std::int64_t stamp = 0;       ///< taken before anything was asked
  std::int64_t newer_than = 0;  ///< stamp of the value that it shall replace
  Flight* within = nullptr;     ///< the one whose loader asked for this one, on the thread that fetches
  std::stop_source stop{};

  Lane lane = Lane::user;             ///< the most urgent of those who wait
  std::size_t carriers = 0;           ///< pieces of work that may start it
  std::size_t waiting = 0;            ///< callers
  const Flight* waits_for = nullptr;  ///< the one that its loader waits for
  bool is_wanted = false;             ///< not only by those who wait: it makes a value fresh again
  bool is_started = false;
  bool is_done = false;
  bool is_forgotten = false;  ///< erased meanwhile: good for those who wait, but not to be kept
  Flight* next_landed = nullptr;
  KeptPointer stand_in{};  ///< a value past its time that a tier has, for those who have none
  std::condition_variable_any changed{};

  Reading reading{};
  std::exception_ptr failure{};
};
using FlightPointer = std::shared_ptr<Flight>;

}  // namespace pilling::cache
