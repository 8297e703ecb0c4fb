#include "cache/flights.hpp"

#include <algorithm>
#include <string_view>

#include "core/deadline.hpp"
#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

// The flight whose loader runs on this thread.
thread_local Flight* current_flight = nullptr;

bool is_flown_here(const Flight& flight) {
  const Flight* here = current_flight;
  while (here != nullptr && here != &flight) here = here->within;
  return here != nullptr;
}

}  // namespace

std::string shown(std::string_view key) {
  std::string text(key.substr(0, 60));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return key.size() > 60 ? text + "..." : text;
}

// Takes a flight to a worker. However it ends, those who wait get an answer.
class Flights::Carrier final : public WorkerPool::Work {
 public:
  Carrier(Flights& flights, FlightPointer flight) : flights_(flights), flight_(std::move(flight)) {
    const Lock lock(flights_.mutex_);
    ++flights_.carriers_;
    ++flight_->carriers;
  }
  ~Carrier() override { flights_.end(std::move(flight_)); }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  void run() noexcept override { flights_.fly(*flight_); }

 private:
  Flights& flights_;
  FlightPointer flight_;
};

Flights::Flights(std::shared_ptr<WorkerPool> pool, bool stops_abandoned, FlightPlan plan)
    : pool_(std::move(pool)), stops_abandoned_(stops_abandoned), plan_(std::move(plan)) {}

Flights::~Flights() {
  closing_.request_stop();
  Lock lock(mutex_);
  carriers_ended_.wait(lock, [&] { return carriers_ == 0; });
}

Flights::Landings& Flights::landings_of(const std::string& key) const noexcept {
  return landings_[std::hash<std::string>{}(key) % landings_.size()];
}

std::uint64_t Flights::landings(const std::string& key) const noexcept {
  return landings_of(key).load(std::memory_order_acquire);
}

std::pair<FlightPointer, bool> Flights::board(const Request& request, std::uint64_t landings) {
  FlightPointer flight;
  bool is_first = false;
  bool needs_carrier = false;
  {
    const Lock lock(mutex_);
    if (const auto under_way = flights_.find(request.key); under_way != flights_.end()) {
      flight = under_way->second;
      check_circle(*flight);
    } else {
      if (landings_of(request.key).load(std::memory_order_relaxed) != landings) return {nullptr, false};
      flight = begin(request);
      is_first = true;
    }
    note_wait(flight.get());
    // Work that waits in a lane for the patient is carried by a more urgent one, too: whichever comes first starts it.
    // A loader takes it over, for all workers might be waiting for such.
    const bool is_urgent = request.lane < flight->lane || current_flight != nullptr;
    needs_carrier = is_first || (!flight->is_started && is_urgent);
    flight->lane = std::min(flight->lane, request.lane);
    ++flight->waiting;
  }
  if (!needs_carrier) return {flight, is_first};
  if (current_flight != nullptr) {
    fly(*flight);
  } else {
    take_off(flight, request.lane);
  }
  return {flight, is_first};
}

bool Flights::send(const Request& request, std::uint64_t landings) {
  FlightPointer flight;
  {
    const Lock lock(mutex_);
    if (closing_.stop_requested() || flights_.contains(request.key)) return false;
    if (landings_of(request.key).load(std::memory_order_relaxed) != landings) return false;
    flight = begin(request);
    flight->is_wanted = true;
  }
  return take_off(flight, request.lane);
}

// Under the lock.
FlightPointer Flights::begin(const Request& request) {
  auto flight = std::make_shared<Flight>();
  flight->home = this;
  flight->key = request.key;
  flight->load = request.load;
  flight->stamp = request.stamp;
  flight->newer_than = request.newer_than;
  flight->lane = request.lane;
  flight->is_forgotten = rewritten_.contains(request.key);
  flights_.emplace(request.key, flight);
  return flight;
}

// Under the lock: from the flight that is wanted along those that each one's loader waits for.
void Flights::check_circle(const Flight& wanted) const {
  for (const Flight* flight = &wanted; flight != nullptr; flight = flight->waits_for) {
    if (!is_flown_here(*flight)) continue;
    throw InvalidArgument("the loader of '" + shown(flight->key) + "' asks for its own key" +
                          (flight == &wanted ? "" : ", by way of '" + shown(wanted.key) + '\'') +
                          "; it would wait for itself");
  }
}

// Under the lock. All whose loaders are at work on this thread wait together.
void Flights::note_wait(const Flight* wanted) const {
  for (Flight* flight = current_flight; flight != nullptr; flight = flight->within) {
    if (flight->home == this) flight->waits_for = wanted;
  }
}

bool Flights::take_off(const FlightPointer& flight, Lane lane) {
  try {
    // Given back, the carrier tells those who wait.
    if (!pool_->submit(lane, std::make_unique<Carrier>(*this, flight))) return true;
    refused_.fetch_add(1, std::memory_order_relaxed);
  } catch (...) {
    cancel(*flight, std::current_exception());
  }
  return false;
}

// A flight for which there is not even a carrier.
void Flights::cancel(Flight& flight, std::exception_ptr reason) noexcept {
  const Lock lock(mutex_);
  if (flight.is_started || flight.carriers > 0) return;
  flight.is_started = true;
  flight.failure = std::move(reason);
  remove(flight);
  flight.is_done = true;
  flight.changed.notify_all();
}

bool Flights::drain(const CallOptions& call) {
  Lock lock(mutex_);
  return core::wait(carriers_ended_, lock, call, [&] { return carriers_ == 0; });
}

bool Flights::await(const FlightPointer& flight, const CallOptions& call, const Patience& patience,
                    KeptPointer& stale) {
  const CallOptions at_most = core::within(call, patience.hard);
  bool is_abandoned = false;
  bool came = false;
  {
    Lock lock(mutex_);
    if (!stale) {
      core::wait(flight->changed, lock, at_most, [&] { return flight->is_done || flight->stand_in; });
      stale = flight->stand_in;
    }
    if (stale) core::wait(flight->changed, lock, core::within(at_most, patience.soft), [&] { return flight->is_done; });
    came = flight->is_done;
    note_wait(nullptr);
    --flight->waiting;
    flight->is_wanted = flight->is_wanted || (!came && stale);
    is_abandoned = stops_abandoned_ && !came && flight->waiting == 0 && !flight->is_wanted;
    if (is_abandoned) {
      remove(*flight);
      // Nobody can find it any more to forget it.
      flight->is_forgotten = true;
    }
  }
  if (is_abandoned) flight->stop.request_stop();
  return came;
}

void Flights::offer(Flight& flight, const KeptPointer& stand_in) {
  const Lock lock(mutex_);
  flight.stand_in = stand_in;
  flight.changed.notify_all();
}

void Flights::fly(Flight& flight) noexcept {
  {
    const Lock lock(mutex_);
    if (std::exchange(flight.is_started, true)) return;
  }
  flight.within = std::exchange(current_flight, &flight);
  try {
    const std::stop_callback closing(closing_.get_token(), [&] { flight.stop.request_stop(); });
    plan_.fetch(flight);
  } catch (...) {
    flight.failure = std::current_exception();
  }
  current_flight = flight.within;
  land(flight);
}

void Flights::land(Flight& flight) noexcept {
  plan_.arrive(flight);
  {
    const Lock lock(mutex_);
    remove(flight);
    landings_of(flight.key).fetch_add(1, std::memory_order_release);
    flight.is_done = true;
    flight.changed.notify_all();
    flight.next_landed = std::exchange(landed_, &flight);
  }
  plan_.clear(flight);
  const Lock lock(mutex_);
  Flight** link = &landed_;
  while (*link != &flight) link = &(*link)->next_landed;
  *link = flight.next_landed;
}

// Under the lock. Another flight of the key may have begun since this one was forgotten.
void Flights::remove(const Flight& flight) {
  const auto under_way = flights_.find(flight.key);
  if (under_way != flights_.end() && under_way->second.get() == &flight) flights_.erase(under_way);
}

Flights::Rewriting::Rewriting(Flights& flights, const std::string& key) : flights_(flights), key_(key) {
  FlightPointer forgotten;
  const Lock lock(flights_.mutex_);
  ++flights_.rewritten_[key_];
  forgotten = flights_.forget(key_);
}

Flights::Rewriting::~Rewriting() {
  FlightPointer forgotten;
  const Lock lock(flights_.mutex_);
  const auto rewritten = flights_.rewritten_.find(key_);
  if (--rewritten->second == 0) flights_.rewritten_.erase(rewritten);
  forgotten = flights_.forget(key_);
}

// Under the lock. What it gives is destroyed after it.
FlightPointer Flights::forget(const std::string& key) {
  for (Flight* landed = landed_; landed != nullptr; landed = landed->next_landed) {
    if (landed->key == key) landed->is_forgotten = true;
  }
  const auto under_way = flights_.find(key);
  if (under_way == flights_.end()) return nullptr;
  FlightPointer forgotten = std::move(under_way->second);
  forgotten->is_forgotten = true;
  flights_.erase(under_way);
  return forgotten;
}

bool Flights::is_forgotten(const Flight& flight) const {
  const Lock lock(mutex_);
  return flight.is_forgotten;
}

Lane Flights::lane_of(const Flight& flight) const {
  const Lock lock(mutex_);
  return flight.lane;
}

std::size_t Flights::size() const {
  const Lock lock(mutex_);
  return flights_.size();
}

// A flight that was never begun, because the pool is full or closed, ends with its last carrier.
void Flights::end(FlightPointer flight) noexcept {
  bool was_refused = false;
  {
    const Lock lock(mutex_);
    --flight->carriers;
    was_refused = flight->carriers == 0 && !flight->is_started;
    if (was_refused) flight->is_started = true;
  }
  if (was_refused) {
    flight->failure = std::make_exception_ptr(Refused("too many loads wait already; try again in a moment"));
    land(*flight);
  }
  // The loader and what it holds die before the destructor of the cache returns.
  flight.reset();
  const Lock lock(mutex_);
  if (--carriers_ == 0) carriers_ended_.notify_all();
}

}  // namespace pilling::cache
