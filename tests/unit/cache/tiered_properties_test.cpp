#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>

#include "pilling/error.hpp"
#include "pilling/tiered_cache.hpp"
#include "support/random_tiers.hpp"
#include "support/rounds.hpp"

namespace pilling {
namespace {

using namespace support;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Two caches over two tiers, against a simple model. Values are numbers that grow, so that of any two it is clear which
// came first.
class TieredProperties : public RandomTiersFixture {};

class TieredModel : public TieredProperties {
 protected:
  void begin();
  void step(Random& random);
  void end();

 private:
  void get_one(Random& random, std::size_t which, std::size_t key, Access access);
  void write_one(Random& random, std::size_t which, std::size_t key, Access access);
  void trouble(Random& random, Tier& tier);
  LoadedText next(std::size_t key);
  void note_written(std::size_t which, std::size_t key);
  void note_invalid(std::size_t which, const std::function<bool(std::size_t)>& concerns);

  std::array<std::unique_ptr<Texts>, 2> caches_;
  int last_value_ = 0;
  std::map<int, std::chrono::steady_clock::time_point> made_;
  // Of each cache and key the smallest value that may still be seen.
  std::array<std::array<int, keys>, 2> at_least_{};
};

void TieredModel::begin() {
  for (auto& cache : caches_) cache.reset();
  near_ = std::make_shared<Tier>("near", Origin::store);
  far_ = std::make_shared<Tier>("far", Origin::shared_cache);
  for (auto& cache : caches_) cache = std::make_unique<Texts>(small(), text_codec());
  at_least_ = {};
}

LoadedText TieredModel::next(std::size_t key) {
  made_[++last_value_] = steady_clock_.now();
  return {.value = std::to_string(last_value_), .tags = {tag_of(key)}};
}

// A cache that erases or puts never sees older values again, unless a tier, or another cache that has yet to write,
// does not know of it.
void TieredModel::note_written(std::size_t which, std::size_t key) {
  for (const auto& cache : caches_) {
    for (const auto& tier : cache->stats().tiers) {
      if (tier.pending > 0) return;
    }
  }
  at_least_[which][key] = last_value_;
}

// A mark holds in the cache that sets it, whatever the tiers make of it.
void TieredModel::note_invalid(std::size_t which, const std::function<bool(std::size_t)>& concerns) {
  for (std::size_t key = 0; key < keys; ++key) {
    if (concerns(key)) at_least_[which][key] = last_value_ + 1;
  }
}

void TieredModel::get_one(Random& random, std::size_t which, std::size_t key, Access access) {
  const bool finds_none = random.one_in(10);
  const bool breaks = random.one_in(5);
  const auto load = [&](auto, const auto&) -> std::optional<LoadedText> {
    if (breaks) throw ServiceError("no", "model", 500);
    return finds_none ? std::nullopt : std::optional(next(key));
  };
  const auto found = caches_[which]->get(key_of(key), load, {}, access);
  if (!found.value) return;
  const int value = std::stoi(*found.value);
  ASSERT_GE(value, at_least_[which][key]) << "was erased, overwritten or declared invalid before";
  ASSERT_LT(steady_clock_.now() - made_.at(value), found.answer.stale ? fresh_for + stale_for : fresh_for);
  ASSERT_TRUE(found.answer.degraded || !found.answer.stale);
}

void TieredModel::write_one(Random& random, std::size_t which, std::size_t key, Access access) {
  Texts& cache = *caches_[which];
  switch (random.below(6)) {
    case 0:
    case 1:
      cache.put(key_of(key), next(key), {}, access);
      note_written(which, key);
      break;
    case 2:
    case 3:
      cache.erase(key_of(key));
      ++last_value_;
      note_written(which, key);
      break;
    case 4:
      note_invalid(which, [&](std::size_t other) { return tag_of(other) == tag_of(key); });
      cache.invalidate_tag(tag_of(key));
      break;
    default:
      note_invalid(which, [](std::size_t) { return true; });
      cache.invalidate_all();
  }
}

void TieredModel::trouble(Random& random, Tier& tier) {
  tier.fail_get(random.one_in(3));
  tier.fail_put(random.one_in(3));
  tier.fail_erase(random.one_in(3));
  tier.damage_gets(random.one_in(6) ? Damage::flipped_bit : Damage::none);
}

void TieredModel::step(Random& random) {
  const std::size_t which = random.below(2);
  const std::size_t key = random.below(keys);
  const Access access = random.one_in(8) ? Access::batch : Access::user;
  try {
    switch (random.below(8)) {
      case 0:
      case 1:
        write_one(random, which, key, access);
        break;
      case 2:
        advance(seconds(random.below(random.one_in(10) ? 1500 : 60)));
        break;
      case 3:
        if (random.one_in(2)) trouble(random, random.one_in(2) ? *near_ : *far_);
        break;
      default:
        get_one(random, which, key, access);
    }
  } catch (const StorageError&) {
  } catch (const ServiceError&) {
  } catch (const Refused&) {
  }
  drain(*caches_[which]);
  // Two processes do not write in the same microsecond.
  advance(milliseconds(1));
  ASSERT_LE(caches_[which]->stats().memory.weight, memory_bytes);
}

// When the tiers are well again, they get what they missed; and what is written then is what memory and tiers have.
void TieredModel::end() {
  for (const auto& tier : {near_, far_}) {
    tier->fail_get(false);
    tier->fail_put(false);
    tier->fail_erase(false);
    tier->damage_gets(Damage::none);
  }
  advance(seconds(60));
  for (const auto& cache : caches_) {
    for (int i = 0; i < 20; ++i) cache->put("last", {.value = "0"});
    for (const auto& tier : cache->stats().tiers) ASSERT_EQ(tier.pending, 0U);
  }
  for (std::size_t i = 0; i < keys; ++i) {
    advance(seconds(1));
    const std::string value = std::to_string(++last_value_);
    caches_[i % 2]->put(key_of(i), {.value = value});
    ASSERT_EQ(get(*caches_[i % 2], never(), key_of(i)), value);
    ASSERT_EQ(in(*near_, key_of(i)), value);
    ASSERT_EQ(in(*far_, key_of(i)), value);
  }
}

TEST_F(TieredModel, HoldsAfterAnySequenceOfCallsAndMishaps) {
  for (std::uint64_t seed = 0; seed < rounds(200, 5000) && !HasFailure(); ++seed) {
    Random random(seed);
    begin();
    for (int i = 0; i < 300 && !HasFailure(); ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(i));
      step(random);
    }
    if (!HasFailure()) end();
  }
}

// One cache alone over two tiers that are well: after every call, what is in memory is what the tiers have.
TEST_F(TieredProperties, LetMemoryAndTiersAgree) {
  for (std::uint64_t seed = 0; seed < rounds(100, 2000) && !HasFailure(); ++seed) {
    Random random(seed);
    near_ = std::make_shared<Tier>("near", Origin::store);
    far_ = std::make_shared<Tier>("far", Origin::shared_cache);
    Texts cache(small(), text_codec());
    for (int i = 0; i < 200; ++i) {
      const std::string key = key_of(random.below(keys));
      const std::string value = std::to_string(i);
      if (random.one_in(4)) cache.put(key, {.value = value});
      if (random.one_in(6)) cache.erase(key);
      if (random.one_in(6)) advance(seconds(random.below(120)));
      try {
        get(cache, random.one_in(4) ? fails() : random.one_in(4) ? gives_none() : gives(value), key);
      } catch (const ServiceError&) {
      }
      drain(cache);
      ASSERT_EQ(in(*near_, key), in(*far_, key)) << "seed " << seed << ", step " << i;
      bool is_loaded = false;
      const auto found = cache.get(key, [&](auto, const auto&) {
        is_loaded = true;
        return text(value);
      });
      drain(cache);
      if (found.value) {
        ASSERT_EQ(*found.value, in(*near_, key)) << "seed " << seed << ", step " << i;
      }
    }
  }
}

}  // namespace
}  // namespace pilling
