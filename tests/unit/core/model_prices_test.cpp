#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "pilling/error.hpp"
#include "pilling/spending.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::year_month_day today = 2026y / 10 / 31;

TEST(ModelPrices, KnowModelsByDayAndByName) {
  const ModelPrices prices = ModelPrices::bundled();

  EXPECT_EQ(prices.find("gpt-5.6-luna", 2026y / 7 / 29)->output, 6);
  EXPECT_EQ(prices.find("gpt-5.6-luna", 2026y / 7 / 30)->output, 1.2);
  EXPECT_EQ(prices.find("gpt-5.6-luna", 2020y / 1 / 1)->output, 6);
  EXPECT_EQ(prices.find("gpt-5.4-mini-2026-03-17", today)->input, 0.75);
  EXPECT_EQ(prices.find("gpt-5.4-mini-2026-13-17", today), std::nullopt);
  EXPECT_EQ(prices.find("gpt-5.4-mini-tuned", today), std::nullopt);
  EXPECT_EQ(prices.find("", today), std::nullopt);
  for (const ModelPrice& price : prices.all()) EXPECT_FALSE(price.source.empty()) << price.model;
}

TEST(ModelPrices, CountEveryKindOfTokenAndRoundUp) {
  ModelPrices prices;
  prices.set({.model = "m", .input = 2, .cached_input = 0.2, .cache_write = 2.5, .output = 10, .since = today});

  EXPECT_EQ(prices.micro_dollars("m", {.input = 1'000'000}, today), 2'000'000);
  EXPECT_EQ(prices.micro_dollars("m", {.input = 1000, .cached_input = 500, .cache_write = 100}, today), 1150);
  EXPECT_EQ(prices.micro_dollars("m", {.output = 7}, today), 70);
  EXPECT_EQ(prices.micro_dollars("m", {.input = 1, .cached_input = 1}, today), 1);
  EXPECT_EQ(prices.micro_dollars("m", {}, today), 0);
  EXPECT_EQ(prices.micro_dollars("m", {.input = 1001, .output = 1}, today, true), 1006);
  EXPECT_GT(prices.micro_dollars("m", {.output = UINT64_MAX}, today), 0);
}

TEST(ModelPrices, TakeWhatIsNotKnownForTheWholePrice) {
  ModelPrices prices;
  prices.set({.model = "m", .input = 2, .output = 10, .since = today});

  EXPECT_EQ(prices.micro_dollars("m", {.input = 100, .cached_input = 50, .cache_write = 50}, today), 200);
}

TEST(ModelPrices, ChargeMoreForALongPromptAndHalfForABatch) {
  const ModelPrices prices = ModelPrices::bundled();

  EXPECT_EQ(prices.micro_dollars("gpt-5.5", {.input = 272'000, .output = 1000}, today), 1'390'000);
  EXPECT_EQ(prices.micro_dollars("gpt-5.5", {.input = 272'001, .output = 1000}, today), 2'765'010);
  EXPECT_EQ(prices.micro_dollars("gpt-5.5", {.input = 272'000, .output = 1000}, today, true), 695'000);
}

TEST(ModelPrices, SayHowToAddAModel) {
  try {
    ModelPrices::bundled().micro_dollars("my-model", {}, today);
    FAIL() << "nothing was thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("my-model"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("ModelPrices::set"), std::string::npos);
  }
}

TEST(ModelPrices, AreReadFromAFile) {
  const support::TemporaryDirectory folder;
  std::ofstream(folder.path() / "prices.txt") << "# mine\r\nbatch 0.25\r\nlocal 0 - - 0.5 2026-01-01 my own\r\n";
  const ModelPrices prices = ModelPrices::read(folder.path() / "prices.txt");

  EXPECT_EQ(prices.micro_dollars("local", {.output = 8}, today, true), 1);
  EXPECT_EQ(prices.find("local", today)->source, "my own");
  EXPECT_THROW(ModelPrices::read(folder.path() / "nothing"), StorageError);
}

TEST(ModelPrices, NameTheLineThatMakesNoSense) {
  for (const std::string line : {"m 1 2 3", "m 1 - - x 2026-01-01", "m -1 - - 1 2026-01-01", "m 1 1 1 1 2026-02-30",
                                 "m 1 1 1 1", "batch", "batch half", "long 1", "m 1e99 1 1 1 2026-01-01"}) {
    try {
      ModelPrices::parse("\n" + line, "prices");
      ADD_FAILURE() << "nothing was thrown for " << line;
    } catch (const BadData& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("prices: line 2 ")) << error.what();
    }
  }
}

TEST(ModelPrices, RefuseAPriceThatIsNone) {
  ModelPrices prices;
  EXPECT_THROW(prices.set({.model = "", .since = today}), InvalidArgument);
  EXPECT_THROW(prices.set({.model = "m", .input = -1, .since = today}), InvalidArgument);
  EXPECT_THROW(prices.set({.model = "m", .output = std::nan(""), .since = today}), InvalidArgument);
  EXPECT_THROW(prices.set({.model = "m"}), InvalidArgument);
}

}  // namespace
}  // namespace pilling
