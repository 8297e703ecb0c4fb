#include "cache/tier_link.hpp"

#include <algorithm>
#include <utility>

#include "cache/stored_entry.hpp"
#include "core/deadline.hpp"
#include "core/span.hpp"
#include "pilling/error.hpp"

namespace pilling::cache {
namespace {

// One failure may be chance; from the third on, it is left alone for a second, then for twice as long each time.
constexpr int failures_before_rest = 3;
constexpr std::chrono::milliseconds first_rest(1000);
constexpr std::chrono::milliseconds longest_rest(30'000);

// Enough for an outage of some minutes; what goes beyond is found out by the times to live.
constexpr std::size_t maximum_missed = 10'000;

// All of them at once might never be done within the time of one operation.
constexpr std::size_t most_at_once = 100;

// Whether somebody else has put an entry there that a tier would keep rather than one with the stamp.
bool is_as_new(const std::string& key, const std::optional<std::string>& bytes, std::int64_t stamp) {
  const auto entry = bytes ? decode(key, *bytes) : std::nullopt;
  return entry && entry->stamp >= stamp;
}

struct Timer {
  ~Timer() { latency.record(std::chrono::steady_clock::now() - began); }
  LatencyHistogram& latency;
  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

}  // namespace

TierLink::TierLink(CacheTier tier, std::function<Time()> now, std::function<double()> random, SpanHook on_span)
    : tier_(std::move(tier)),
      now_(std::move(now)),
      random_(std::move(random)),
      on_span_(std::move(on_span)),
      at_once_(most_at_once) {
  if (!tier_.cache) throw InvalidArgument("a tier of TieredCacheOptions::tiers has no cache");
}

template <class Operation>
auto TierLink::guarded(Rest& rest, std::string_view name, const CallOptions& call, const Operation& operation) {
  check_whether_over(rest);
  const core::Span span(on_span_, name);
  const Timer timer{latency_};
  try {
    auto result = operation(core::within(call, tier_.timeout));
    note_success(rest);
    return result;
  } catch (...) {
    // A caller who had no time left says nothing about the tier.
    if (!core::is_over(call)) note_failure(rest);
    throw;
  }
}

std::vector<std::optional<std::string>> TierLink::get(std::span<const std::string> keys, const CallOptions& call) {
  auto found = guarded(rest_of_reads_, "pilling.tier.get", call, [&](const CallOptions& own) {
    auto answer = tier_.cache->get(keys, own);
    if (answer.size() != keys.size()) {
      throw BadData("it answered another number of entries than was asked for", tier_.cache->name());
    }
    return answer;
  });
  // What it would hold, had it not missed the write.
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; !pending_.empty() && i < keys.size(); ++i) {
    const auto pending = pending_.find(keys[i]);
    if (pending == pending_.end()) continue;
    const auto& entry = pending->second.entry;
    if (entry && is_as_new(keys[i], found[i], entry->stamp)) continue;
    found[i] = entry ? std::optional(entry->bytes) : std::nullopt;
  }
  return found;
}

void TierLink::write(Write write, const CallOptions& call, const IsStillGood& is_still_good) {
  std::vector<Sending> writes = begin(std::move(write), is_still_good);
  if (writes.empty()) return;
  try {
    guarded(rest_of_writes_, "pilling.tier.write", call, [&](const CallOptions& own) {
      send(writes, own);
      return true;
    });
  } catch (...) {
    end(writes, false);
    throw;
  }
  end(writes, true);
  make_up(call);
}

std::vector<TierLink::Sending> TierLink::begin(Write write, const IsStillGood& is_still_good) {
  const std::scoped_lock lock(mutex_);
  if (is_still_good && !is_still_good()) return {};
  Pending& pending = pending_[write.first];
  const bool is_older = pending.entry && write.second && write.second->stamp <= pending.entry->stamp;
  if (!is_older) pending.entry = std::move(write.second);
  pending.number = ++last_number_;
  return {begin(write.first, pending)};
}

TierLink::Sending TierLink::begin(const std::string& key, Pending& pending) {
  const bool is_alone = pending.under_way++ == 0;
  return {.key = key, .entry = pending.entry, .number = pending.number, .is_alone = is_alone};
}

// Whatever becomes of them, the write that they follow was done.
void TierLink::make_up(const CallOptions& call) {
  std::vector<Sending> missed = begin_missed();
  if (missed.empty()) return;
  const Timer timer{latency_};
  try {
    send(missed, core::within(call, tier_.timeout));
    end(missed, true);
    const std::scoped_lock lock(mutex_);
    at_once_ = std::min(at_once_ * 2, most_at_once);
  } catch (...) {
    end(missed, false);
    if (!core::is_over(call)) note_missed_again(missed);
  }
}

std::vector<TierLink::Sending> TierLink::begin_missed() {
  std::vector<Sending> missed;
  const std::scoped_lock lock(mutex_);
  for (auto& [key, pending] : pending_) {
    if (missed.size() >= at_once_) break;
    if (pending.under_way == 0) missed.push_back(begin(key, pending));
  }
  return missed;
}

void TierLink::check_whether_over(const Rest& rest) {
  const std::scoped_lock lock(mutex_);
  const auto remaining = rest.ends_at - now_();
  if (remaining.count() <= 0) return;
  skipped_.fetch_add(1, std::memory_order_relaxed);
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(remaining).count();
  throw Refused("it failed several times and is left alone for " + std::to_string(milliseconds) + " ms more",
                std::chrono::milliseconds(milliseconds));
}

void TierLink::note_success(Rest& rest) {
  const std::scoped_lock lock(mutex_);
  rest.failures_in_a_row = 0;
}

void TierLink::note_failure(Rest& rest) {
  failures_.fetch_add(1, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  // Begun before the rest, which the failures of others have earned already.
  if (now_() < rest.ends_at) return;
  if (++rest.failures_in_a_row < failures_before_rest) return;
  const int doublings = std::min(rest.failures_in_a_row - failures_before_rest, 10);
  const auto lasting = std::min(first_rest * (1 << doublings), longest_rest);
  const double share = 0.5 + 0.5 * random_();
  rest.ends_at =
      now_() + std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(lasting.count()) * share));
}

void TierLink::send(std::vector<Sending>& writes, const CallOptions& call) {
  std::vector<std::pair<std::string, SharedEntry>> put;
  std::vector<std::string> erased;
  for (auto& [key, entry, number, is_alone] : writes) {
    if (entry) {
      put.emplace_back(key, std::move(*entry));
    } else {
      erased.push_back(key);
    }
  }
  if (!erased.empty()) tier_.cache->erase(erased, call);
  if (!put.empty()) tier_.cache->put(put, call);
}

// A write that was not alone stays, to be repeated: an older one may have come to the tier after it.
void TierLink::end(const std::vector<Sending>& writes, bool has_arrived) {
  const std::scoped_lock lock(mutex_);
  for (const Sending& write : writes) {
    const auto pending = pending_.find(write.key);
    --pending->second.under_way;
    const bool is_done = has_arrived && write.is_alone && write.number == pending->second.number;
    const bool has_no_room = !has_arrived && pending->second.under_way == 0 && pending_.size() > maximum_missed;
    if (is_done || has_no_room) pending_.erase(pending);
  }
}

// The tier works, but not with these: they take it too long, or there is one among them that it never takes.
void TierLink::note_missed_again(const std::vector<Sending>& writes) {
  failures_.fetch_add(1, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  if (at_once_ > 1) {
    at_once_ /= 2;
    return;
  }
  const auto pending = pending_.find(writes.front().key);
  const bool is_same = pending != pending_.end() && pending->second.number == writes.front().number;
  if (is_same && pending->second.under_way == 0) pending_.erase(pending);
}

CacheTierStats TierLink::stats() const {
  const std::scoped_lock lock(mutex_);
  return {.name = tier_.cache->name(),
          .hits = hits_.load(std::memory_order_relaxed),
          .misses = misses_.load(std::memory_order_relaxed),
          .damaged = damaged_.load(std::memory_order_relaxed),
          .failures = failures_.load(std::memory_order_relaxed),
          .skipped = skipped_.load(std::memory_order_relaxed),
          .pending = pending_.size(),
          .is_resting = std::max(rest_of_reads_.ends_at, rest_of_writes_.ends_at) > now_(),
          .latency = latency_.summary()};
}

}  // namespace pilling::cache
