#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "core/deadline.hpp"
#include "pilling/cache.hpp"
#include "pilling/error.hpp"

namespace pilling {

SharedCache::~SharedCache() = default;

namespace {

using SteadyClock = std::chrono::steady_clock;

// What an entry costs beside its texts: nodes of the list and the map, the shared block, the second key.
constexpr std::size_t entry_overhead = 256;

// Long keys may be whole texts, and any bytes: messages show the beginning, as ASCII.
std::string shown(std::string_view key) {
  std::string text(key.substr(0, 60));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return key.size() > 60 ? text + "..." : text;
}

// Of the exception that is being handled. Only Pilling's own errors promise to hold no secret.
std::string reason_of_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return error.what();
  } catch (...) {
    return "it broke off with an unexpected exception";
  }
}

// One load that others wait for. Its fields are guarded by the cache's mutex, but for the answer and the failure:
// they are written by the thread that loads, and read by others once `is_done`.
struct Flight {
  const std::thread::id loading_thread = std::this_thread::get_id();
  bool is_done = false;
  bool is_forgotten = false;  // erased meanwhile: good for those who wait, but not to be kept
  bool was_abandoned = false;
  CachedValue found;
  std::exception_ptr failure;
  std::condition_variable_any ended;
};

}  // namespace

class TieredCache::Impl {
 public:
  Impl(TieredCacheOptions options, std::vector<std::shared_ptr<SharedCache>> tiers)
      : now_(std::move(options.now)), memory_(std::move(options.memory)), tiers_(std::move(tiers)) {}

  CachedValue get(const std::string& key, const CacheLoader& load, const CallOptions& call) {
    const auto started = SteadyClock::now();
    CachedValue found = find(key, load, call);
    found.answer.elapsed = SteadyClock::now() - started;
    return found;
  }

  void erase(const std::string& key, const CallOptions& call) {
    begin_erasing(key);
    std::exception_ptr failure;
    for (const auto& tier : tiers_) {
      try {
        tier->erase(std::span(&key, 1), call);
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    }
    end_erasing(key);
    if (failure) std::rethrow_exception(failure);
  }

  CacheStats stats() const {
    CacheStats stats = memory_.stats();
    stats.hits = hits_;
    stats.misses = misses_;
    return stats;
  }

 private:
  using Lock = std::unique_lock<std::mutex>;

  CachedValue find(const std::string& key, const CacheLoader& load, const CallOptions& call) {
    if (auto entry = in_memory(key)) {
      ++hits_;
      return from_memory(std::move(entry));
    }
    ++misses_;
    for (;;) {
      Lock lock(mutex_);
      // Once more, because a load may have ended since.
      if (auto entry = in_memory(key)) return from_memory(std::move(entry));
      auto& slot = flights_[key];
      const bool is_first = slot == nullptr;
      if (is_first) slot = make_flight(key);
      const auto flight = slot;
      if (is_first) return lead(flight, key, load, call, std::move(lock));
      if (flight->loading_thread == std::this_thread::get_id()) {
        throw InvalidArgument("the loader of '" + shown(key) + "' asks for its own key; it would wait for itself");
      }
      wait_for(*flight, key, call, lock);
      if (!flight->failure) return flight->found;
      if (!flight->was_abandoned || core::is_over(call)) std::rethrow_exception(flight->failure);
    }
  }

  static CachedValue from_memory(std::shared_ptr<const CacheEntry> entry) {
    CachedValue found{std::move(entry), {}};
    found.answer.origin = Origin::memory_cache;
    return found;
  }

  std::shared_ptr<const CacheEntry> in_memory(const std::string& key) {
    auto entry = memory_.get(key);
    return entry && !is_expired(*entry) ? entry : nullptr;
  }

  bool is_expired(const CacheEntry& entry) const { return entry.expires_at && *entry.expires_at <= now_(); }

  void wait_for(Flight& flight, const std::string& key, const CallOptions& call, Lock& lock) {
    const auto is_done = [&] { return flight.is_done; };
    const bool came = call.deadline == SteadyClock::time_point::max()
                          ? flight.ended.wait(lock, call.stop, is_done)
                          : flight.ended.wait_until(lock, call.stop, call.deadline, is_done);
    if (came) return;
    throw Timeout("another thread's load of '" + shown(key) + "' took longer than this call may; allow more time", "");
  }

  std::shared_ptr<Flight> make_flight(const std::string& key) const {
    auto flight = std::make_shared<Flight>();
    flight->is_forgotten = erasing_.contains(key);
    return flight;
  }

  CachedValue lead(const std::shared_ptr<Flight>& flight, const std::string& key, const CacheLoader& load,
                   const CallOptions& call, Lock lock) {
    lock.unlock();
    try {
      flight->found = fetch(*flight, key, load, call);
    } catch (...) {
      flight->failure = std::current_exception();
    }
    settle(flight, key, call);
    if (flight->failure) std::rethrow_exception(flight->failure);
    return flight->found;
  }

  CachedValue fetch(const Flight& flight, const std::string& key, const CacheLoader& load, const CallOptions& call) {
    CachedValue found;
    std::vector<SharedCache*> without;
    for (const auto& tier : tiers_) {
      if (auto entry = ask(*tier, key, call, found.answer)) {
        found.entry = std::make_shared<const CacheEntry>(std::move(*entry));
        found.answer.origin = tier->origin();
        break;
      }
      without.push_back(tier.get());
    }
    if (!found.entry) {
      found.answer.origin = Origin::live;
      if (auto entry = load(key, call)) found.entry = std::make_shared<const CacheEntry>(std::move(*entry));
    }
    if (found.entry && !is_expired(*found.entry)) fill(flight, without, key, *found.entry, call, found.answer);
    return found;
  }

  std::optional<CacheEntry> ask(SharedCache& tier, const std::string& key, const CallOptions& call, Answer& answer) {
    try {
      auto entries = tier.get(std::span(&key, 1), call);
      if (entries.size() != 1) throw BadData("it answered another number of entries than was asked for", tier.name());
      std::optional<CacheEntry> entry = std::move(entries.front());
      if (entry && !is_expired(*entry)) return entry;
    } catch (...) {
      answer.degraded = true;
      answer.warnings.push_back(tier.name() + " could not be asked: " + reason_of_failure());
    }
    return std::nullopt;
  }

  // Also into a tier that could not be asked: what was loaded may have been dear.
  void fill(const Flight& flight, const std::vector<SharedCache*>& without, const std::string& key,
            const CacheEntry& entry, const CallOptions& call, Answer& answer) {
    if (without.empty() || is_forgotten(flight)) return;
    const std::pair<std::string, CacheEntry> kept(key, entry);
    for (SharedCache* tier : without) {
      try {
        tier->put(std::span(&kept, 1), call);
      } catch (...) {
        answer.warnings.push_back(tier->name() + " could not keep the value: " + reason_of_failure());
      }
    }
    // Erased while it was put: perhaps before.
    if (is_forgotten(flight)) take_back(without, key, call);
  }

  void take_back(const std::vector<SharedCache*>& tiers, const std::string& key, const CallOptions& call) {
    for (SharedCache* tier : tiers) {
      try {
        tier->erase(std::span(&key, 1), call);
      } catch (const std::exception&) {
        // `erase` has told its caller that this tier fails, or is about to.
      }
    }
  }

  bool is_forgotten(const Flight& flight) {
    const Lock lock(mutex_);
    return flight.is_forgotten;
  }

  // The value is published and the flight ended under one lock: whoever comes finds the one or the other.
  void settle(const std::shared_ptr<Flight>& flight, const std::string& key, const CallOptions& call) noexcept {
    const Lock lock(mutex_);
    if (flight->found.entry && !flight->is_forgotten && !flight->failure) keep(key, flight->found.entry);
    flight->was_abandoned = flight->failure && core::is_over(call);
    end(key, flight);
    flight->is_done = true;
    flight->ended.notify_all();
  }

  void keep(const std::string& key, const std::shared_ptr<const CacheEntry>& entry) noexcept {
    try {
      if (!is_expired(*entry)) memory_.put(key, entry, entry_overhead + 2 * key.size() + entry->value.size());
    } catch (...) {
      // Without memory for it, it is found or loaded again.
    }
  }

  void end(const std::string& key, const std::shared_ptr<Flight>& flight) noexcept {
    const auto found = flights_.find(key);
    if (found != flights_.end() && found->second == flight) flights_.erase(found);
  }

  void begin_erasing(const std::string& key) {
    const Lock lock(mutex_);
    ++erasing_[key];
    forget(key);
  }

  void end_erasing(const std::string& key) {
    const Lock lock(mutex_);
    if (--erasing_[key] == 0) erasing_.erase(key);
    forget(key);
  }

  // Those who ask from now on start another load.
  void forget(const std::string& key) {
    if (const auto found = flights_.find(key); found != flights_.end()) {
      found->second->is_forgotten = true;
      flights_.erase(found);
    }
    memory_.erase(key);
  }

  const std::function<std::chrono::system_clock::time_point()> now_;
  MemoryCache<std::string, CacheEntry> memory_;
  const std::vector<std::shared_ptr<SharedCache>> tiers_;
  std::atomic<std::uint64_t> hits_ = 0;
  std::atomic<std::uint64_t> misses_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::unordered_map<std::string, std::size_t> erasing_;  // how many threads erase the key just now
};

TieredCache::TieredCache(TieredCacheOptions options, std::vector<std::shared_ptr<SharedCache>> tiers)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(tiers))) {}

TieredCache::~TieredCache() = default;

CachedValue TieredCache::get(const std::string& key, const CacheLoader& load, const CallOptions& call) {
  return impl_->get(key, load, call);
}

void TieredCache::erase(const std::string& key, const CallOptions& call) { impl_->erase(key, call); }

CacheStats TieredCache::stats() const { return impl_->stats(); }

}  // namespace pilling
