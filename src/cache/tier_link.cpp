#include "cache/tier_link.hpp"

#include <algorithm>
#include <utility>

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

}  // namespace

TierLink::TierLink(CacheTier tier, std::function<Time()> now, std::function<double()> random, SpanHook on_span)
    : tier_(std::move(tier)), now_(std::move(now)), random_(std::move(random)), on_span_(std::move(on_span)) {
  if (!tier_.cache) throw InvalidArgument("a tier of TieredCacheOptions::tiers has no cache");
}

template <class Operation>
auto TierLink::guarded(std::string_view name, const CallOptions& call, const Operation& operation) {
  check_whether_open();
  const core::Span span(on_span_, name);
  struct Timer {
    ~Timer() { latency.record(std::chrono::steady_clock::now() - began); }
    LatencyHistogram& latency;
    const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  } const timer{latency_};
  try {
    auto result = operation(core::within(call, tier_.timeout));
    note_success();
    return result;
  } catch (...) {
    // A caller who had no time left says nothing about the tier.
    if (!core::is_over(call)) note_failure();
    throw;
  }
}

std::vector<std::optional<std::string>> TierLink::get(std::span<const std::string> keys, const CallOptions& call) {
  auto found = guarded("pilling.tier.get", call, [&](const CallOptions& own) {
    auto answer = tier_.cache->get(keys, own);
    if (answer.size() != keys.size()) {
      throw BadData("it answered another number of entries than was asked for", tier_.cache->name());
    }
    return answer;
  });
  // What it would hold, had it not missed the write.
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; !missed_.empty() && i < keys.size(); ++i) {
    const auto missed = missed_.find(keys[i]);
    if (missed == missed_.end()) continue;
    found[i] = missed->second ? std::optional(missed->second->bytes) : std::nullopt;
  }
  return found;
}

void TierLink::write(Write write, const CallOptions& call) {
  std::vector<Write> writes;
  {
    const std::scoped_lock lock(mutex_);
    missed_.erase(write.first);
    for (auto& missed : std::exchange(missed_, {})) writes.emplace_back(missed.first, std::move(missed.second));
  }
  writes.push_back(std::move(write));
  try {
    guarded("pilling.tier.write", call, [&](const CallOptions& own) {
      send(writes, own);
      return true;
    });
  } catch (...) {
    keep_for_later(std::move(writes));
    throw;
  }
}

void TierLink::check_whether_open() {
  const std::scoped_lock lock(mutex_);
  const auto remaining = closed_until_ - now_();
  if (remaining.count() <= 0) return;
  skipped_.fetch_add(1, std::memory_order_relaxed);
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(remaining).count();
  throw Refused("it failed several times and is left alone for " + std::to_string(milliseconds) + " ms more");
}

void TierLink::note_success() {
  const std::scoped_lock lock(mutex_);
  failures_in_a_row_ = 0;
}

void TierLink::note_failure() {
  failures_.fetch_add(1, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  if (++failures_in_a_row_ < failures_before_rest) return;
  const int doublings = std::min(failures_in_a_row_ - failures_before_rest, 10);
  const auto rest = std::min(first_rest * (1 << doublings), longest_rest);
  const double share = 0.5 + 0.5 * random_();
  closed_until_ =
      now_() + std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(rest.count()) * share));
}

void TierLink::send(const std::vector<Write>& writes, const CallOptions& call) {
  std::vector<std::pair<std::string, SharedEntry>> put;
  std::vector<std::string> erased;
  for (const auto& [key, entry] : writes) {
    if (entry) {
      put.emplace_back(key, *entry);
    } else {
      erased.push_back(key);
    }
  }
  if (!erased.empty()) tier_.cache->erase(erased, call);
  if (!put.empty()) tier_.cache->put(put, call);
}

// Another thread may have written a key since: its write stands.
void TierLink::keep_for_later(std::vector<Write> writes) {
  const std::scoped_lock lock(mutex_);
  for (auto& [key, entry] : writes) {
    if (missed_.size() >= maximum_missed) return;
    missed_.try_emplace(std::move(key), std::move(entry));
  }
}

CacheTierStats TierLink::stats() const {
  const std::scoped_lock lock(mutex_);
  return {.name = tier_.cache->name(),
          .hits = hits_.load(std::memory_order_relaxed),
          .misses = misses_.load(std::memory_order_relaxed),
          .damaged = damaged_.load(std::memory_order_relaxed),
          .failures = failures_.load(std::memory_order_relaxed),
          .skipped = skipped_.load(std::memory_order_relaxed),
          .pending = missed_.size(),
          .is_resting = closed_until_ > now_(),
          .latency = latency_.summary()};
}

}  // namespace pilling::cache
