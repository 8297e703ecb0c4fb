#include "refresh/lease.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/number_in.hpp"
#include "core/process.hpp"
#include "core/process_identity.hpp"
#include "pilling/error.hpp"
#include "refresh/random_name.hpp"

namespace pilling::refresh {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view job = "lease";
constexpr std::string_view key = "refresh";

struct Holder {
  std::string token;  // of this one lease
  core::ProcessIdentity process;
  std::int64_t until = 0;   // milliseconds since 1970 in UTC
  std::int64_t length = 0;  // of the lease, in milliseconds
};

std::string encode(const Holder& holder) {
  return holder.token + '\n' + holder.process.machine + '\n' + std::to_string(holder.process.number) + '\n' +
         holder.process.start + '\n' + std::to_string(holder.until) + '\n' + std::to_string(holder.length);
}

Holder decode(std::string_view text) {
  const auto next_line = [&] {
    const std::size_t end = text.find('\n');
    std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
  };
  Holder holder;
  holder.token = next_line();
  holder.process.machine = next_line();
  holder.process.number = core::number_in<std::int64_t>(next_line());
  holder.process.start = next_line();
  holder.until = core::number_in<std::int64_t>(next_line());
  holder.length = core::number_in<std::int64_t>(next_line());
  return holder;
}

}  // namespace

class Lease::Keeper {
 public:
  Keeper(Store& store, milliseconds length, SystemClock now) : store_(store), length_(length), now_(std::move(now)) {
    me_ = {.token = random_name(), .process = core::this_process()};
    const auto transaction = store_.begin();
    refuse_if_held(*transaction);
    write(*transaction);
    transaction->commit();
    thread_ = core::start_without_signals<std::jthread>([this](const std::stop_token& stop) { keep(stop); });
  }

  ~Keeper() {
    thread_.request_stop();
    thread_.join();
    // It ends by itself, but only after a while.
    constexpr int attempts = 3;
    for (int attempt = 0; attempt < attempts && !give_up(); ++attempt) {
    }
  }

  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  bool is_mine(StoreTransaction& transaction) const {
    const auto note = transaction.note(job, key);
    return note && decode(*note).token == me_.token;
  }

 private:
  std::int64_t now() const { return std::chrono::floor<milliseconds>(now_().time_since_epoch()).count(); }

  void refuse_if_held(StoreTransaction& transaction) const {
    const auto note = transaction.note(job, key);
    if (!note) return;
    const Holder holder = decode(*note);
    const std::int64_t left = holder.until - now();
    // Nobody takes a lease for longer: the clock was set back since.
    const bool is_of_another_time = left > holder.length;
    if (left <= 0 || is_of_another_time || core::is_known_to_be_gone(holder.process)) return;
    const std::string& machine = holder.process.machine;
    throw Refused("process " + std::to_string(holder.process.number) + " on " + machine.substr(0, machine.find('/')) +
                      " is refreshing this database; wait until it is done, or for " + std::to_string(left) +
                      " ms after it was cut off",
                  milliseconds(left));
  }

  bool give_up() noexcept {
    try {
      const auto transaction = store_.begin();
      if (!is_mine(*transaction)) return true;
      transaction->erase_note(job, key);
      transaction->commit();
      return true;
    } catch (...) {
      return false;
    }
  }

  void write(StoreTransaction& transaction) {
    me_.until = now() + length_.count();
    me_.length = length_.count();
    transaction.put(JobNote{.job = std::string(job), .key = std::string(key), .text = encode(me_)});
  }

  void keep(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wakes_.wait_for(lock, stop, length_ / 3, [] { return false; });
      if (!stop.stop_requested()) renew(stop);
    }
  }

  void renew(const std::stop_token& stop) noexcept {
    try {
      const auto transaction = store_.begin({.stop = stop});
      if (!is_mine(*transaction)) return;
      write(*transaction);
      transaction->commit();
    } catch (...) {
      // The next time, perhaps; whoever has taken it over by then is found by `check`.
    }
  }

  Store& store_;
  const milliseconds length_;
  const SystemClock now_;
  Holder me_;
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;  // the last member: it uses all others until it has ended
};

Lease::Lease(Store& store, milliseconds length, SystemClock now)
    : keeper_(std::make_unique<Keeper>(store, length, std::move(now))) {}

Lease::~Lease() = default;

void Lease::check(StoreTransaction& transaction) const {
  if (keeper_->is_mine(transaction)) return;
  throw Refused("another refresh of this database has begun, since this one was cut off from it for too long");
}

}  // namespace pilling::refresh
