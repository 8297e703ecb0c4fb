#include "pilling/detail/read_sections.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <thread>
#include <utility>

namespace pilling::detail {
namespace {

// Looking at all stripes for every single retired thing would cost more than the thing.
constexpr std::size_t patience_count = 32;

std::size_t stripes_for_this_machine() {
  const std::size_t wanted = 4 * std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  return std::clamp<std::size_t>(std::bit_ceil(wanted), 8, 64);
}

}  // namespace

ReadSections::ReadSections(std::function<void()> before_freeing)
    : stripe_count_(stripes_for_this_machine()),
      stripes_(std::make_unique<Stripe[]>(stripe_count_)),
      before_freeing_(std::move(before_freeing)) {}

ReadSections::~ReadSections() {
  // What dies may retire more.
  while (waiting_ != nullptr || draining_ != nullptr) {
    before_freeing_();
    dispose_all(std::exchange(waiting_, nullptr));
    dispose_all(std::exchange(draining_, nullptr));
  }
}

void ReadSections::retire(Retired* first, std::size_t weight) {
  // With nothing to retire, what drains is still looked after: it may be a whole cache that was cleared.
  if (first == nullptr && !is_draining_.load(std::memory_order_relaxed)) return;
  Retired* last = first;
  std::size_t count = 0;
  for (Retired* retired = first; retired != nullptr; retired = retired->next_retired) {
    last = retired;
    ++count;
  }
  Retired* unread = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    if (first != nullptr) last->next_retired = std::exchange(waiting_, first);
    waiting_count_ += count;
    waiting_weight_ += std::min(weight, std::numeric_limits<std::size_t>::max() - waiting_weight_);
    unread = take_unread(waiting_count_ >= patience_count || waiting_weight_ > patience_);
  }
  dispose_all(unread);
}

bool ReadSections::reclaim() {
  Retired* unread = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    unread = take_unread(true);
  }
  dispose_all(unread);
  return unread != nullptr;
}

std::uint64_t ReadSections::ended() const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < stripe_count_; ++i) {
    for (const Counters& counters : stripes_[i].phases) sum += counters.left.load(std::memory_order_acquire);
  }
  return sum;
}

// Twice, because what waits now may be unread at once, too.
Retired* ReadSections::take_unread(bool takes_waiting) {
  Retired* unread = nullptr;
  for (int round = 0; round < 2; ++round) {
    if (draining_ == nullptr) {
      if (waiting_ == nullptr || !takes_waiting) break;
      draining_ = std::exchange(waiting_, nullptr);
      waiting_count_ = 0;
      waiting_weight_ = 0;
      unseen_.fill(~std::uint64_t{0} >> (64 - stripe_count_));
    }
    drain();
    if (unseen_[0] != 0 || unseen_[1] != 0) break;
    Retired* last = draining_;
    while (last->next_retired != nullptr) last = last->next_retired;
    last->next_retired = unread;
    unread = std::exchange(draining_, nullptr);
  }
  is_draining_.store(draining_ != nullptr, std::memory_order_relaxed);
  if (unread != nullptr) before_freeing_();
  return unread;
}

// A reader that could reach what drains is counted in one of the counters until it leaves: each that was seen empty
// since holds none. Those of the current phase may never be empty, so the phase changes when only they are left.
void ReadSections::drain() {
  for (std::size_t phase = 0; phase < 2; ++phase) {
    for (std::uint64_t rest = unseen_[phase]; rest != 0; rest &= rest - 1) {
      const auto stripe = static_cast<std::size_t>(std::countr_zero(rest));
      if (is_empty(stripe, phase)) unseen_[phase] &= ~(std::uint64_t{1} << stripe);
    }
  }
  const std::uint32_t current = phase_.load(std::memory_order_relaxed);
  if (unseen_[current] != 0 && unseen_[1 - current] == 0) phase_.store(1 - current, std::memory_order_relaxed);
}

bool ReadSections::is_empty(std::size_t stripe, std::size_t phase) const noexcept {
  const Counters& counters = stripes_[stripe].phases[phase];
  const std::uint64_t left = counters.left.load(std::memory_order_acquire);
  return counters.entered.load(std::memory_order_seq_cst) == left;
}

void ReadSections::dispose_all(Retired* first) noexcept {
  while (first != nullptr) {
    Retired* const next = first->next_retired;
    first->dispose(first);
    first = next;
  }
}

}  // namespace pilling::detail
