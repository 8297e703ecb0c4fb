#include "cache/hot_keys.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pilling::cache {

std::size_t HotKeys::read(const CallOptions& call) {
  std::size_t taken = 0;
  Residents& residents = parts_.residents;
  try {
    parts_.tiers.read_saved(call, [&](std::span<const std::string> keys, const Tiers::ReadValues& read_values) {
      std::vector<std::uint64_t> erasures;
      for (const std::string& key : keys) erasures.push_back(residents.erasures(key));
      const std::vector<KeptPointer> values = read_values();
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (values[i] && residents.put_unless_erased(keys[i], values[i], Access::user, erasures[i])) ++taken;
      }
    });
  } catch (...) {
    // What is not warm is read when it is asked for.
  }
  return taken;
}

void HotKeys::save(const CallOptions& call) {
  if (parts_.options.hot_keys == 0 || !parts_.tiers.are_there()) return;
  std::vector<std::string> keys = parts_.residents.hottest_keys(parts_.options.hot_keys);
  if (!keys.empty()) parts_.tiers.save_keys(std::move(keys), parts_.clock.next(), call);
}

void HotKeys::save_now_and_then() noexcept {
  if (!take_turn()) return;
  try {
    save({});
  } catch (...) {
    // The next one is a few minutes away.
  }
}

bool HotKeys::take_turn() {
  const std::scoped_lock lock(mutex_);
  const auto now = parts_.options.steady_now();
  if (now - saved_at_ < parts_.options.save_hot_keys_every) return false;
  saved_at_ = now;
  return true;
}

}  // namespace pilling::cache
