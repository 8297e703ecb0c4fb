#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "cache/flight.hpp"
#include "pilling/call.hpp"
#include "pilling/worker_pool.hpp"

namespace pilling::cache {

/// Who wants a value, and how.
struct Request {
  const std::string& key;
  const detail::TieredCacheCore::Loader& load;
  std::int64_t stamp = 0;
  std::int64_t newer_than = 0;
  Lane lane = Lane::user;
};

/// What a flight does. All are called by the thread that flies it, without a lock.
struct FlightPlan {
  std::function<void(Flight&)> fetch;         ///< fills in `reading`, or throws
  std::function<void(const Flight&)> arrive;  ///< publishes; before others stop finding the flight
  std::function<void(const Flight&)> clear;   ///< afterwards, when those who waited have gone on
};

/// The fetches under way, one a key: see TieredCache. Thread-safe; no lock is held while anything is fetched.
class Flights {
 public:
  Flights(std::shared_ptr<WorkerPool> pool, bool stops_abandoned, FlightPlan plan);
  ~Flights();  ///< stops what is under way, and waits for it

  /// Brings the caller onto the flight of the key, which is begun if there is none; second: whether it was. Null when
  /// `is_there` says, under the lock, that the value has arrived meanwhile. A loader that waits for its own key gets
  /// InvalidArgument. The caller must `await` it.
  std::pair<FlightPointer, bool> board(const Request& request, const std::function<bool()>& is_there);

  /// Whether the flight ended in time. `can_do_without`: the caller leaves it, but wants it to go on.
  bool await(const FlightPointer& flight, const CallOptions& call, bool can_do_without);

  /// Begins a flight that nobody waits for, unless there is one of the key.
  bool send(const Request& request);

  /// Whoever asks for the key from now on begins another flight; what the old one brings is not to be kept.
  void forget(const std::string& key);
  bool is_forgotten(const Flight& flight) const;
  Lane lane_of(const Flight& flight) const;

  /// Waits until all have ended, with what follows them; false when the call's time was over before.
  bool drain(const CallOptions& call);

  std::size_t size() const;
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  class Carrier;
  using Lock = std::unique_lock<std::mutex>;

  std::pair<FlightPointer, bool> join(const Request& request);
  void start(const FlightPointer& flight, Lane lane);
  void fly(const FlightPointer& flight) noexcept;
  void land(Flight& flight) noexcept;
  void remove(const Flight& flight);
  void end(const FlightPointer& flight) noexcept;

  const std::shared_ptr<WorkerPool> pool_;
  const bool stops_abandoned_;
  const FlightPlan plan_;
  std::atomic<std::uint64_t> refused_{0};

  mutable std::mutex mutex_;
  std::unordered_map<std::string, FlightPointer> flights_;
  bool is_closing_ = false;
  std::size_t carriers_ = 0;
  std::condition_variable_any carriers_ended_;
};

/// Long keys may be whole texts, and any bytes: messages show the beginning, as ASCII.
std::string shown(std::string_view key);

}  // namespace pilling::cache
