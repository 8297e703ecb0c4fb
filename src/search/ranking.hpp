#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_set>
#include <vector>

namespace pilling::search {

/// The best few of many, each subject once. `Ranked` is totally ordered by `<` and has a hashable `subject()`.
template <class Ranked>
class Best {
 public:
  explicit Best(std::size_t limit) : limit_(limit) {}

  /// Whether something of this rank could still get in.
  bool has_room_for(const Ranked& one) const { return !threshold_ || one < *threshold_; }

  /// What would have to be beaten; nothing while there is room.
  const std::optional<Ranked>& threshold() const noexcept { return threshold_; }

  void add(const Ranked& one) {
    if (!has_room_for(one)) return;
    kept_.push_back(one);
    if (kept_.size() >= 2 * limit_ + 32) prune();
  }

  /// Best first.
  const std::vector<Ranked>& sorted() {
    prune();
    return kept_;
  }

 private:
  void prune() {
    std::sort(kept_.begin(), kept_.end());
    std::unordered_set<decltype(kept_.front().subject())> seen;
    std::size_t size = 0;
    for (std::size_t i = 0; i < kept_.size() && size < limit_; ++i) {
      if (is_new(kept_[i], size, seen)) kept_[size++] = kept_[i];
    }
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(size), kept_.end());
    if (size == limit_) threshold_ = kept_.back();
  }

  template <class Seen>
  bool is_new(const Ranked& one, std::size_t size, Seen& seen) const {
    constexpr std::size_t few = 32;
    if (limit_ > few) return seen.insert(one.subject()).second;
    const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(size);
    return std::none_of(kept_.begin(), end, [&](const Ranked& other) { return other.subject() == one.subject(); });
  }

  std::size_t limit_;
  std::vector<Ranked> kept_;
  std::optional<Ranked> threshold_;
};

}  // namespace pilling::search
