#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "pilling/export.hpp"

namespace pilling::detail {

/// What was taken out of a shared structure and may still be read: the base of whatever ReadSections frees.
struct Retired {
  explicit Retired(void (*free)(Retired*) noexcept) : dispose(free) {}

  void (*const dispose)(Retired*) noexcept;
  Retired* next_retired = nullptr;
};

/// Lets readers walk a shared structure without a lock, and frees what was taken out of it when nobody can read it any
/// more: read-copy-update with counters, after P. McKenney, "Sleepable RCU" (2006). Neither a reader nor who retires
/// ever waits for the other. Thread-safe.
class PILLING_API ReadSections {
  // Readers that entered and left; equal when there is none. Apart, so that the difference can be trusted when `left`
  // is read first.
  struct Counters {
    std::atomic<std::uint64_t> entered{0};
    std::atomic<std::uint64_t> left{0};
  };
  // Of the threads that share it, two to a stripe: new readers use the one while the other runs dry.
  struct alignas(64) Stripe {
    std::array<Counters, 2> phases;
  };

 public:
  /// `before_freeing` is called, under a lock, when there is something that nobody can read any more. It must not
  /// throw.
  explicit ReadSections(std::function<void()> before_freeing = [] {});
  ~ReadSections();  ///< frees all; nobody may be reading
  ReadSections(const ReadSections&) = delete;
  ReadSections& operator=(const ReadSections&) = delete;

  /// While one lives, nothing is freed that could be reached when it began. May be nested.
  class Section {
   public:
    explicit Section(const ReadSections& sections) noexcept : counters_(sections.counters_of_this_thread()) {
      // With the loads of readers and the stores of writers that are sequentially consistent, too: either the reader
      // sees that a thing was taken out, or the writer sees the reader.
      counters_.entered.fetch_add(1, std::memory_order_seq_cst);
    }
    ~Section() { counters_.left.fetch_add(1, std::memory_order_release); }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;

   private:
    Counters& counters_;
  };

  /// Frees what hangs on `first`, which may be null, as soon as no section is left that may read it; now or at a later
  /// call. It must be out of reach already. `weight` is what it keeps occupied; when much is waiting, it is looked
  /// after sooner.
  void retire(Retired* first, std::size_t weight);

  /// Frees what has no reader left; false when that was nothing.
  bool reclaim();

  std::size_t stripe_count() const noexcept { return stripe_count_; }
  /// Threads that run at the same time seldom have the same.
  std::size_t stripe_of_this_thread() const noexcept {
    // Thread-local storage lies at the same place of each thread's stack. Stacks follow one another by their size and a
    // page, or, when the kernel prefers huge pages, by multiples of those: either way, neighbours differ.
    thread_local const char marker = 0;
    const auto address = reinterpret_cast<std::uintptr_t>(&marker);
    return (address >> 12U ^ address >> 21U) & (stripe_count_ - 1);
  }

  /// Sections that have ended so far. What they did is visible to the caller.
  std::uint64_t ended() const noexcept;

  /// Retired weight from which `retire` looks whether something can be freed.
  void look_after(std::size_t weight) { patience_ = weight; }

 private:
  Counters& counters_of_this_thread() const noexcept {
    return stripes_[stripe_of_this_thread()].phases[phase_.load(std::memory_order_relaxed)];
  }

  Retired* take_unread(bool takes_waiting);
  void drain();
  bool is_empty(std::size_t stripe, std::size_t phase) const noexcept;
  static void dispose_all(Retired* first) noexcept;

  const std::size_t stripe_count_;  // a power of two, at most 64
  const std::unique_ptr<Stripe[]> stripes_;
  const std::function<void()> before_freeing_;
  std::atomic<std::uint32_t> phase_{0};
  std::size_t patience_ = 0;

  std::atomic<bool> is_draining_{false};  // as of `draining_`, for who does not hold the lock
  std::mutex mutex_;
  Retired* waiting_ = nullptr;
  std::size_t waiting_count_ = 0;
  std::size_t waiting_weight_ = 0;
  Retired* draining_ = nullptr;               // freed when every stripe was seen empty in both phases
  std::array<std::uint64_t, 2> unseen_ = {};  // stripes that were not, a bit each
};

}  // namespace pilling::detail
