#include "pilling/detail/read_sections.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "support/rounds.hpp"

namespace pilling::detail {
namespace {

using Section = ReadSections::Section;

// One that ends when told to.
std::unique_ptr<const Section> begin(const ReadSections& sections) { return std::make_unique<const Section>(sections); }

// Counts how often it was freed instead of going away.
struct Thing : Retired {
  Thing() : Retired(&free_it) {}
  static void free_it(Retired* self) noexcept {
    auto& thing = *static_cast<Thing*>(self);
    ++thing.freed;
    if (thing.last_act) thing.last_act();
  }
  std::atomic<int> freed{0};
  std::function<void()> last_act;
};

TEST(ReadSections, FreesEverythingWhenNobodyReads) {
  ReadSections sections;
  sections.look_after(1'000'000);
  std::vector<Thing> things(100);

  for (Thing& thing : things) sections.retire(&thing, 1);
  EXPECT_TRUE(sections.reclaim());

  for (const Thing& thing : things) EXPECT_EQ(thing.freed, 1);
  EXPECT_FALSE(sections.reclaim());
}

TEST(ReadSections, FreesWhatHangsTogether) {
  ReadSections sections;
  std::array<Thing, 3> things;
  things[0].next_retired = &things[1];
  things[1].next_retired = &things[2];

  sections.retire(&things[0], 1);
  sections.reclaim();

  for (const Thing& thing : things) EXPECT_EQ(thing.freed, 1);
}

TEST(ReadSections, FreesNothingWhileASectionLivesThatMayReadIt) {
  ReadSections sections;
  std::vector<Thing> things(1000);
  {
    const Section section(sections);
    for (Thing& thing : things) {
      sections.retire(&thing, 1);
      sections.reclaim();
    }
    for (const Thing& thing : things) EXPECT_EQ(thing.freed, 0);
  }

  sections.reclaim();

  for (const Thing& thing : things) EXPECT_EQ(thing.freed, 1);
}

TEST(ReadSections, WaitsForTheOuterSectionWhenTheInnerHasEnded) {
  ReadSections sections;
  Thing thing;
  {
    const Section outer(sections);
    { const Section inner(sections); }
    sections.retire(&thing, 1);
    { const Section inner(sections); }
    sections.reclaim();
    EXPECT_EQ(thing.freed, 0);
  }

  sections.reclaim();

  EXPECT_EQ(thing.freed, 1);
}

TEST(ReadSections, DoesNotWaitForSectionsThatBeganLater) {
  ReadSections sections;
  Thing first, second;
  auto early = begin(sections);
  sections.retire(&first, 1);
  sections.reclaim();
  auto late = begin(sections);

  early.reset();
  sections.reclaim();
  EXPECT_EQ(first.freed, 1);
  sections.retire(&second, 1);
  for (int i = 0; i < 5; ++i) sections.reclaim();
  EXPECT_EQ(second.freed, 0);
  late.reset();
  sections.reclaim();

  EXPECT_EQ(second.freed, 1);
}

TEST(ReadSections, FreesThoughThereIsAlwaysAReader) {
  ReadSections sections;
  std::array<Thing, 100> things;
  auto one = begin(sections);
  std::unique_ptr<const Section> other;

  for (std::size_t i = 0; i < things.size(); ++i) {
    sections.retire(&things[i], 1);
    for (int change = 0; change < 3; ++change) {
      other = begin(sections);
      one.reset();
      sections.reclaim();
      one = begin(sections);
      other.reset();
      sections.reclaim();
    }
    EXPECT_EQ(things[i].freed, 1) << i;
  }
}

TEST(ReadSections, FreesWithoutBeingAskedWhenMuchIsWaiting) {
  std::vector<Thing> things(1000);
  Thing light, weighty;
  ReadSections many, heavy;
  many.look_after(1'000'000);
  heavy.look_after(10);

  for (Thing& thing : things) many.retire(&thing, 1);
  heavy.retire(&light, 10);
  EXPECT_EQ(light.freed, 0);
  heavy.retire(&weighty, 1);

  EXPECT_EQ(things.front().freed, 1);
  EXPECT_EQ(light.freed + weighty.freed, 2);
}

TEST(ReadSections, LooksAfterWhatCouldNotBeFreedAtOnceWithoutBeingGivenMore) {
  ReadSections sections;
  sections.look_after(1'000'000);
  Thing thing;
  sections.retire(nullptr, 0);
  {
    const Section section(sections);
    sections.retire(&thing, 1);
    sections.reclaim();
    sections.retire(nullptr, 0);
    EXPECT_EQ(thing.freed, 0);
  }

  sections.retire(nullptr, 0);

  EXPECT_EQ(thing.freed, 1);
}

TEST(ReadSections, LetsWhatDiesRetireMore) {
  Thing first, second, third;
  {
    ReadSections sections;
    sections.look_after(0);
    first.last_act = [&] { sections.retire(&second, 1); };
    second.last_act = [&] { sections.retire(&third, 0); };
    sections.retire(&first, 1);
    EXPECT_EQ(second.freed, 1);
  }

  EXPECT_EQ(first.freed, 1);
  EXPECT_EQ(second.freed, 1);
  EXPECT_EQ(third.freed, 1);
}

TEST(ReadSections, FreesAllThatIsLeftWhenItIsDestroyed) {
  std::array<Thing, 4> things;
  {
    ReadSections sections;
    sections.look_after(1'000'000);
    things[3].last_act = [&] { sections.retire(&things[2], 1); };
    sections.retire(&things[0], 1);
    {
      const Section section(sections);
      sections.reclaim();
      sections.retire(&things[1], 1);
      sections.retire(&things[3], 1);
    }
    EXPECT_EQ(things[0].freed + things[1].freed + things[2].freed + things[3].freed, 0);
  }

  for (const Thing& thing : things) EXPECT_EQ(thing.freed, 1);
}

TEST(ReadSections, SaysSoBeforeItFrees) {
  std::array<Thing, 2> things;
  int calls = 0;
  bool was_early = true;
  {
    ReadSections sections([&] {
      ++calls;
      was_early &= things[0].freed == 0 || things[1].freed == 0;
    });
    {
      const Section section(sections);
      sections.retire(&things[0], 1);
      EXPECT_EQ(calls, 0);
    }
    sections.reclaim();
    EXPECT_EQ(calls, 1);
    sections.look_after(1'000'000);
    sections.retire(&things[1], 1);
  }

  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(was_early);
}

TEST(ReadSections, CountsSectionsThatHaveEnded) {
  ReadSections sections;
  for (int i = 0; i < 5; ++i) const Section section(sections);
  const Section section(sections);

  EXPECT_EQ(sections.ended(), 5U);
}

// Readers look at what stands in a few places, writers put others there: what is seen has not been freed.
TEST(ReadSections, FreesEverythingOnceAndNeverWhileItIsReadByAnyThread) {
  constexpr std::size_t writer_count = 3;
  constexpr std::size_t reader_count = 5;
  const std::size_t rounds = support::rounds(40'000);
  std::vector<Thing> things(writer_count * rounds);
  std::atomic<int> wrong = 0;
  {
    ReadSections sections;
    sections.look_after(1'000'000);
    std::array<std::atomic<Thing*>, 4> places{};
    std::vector<std::jthread> threads;
    for (std::size_t writer = 0; writer < writer_count; ++writer) {
      threads.emplace_back([&, writer] {
        for (std::size_t i = 0; i < rounds; ++i) {
          Thing* const old = places[i % places.size()].exchange(&things[writer * rounds + i]);
          sections.retire(old, 1);
          if (i % 1000 == 0) sections.reclaim();
        }
      });
    }
    for (std::size_t reader = 0; reader < reader_count; ++reader) {
      threads.emplace_back([&, reader] {
        std::mt19937 random(static_cast<unsigned>(reader));
        for (std::size_t i = 0; i < rounds; ++i) {
          const Section section(sections);
          const Thing* const thing = places[random() % places.size()].load();
          const std::unique_ptr<const Section> nested = i % 3 == 0 ? begin(sections) : nullptr;
          for (int look = 0; look < 4; ++look) {
            if (thing != nullptr && thing->freed != 0) ++wrong;
          }
        }
      });
    }
    threads.clear();
    for (const auto& place : places) sections.retire(place.load(), 1);
  }

  EXPECT_EQ(wrong, 0);
  for (const Thing& thing : things) ASSERT_EQ(thing.freed, 1);
}

}  // namespace
}  // namespace pilling::detail
