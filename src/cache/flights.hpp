#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
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

/// How long those wait who have a value past its time, and those who have none.
struct Patience {
  std::chrono::milliseconds soft{};
  std::chrono::milliseconds hard{};
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

  /// How many have landed so far, the key's among them. Taken before the key is looked up.
  std::uint64_t landings(const std::string& key) const noexcept;

  /// Brings the caller onto the flight of the key, which is begun if there is none; second: whether it was. Null when
  /// one may have landed since `landings`: then what it brought is to be looked up first. A loader that would wait for
  /// itself, by whatever detour, gets InvalidArgument. The caller must `await` it.
  std::pair<FlightPointer, bool> board(const Request& request, std::uint64_t landings);

  /// Whether the flight ended in time. `stale`: what the caller can do with instead; it takes what the flight has found
  /// when it has none. Who leaves with one still wants the flight to go on.
  bool await(const FlightPointer& flight, const CallOptions& call, const Patience& patience, KeptPointer& stale);

  /// Gives those who have nothing something to leave with.
  void offer(Flight& flight, const KeptPointer& stand_in);

  /// Begins a flight that nobody waits for, unless there is one of the key, or one may have landed since `landings`;
  /// false also when the pool has no room.
  bool send(const Request& request, std::uint64_t landings);

  /// While a key is erased or written: what is under way and what begins meanwhile is good for those who wait for it,
  /// but not to be kept; whoever asks from the end on, or asks the first time, begins another flight.
  class Rewriting {
   public:
    Rewriting(Flights& flights, const std::string& key);
    ~Rewriting();
    Rewriting(const Rewriting&) = delete;
    Rewriting& operator=(const Rewriting&) = delete;

   private:
    Flights& flights_;
    const std::string& key_;
  };
  bool is_forgotten(const Flight& flight) const;
  Lane lane_of(const Flight& flight) const;

  /// Waits until all have ended, with what follows them; false when the call's time was over before.
  bool drain(const CallOptions& call);

  std::size_t size() const;
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  class Carrier;
  using Lock = std::unique_lock<std::mutex>;
  using Landings = std::atomic<std::uint64_t>;

  FlightPointer begin(const Request& request);
  bool take_off(const FlightPointer& flight, Lane lane);
  void cancel(Flight& flight, std::exception_ptr reason) noexcept;
  void check_circle(const Flight& wanted) const;
  void note_wait(const Flight* wanted) const;
  void fly(Flight& flight) noexcept;
  void land(Flight& flight) noexcept;
  void remove(const Flight& flight);
  FlightPointer forget(const std::string& key);
  void end(FlightPointer flight) noexcept;
  Landings& landings_of(const std::string& key) const noexcept;

  const std::shared_ptr<WorkerPool> pool_;
  const bool stops_abandoned_;
  const FlightPlan plan_;
  std::stop_source closing_;
  std::atomic<std::uint64_t> refused_{0};
  mutable std::array<Landings, 64> landings_{};

  mutable std::mutex mutex_;
  std::unordered_map<std::string, FlightPointer> flights_;
  std::unordered_map<std::string, int> rewritten_;
  Flight* landed_ = nullptr;  // a list of those that are still being written to tiers
  std::size_t carriers_ = 0;
  std::condition_variable_any carriers_ended_;
};

/// Long keys may be whole texts, and any bytes: messages show the beginning, as ASCII.
std::string shown(std::string_view key);

}  // namespace pilling::cache
