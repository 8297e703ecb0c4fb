#include "cache/flights.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/deadline.hpp"
#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

// The flight whose loader runs on this thread.
thread_local const FlightPointer* current_flight = nullptr;

void check_circle(const Flight& wanted) {
  if (current_flight == nullptr) return;
  for (const Flight* flight = current_flight->get(); flight != nullptr; flight = flight->within.get()) {
    if (flight != &wanted) continue;
    throw InvalidArgument("the loader of '" + shown(wanted.key) + "' asks for its own key; it would wait for itself");
  }
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
  ~Carrier() override { flights_.end(flight_); }
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  void run() noexcept override { flights_.fly(flight_); }

 private:
  Flights& flights_;
  const FlightPointer flight_;
};

Flights::Flights(std::shared_ptr<WorkerPool> pool, bool stops_abandoned, FlightPlan plan)
    : pool_(std::move(pool)), stops_abandoned_(stops_abandoned), plan_(std::move(plan)) {}

Flights::~Flights() {
  std::vector<FlightPointer> under_way;
  {
    const Lock lock(mutex_);
    is_closing_ = true;
    for (const auto& [key, flight] : flights_) under_way.push_back(flight);
  }
  for (const FlightPointer& flight : under_way) flight->stop.request_stop();
  Lock lock(mutex_);
  carriers_ended_.wait(lock, [&] { return carriers_ == 0; });
}

std::pair<FlightPointer, bool> Flights::board(const Request& request, const std::function<bool()>& is_there) {
  FlightPointer flight;
  bool is_first = false;
  bool needs_carrier = false;
  {
    const Lock lock(mutex_);
    if (is_there()) return {nullptr, false};
    std::tie(flight, is_first) = join(request);
    // Work that waits in a lane for the patient is carried by a more urgent one, too: whichever comes first starts it.
    needs_carrier = is_first || (!flight->is_started && request.lane < flight->lane);
    flight->lane = std::min(flight->lane, request.lane);
    ++flight->waiting;
  }
  if (needs_carrier) start(flight, request.lane);
  return {flight, is_first};
}

bool Flights::send(const Request& request) {
  FlightPointer flight;
  {
    const Lock lock(mutex_);
    if (is_closing_ || flights_.contains(request.key)) return false;
    flight = join(request).first;
    flight->is_wanted = true;
  }
  start(flight, request.lane);
  return true;
}

// Under the lock.
std::pair<FlightPointer, bool> Flights::join(const Request& request) {
  if (const auto under_way = flights_.find(request.key); under_way != flights_.end()) {
    check_circle(*under_way->second);
    return {under_way->second, false};
  }
  auto flight = std::make_shared<Flight>();
  flight->key = request.key;
  flight->load = request.load;
  flight->stamp = request.stamp;
  flight->newer_than = request.newer_than;
  flight->lane = request.lane;
  if (current_flight != nullptr) flight->within = *current_flight;
  flights_.emplace(request.key, flight);
  return {flight, true};
}

// A loader that asks for another key fetches that itself: all workers might be waiting for such.
void Flights::start(const FlightPointer& flight, Lane lane) {
  if (current_flight != nullptr) {
    fly(flight);
    return;
  }
  try {
    // Given back, the carrier tells those who wait.
    if (pool_->submit(lane, std::make_unique<Carrier>(*this, flight))) refused_.fetch_add(1, std::memory_order_relaxed);
  } catch (...) {
    const Lock lock(mutex_);
    if (flight->is_started) return;
    flight->is_started = true;
    flight->failure = std::current_exception();
    remove(*flight);
    flight->is_done = true;
    flight->ended.notify_all();
  }
}

bool Flights::drain(const CallOptions& call) {
  Lock lock(mutex_);
  return core::wait(carriers_ended_, lock, call, [&] { return carriers_ == 0; });
}

bool Flights::await(const FlightPointer& flight, const CallOptions& call, bool can_do_without) {
  bool is_abandoned = false;
  bool came = false;
  {
    Lock lock(mutex_);
    came = core::wait(flight->ended, lock, call, [&] { return flight->is_done; });
    --flight->waiting;
    flight->is_wanted = flight->is_wanted || (!came && can_do_without);
    is_abandoned = stops_abandoned_ && !came && flight->waiting == 0 && !flight->is_wanted;
    if (is_abandoned) remove(*flight);
  }
  if (is_abandoned) flight->stop.request_stop();
  return came;
}

void Flights::fly(const FlightPointer& flight) noexcept {
  {
    const Lock lock(mutex_);
    if (std::exchange(flight->is_started, true)) return;
  }
  const FlightPointer* const outer = std::exchange(current_flight, &flight);
  try {
    plan_.fetch(*flight);
  } catch (...) {
    flight->failure = std::current_exception();
  }
  current_flight = outer;
  land(*flight);
}

void Flights::land(Flight& flight) noexcept {
  plan_.arrive(flight);
  {
    const Lock lock(mutex_);
    remove(flight);
    flight.is_done = true;
    flight.ended.notify_all();
  }
  plan_.clear(flight);
}

// Under the lock. Another flight of the key may have begun since this one was forgotten.
void Flights::remove(const Flight& flight) {
  const auto under_way = flights_.find(flight.key);
  if (under_way != flights_.end() && under_way->second.get() == &flight) flights_.erase(under_way);
}

void Flights::forget(const std::string& key) {
  FlightPointer forgotten;
  const Lock lock(mutex_);
  const auto under_way = flights_.find(key);
  if (under_way == flights_.end()) return;
  forgotten = std::move(under_way->second);
  forgotten->is_forgotten = true;
  flights_.erase(under_way);
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
void Flights::end(const FlightPointer& flight) noexcept {
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
  const Lock lock(mutex_);
  if (--carriers_ == 0) carriers_ended_.notify_all();
}

}  // namespace pilling::cache
