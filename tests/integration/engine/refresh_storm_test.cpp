#include "support/refresh_storm.hpp"

#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/korean_instant.hpp"
#include "support/rounds.hpp"
#include "support/temporary_directory.hpp"
#include "text/fingerprint.hpp"

namespace pilling {
namespace {

using std::chrono::milliseconds;

std::vector<Medicine> rows(int begin, int end, bool have_texts) {
  std::vector<Medicine> rows;
  for (int i = begin; i < end; ++i) {
    Medicine row;
    row.id = {std::to_string(209'900'000 + i)};
    row.name = "가상정" + std::to_string(i);
    row.updated_on = "2026-01-01";
    if (have_texts) row.efficacy = "효능 " + std::to_string(i % 25) + "에 씁니다.";
    if (!have_texts) row.dispensing = "otc";
    rows.push_back(std::move(row));
  }
  return rows;
}

// Two sources, a model and a store in a storm, refreshed until it is over and all is done.
class Voyage {
 public:
  Voyage(std::uint64_t seed, bool uses_batches)
      : storm_(seed),
        store_(std::make_shared<support::StormyStore>(storm_, make_store())),
        uses_batches_(uses_batches) {
    wanted_.workers = 3;
    wanted_.page_rows = 7;
    wanted_.batch_interval = milliseconds(1);
  }

  void run() {
    for (int i = 0; i < 6; ++i) refresh();
    storm_.strength = 0;
    // The first may take up pages that were read in the storm.
    constexpr int enough = 3;
    for (int i = 0; i < enough && !is_complete_; ++i) refresh();
    refresh();
    EXPECT_TRUE(is_complete_);
    EXPECT_EQ(ends_without_report_of_calm_, 0);
  }

  void expect_every_row() {
    std::map<std::string, Medicine> stored;
    for (Medicine& medicine : store_->medicines()) stored.emplace(medicine.id.value, std::move(medicine));
    std::set<std::string> listed;
    for (const auto& source : {easy_, permits_}) {
      for (const Medicine& row : source->rows()) {
        const bool is_first = listed.insert(row.id.value).second;
        ASSERT_TRUE(stored.contains(row.id.value)) << row.name;
        const Medicine& medicine = stored.at(row.id.value);
        EXPECT_EQ(medicine.name, row.name);
        EXPECT_EQ(medicine.withdrawn_on, "") << row.name;
        EXPECT_TRUE(says_the_same(medicine, row, is_first)) << row.name;
      }
    }
    for (const auto& [id, medicine] : stored) EXPECT_EQ(medicine.withdrawn_on.empty(), listed.contains(id)) << id;
  }

  // A row that leaves something out says nothing about it.
  static bool says_the_same(const Medicine& stored, const Medicine& row, bool is_first) {
    const auto is_kept = [&](const auto part) { return (row.*part).empty() || stored.*part == row.*part; };
    if (!is_kept(&Medicine::dispensing)) return false;
    return !is_first || (is_kept(&Medicine::efficacy) && is_kept(&Medicine::company));
  }

  void expect_every_summary() {
    std::set<std::string> current;
    for (const Medicine& medicine : store_->medicines()) {
      if (medicine.efficacy.empty() || !medicine.withdrawn_on.empty()) continue;
      current.insert(text::fingerprint(medicine.efficacy));
      const auto summary =
          store_->summary({.text = text::fingerprint(medicine.efficacy), .keyword = {}, .maker = model_->maker()});
      ASSERT_EQ(summary.has_value(), support::holds_an_indication(medicine.efficacy)) << medicine.efficacy;
      if (summary) {
        EXPECT_EQ(summary->text, "요약: " + medicine.efficacy);
      }
    }
    for (const JobNote& note : store_->notes("calls/storm/1")) {
      EXPECT_TRUE(note.text == "none" || !current.contains(note.key)) << note.text;
    }
  }

  void expect_no_payment_twice() const {
    for (const auto& [text, times] : model_->ledger.paid()) {
      EXPECT_LE(times, 1 + model_->ledger.lost(text) + store_->times_given_up()) << text;
    }
  }

  void expect_nothing_left_over() {
    for (const char* job : {"pages/e약은요", "pages/허가정보", "batches/storm/1", "lease", "summaries/storm/1"}) {
      EXPECT_TRUE(store_->notes(job).empty()) << job;
    }
    for (const auto& source : {easy_, permits_}) {
      std::set<std::string> listed, noted;
      for (const Medicine& row : source->rows()) listed.insert(row.id.value);
      for (const JobNote& note : store_->notes("listed/" + source->name())) noted.insert(note.key);
      EXPECT_EQ(noted, listed);
    }
  }

 private:
  std::shared_ptr<Store> make_store() const { return make_sqlite_store(directory_.path() / "pilling.db"); }

  void open() {
    EngineOptions options;
    options.store = store_;
    options.sources = {easy_, permits_};
    options.summarizer = model_;
    options.watch_interval = milliseconds(0);
    options.now = [this] { return std::chrono::system_clock::time_point(clock_); };
    engine_.emplace(options);
  }

  void refresh() {
    // Even a lease that could not be given back is over by the next.
    clock_ += std::chrono::minutes(2);
    if (!engine_ || storm_.draw(8) == 0) open();
    wanted_.uses_batches = uses_batches_ && storm_.draw(4) > 0;
    wanted_.waits_for_batches = storm_.strength == 0 || storm_.draw(2) == 0;
    const auto hook = [this](const RefreshProgress&) {
      if (storm_.strikes(0.01)) throw std::runtime_error("the terminal is gone");
      if (storm_.strikes(0.005)) throw NetworkError("the terminal is gone", "tty");
      storm_.may_stop();
    };
    is_complete_ = false;
    model_->ledger.take_again();
    try {
      const RefreshReport report = engine_->refresh(wanted_, hook, storm_.renew_stop());
      is_complete_ = report.is_complete;
      EXPECT_LE(model_->ledger.take_again(), report.repeated_calls);
    } catch (const std::exception& error) {
      if (storm_.strength == 0) ADD_FAILURE() << error.what();
      if (storm_.strength == 0) ++ends_without_report_of_calm_;
    }
  }

  support::TemporaryDirectory directory_;
  support::Storm storm_;
  std::shared_ptr<support::StormySource> easy_ =
      std::make_shared<support::StormySource>(storm_, "e약은요", rows(0, 45, true));
  std::shared_ptr<support::StormySource> permits_ =
      std::make_shared<support::StormySource>(storm_, "허가정보", rows(30, 60, false));
  std::shared_ptr<support::StormyModel> model_ = std::make_shared<support::StormyModel>(storm_);
  std::shared_ptr<support::StormyStore> store_;
  const bool uses_batches_;
  RefreshOptions wanted_;
  std::chrono::sys_seconds clock_ = support::korean_instant(std::chrono::year(2026) / std::chrono::November / 25, 12);
  bool is_complete_ = false;
  int ends_without_report_of_calm_ = 0;
  std::optional<Engine> engine_;
};

class RefreshStorm : public testing::TestWithParam<bool> {};

TEST_P(RefreshStorm, LosesNoRowAndPaysForNoTextTwice) {
  const std::uint64_t rounds = support::rounds(40, 3000);
  for (std::uint64_t seed = 1; seed <= rounds && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Voyage voyage(seed, GetParam());
    voyage.run();
    voyage.expect_every_row();
    voyage.expect_every_summary();
    voyage.expect_no_payment_twice();
    voyage.expect_nothing_left_over();
  }
}

INSTANTIATE_TEST_SUITE_P(Calls, RefreshStorm, testing::Values(false, true),
                         [](const auto& tested) { return tested.param ? "InBatches" : "OneByOne"; });

}  // namespace
}  // namespace pilling
