#include <atomic>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "unit/geo/nearby_samples.hpp"

namespace pilling {
namespace {

using namespace samples;

// Pharmacies that stay, among others that come and go.
Pharmacies refreshed(const Pharmacies& kept, std::uint64_t version) {
  Random random(version);
  Pharmacies all = kept;
  for (int number = 0; number < 100; ++number) {
    all.push_back(
        pharmacy(std::to_string(version * 1'000 + static_cast<std::uint64_t>(number)), in_few_buildings(random)));
  }
  return all;
}

TEST(PharmacyIndex, GoesOnBehindACursorInARefreshedSet) {
  Random random(1);
  const Pharmacies kept = random_pharmacies(60, random, in_few_buildings);
  const PharmacyIndex before(refreshed(kept, 1), {}, 1);
  const Pharmacies later = refreshed(kept, 2);
  const PharmacyIndex after(later, {}, 2);
  const Coordinate center{37.5, 127};
  NearbyOptions options{.radius_meters = std::nullopt, .limit = 20};

  const auto first = before.near(center, options, {});
  options.after = cursor_at(first.back());
  options.limit = std::nullopt;
  const auto rest = after.near(center, options, {});

  EXPECT_EQ(plain(rest), scan(later, center, options));
  Ids seen = ids(first);
  for (const std::string& id : ids(rest)) seen.push_back(id);
  for (const auto& pharmacy : kept) EXPECT_EQ(std::ranges::count(seen, pharmacy->id.value), 1) << pharmacy->id.value;
}

TEST(PharmacyIndex, ServesReadersWhileSetsAreSwapped) {
  Random random(2);
  const Pharmacies kept = random_pharmacies(60, random, in_few_buildings);
  std::mutex mutex;
  auto current = std::make_shared<const PharmacyIndex>(refreshed(kept, 1), HolidayCalendar(), 1);
  const auto take = [&] {
    const std::scoped_lock lock(mutex);
    return current;
  };
  std::atomic<bool> is_over = false;
  std::atomic<int> answers = 0;
  std::atomic<int> mixed = 0;

  std::vector<std::jthread> readers;
  for (std::uint64_t reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&, reader] {
      Random places(reader);
      while (!is_over) {
        const auto index = take();
        const sys_seconds instant = wednesday_noon + std::chrono::minutes(places() % 3'000);
        const auto found = index->near(in_few_buildings(places),
                                       {.radius_meters = std::nullopt,
                                        .limit = 50,
                                        .open_at = instant,
                                        .include_unknown_hours = true,
                                        .name = places() % 2 == 0 ? "약국" : ""},
                                       {});
        for (const NearbyPharmacy& nearby : found) {
          const std::string& id = nearby.pharmacy->id.value;
          mixed += id.size() == 4 && id[0] - '0' != static_cast<int>(index->version());
        }
        ++answers;
      }
    });
  }
  for (std::uint64_t version = 2; version < 10; ++version) {
    auto next = std::make_shared<const PharmacyIndex>(refreshed(kept, version), HolidayCalendar(), version);
    {
      const std::scoped_lock lock(mutex);
      current.swap(next);
    }
    for (const int before = answers; answers < before + 20;) std::this_thread::yield();
  }
  is_over = true;
  readers.clear();

  EXPECT_GE(answers, 160);
  EXPECT_EQ(mixed, 0);
}

}  // namespace
}  // namespace pilling
