#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/child_process.hpp"
#include "support/forwarding_store.hpp"
#include "support/rounds.hpp"
#include "support/temporary_directory.hpp"
#include "text/fingerprint.hpp"

namespace pilling {
namespace {

using support::ChildProcess;
using support::Pipe;
using namespace std::chrono_literals;

constexpr int row_count = 40;
constexpr int text_count = 15;
constexpr std::size_t worker_count = 3;
constexpr auto long_enough = std::chrono::milliseconds(60s);

std::string id_of(int row) { return std::to_string(209'900'000 + row); }
std::string text_of(int row) { return "효능 " + std::to_string(row % text_count) + "에 씁니다."; }

// Called at each step of a refresh, on whichever thread.
using Step = std::function<void()>;

class Rows final : public MedicineSource {
 public:
  explicit Rows(Step step) : step_(std::move(step)) {}
  std::string name() const override { return "e약은요"; }
  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions&) override {
    step_();
    SourcePage<Medicine> page;
    page.total = row_count;
    const std::size_t end = std::min<std::size_t>(row_count, query.page * query.rows);
    for (std::size_t i = (query.page - 1) * query.rows; i < end; ++i) {
      Medicine row;
      row.id = {id_of(static_cast<int>(i))};
      row.name = "가상정" + std::to_string(i);
      row.efficacy = text_of(static_cast<int>(i));
      page.rows.push_back(std::move(row));
    }
    step_();
    return page;
  }

 private:
  const Step step_;
};

// Every payment is a line of a file, which outlives whoever paid.
class Model final : public Summarizer {
 public:
  Model(const std::filesystem::path& payments, Step step)
      : file_(open(payments.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)), step_(std::move(step)) {}
  ~Model() override { close(file_); }

  std::string maker() const override { return "model/1"; }
  bool is_free() const override { return false; }
  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions&) override {
    step_();
    const std::string line = std::string(request.text) + '\n';
    if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) throw std::runtime_error("write");
    step_();
    return Summary{.text = "요약: " + std::string(request.text), .indications = {}, .maker = maker()};
  }

 private:
  const int file_;
  const Step step_;
};

// Steps before and after each commit.
class SteppingStore final : public support::ForwardingStore {
 public:
  SteppingStore(std::shared_ptr<Store> store, Step step) : ForwardingStore(std::move(store)), step_(std::move(step)) {}
  std::unique_ptr<StoreTransaction> begin(const CallOptions& call) override {
    return std::make_unique<Transaction>(ForwardingStore::begin(call), step_);
  }

 private:
  class Transaction final : public support::ForwardingTransaction {
   public:
    Transaction(std::unique_ptr<StoreTransaction> inner, Step step)
        : ForwardingTransaction(std::move(inner)), step_(std::move(step)) {}
    void commit() override {
      step_();
      ForwardingTransaction::commit();
      step_();
    }

   private:
    const Step step_;
  };
  const Step step_;
};

int again(const std::map<std::string, int>& payments) {
  int again = 0;
  for (const auto& [text, times] : payments) again += times - 1;
  return again;
}

// A database, and what was paid for it.
class Folder {
 public:
  EngineOptions options(const Step& step) const {
    EngineOptions options;
    options.store = std::make_shared<SteppingStore>(make_sqlite_store(directory_.path() / "pilling.db"), step);
    options.sources = {std::make_shared<Rows>(step)};
    options.summarizer = std::make_shared<Model>(payments_, step);
    options.watch_interval = 0ms;
    return options;
  }

  RefreshReport refresh(const Step& step, const RefreshProgressHook& hook = {}) const {
    Engine engine(options(step));
    return engine.refresh({.workers = worker_count, .page_rows = 7}, hook);
  }

  // In a process of its own, which is killed at this step. Whether there was such a step.
  bool refresh_and_kill_at(int last_step) const {
    const Pipe from_child;
    ChildProcess child([&] {
      std::atomic<int> steps = 0;
      refresh([&] {
        const int step = ++steps;
        if (step < last_step) return;
        if (step == last_step) from_child.send('k');
        while (true) pause();
      });
      from_child.send('d');
    });
    const bool is_reached = from_child.receive(long_enough) == 'k';
    child.kill_now();
    return is_reached;
  }

  std::map<std::string, int> payments() const {
    std::map<std::string, int> payments;
    std::ifstream file(payments_);
    for (std::string line; std::getline(file, line);) ++payments[line];
    return payments;
  }

  void expect_all_of_it() const {
    const auto store = make_sqlite_store(directory_.path() / "pilling.db");
    EXPECT_EQ(store->medicines().size(), static_cast<std::size_t>(row_count));
    for (int row = 0; row < row_count; ++row) {
      const auto summary = store->summary({.text = text::fingerprint(text_of(row)), .keyword = {}, .maker = "model/1"});
      ASSERT_TRUE(summary);
      EXPECT_EQ(summary->text, "요약: " + text_of(row));
    }
    for (const char* job : {"calls/model/1", "pages/e약은요", "lease", "summaries/model/1"}) {
      EXPECT_TRUE(store->notes(job).empty()) << job;
    }
  }

 private:
  support::TemporaryDirectory directory_;
  std::filesystem::path payments_ = directory_.path() / "payments";
};

// Kills two processes at steps that the seed draws, and has a third one finish. How many were killed.
int kill_twice(std::uint64_t seed) {
  const Folder folder;
  std::mt19937_64 random(seed);
  constexpr int most_steps = 90;
  std::uniform_int_distribution<int> step(1, most_steps);
  int kills = 0;
  for (int i = 0; i < 2; ++i) kills += folder.refresh_and_kill_at(step(random)) ? 1 : 0;
  const auto before = folder.payments();
  const RefreshReport report = folder.refresh([] {});
  const auto after = folder.payments();

  EXPECT_TRUE(report.is_complete);
  folder.expect_all_of_it();
  EXPECT_EQ(after.size(), static_cast<std::size_t>(text_count));
  for (const auto& [text, times] : after) EXPECT_LE(times, 1 + kills) << text;
  const int most = static_cast<int>(worker_count) * kills;
  EXPECT_LE(again(after), most);
  EXPECT_LE(again(after) - again(before), static_cast<int>(report.repeated_calls));
  EXPECT_LE(static_cast<int>(report.repeated_calls), most);
  return kills;
}

TEST(RefreshKill, IsTakenUpAndPaysAtMostForTheCallsUnderWayAgain) {
  int kills = 0;
  const std::uint64_t rounds = support::rounds(60, 1000);
  for (std::uint64_t seed = 1; seed <= rounds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    kills += kill_twice(seed);
  }
  EXPECT_GT(kills, static_cast<int>(rounds));
}

TEST(RefreshKill, OfTwoProcessesThatBeginAtOnceOneIsRefused) {
  const Folder folder;
  const Pipe go, from_children, go_on;
  const auto work = [&] {
    go.receive();
    bool is_first = true;
    try {
      folder.refresh([] {},
                     [&](const RefreshProgress&) {
                       if (!std::exchange(is_first, false)) return;
                       from_children.send('r');
                       go_on.receive();
                     });
    } catch (const Refused&) {
      from_children.send('x');
    }
  };
  ChildProcess one(work);
  ChildProcess other(work);
  go.send('g');
  go.send('g');

  std::string said{from_children.receive(long_enough), from_children.receive(long_enough)};
  go_on.send('g');
  go_on.send('g');

  std::ranges::sort(said);
  EXPECT_EQ(said, "rx");
  EXPECT_TRUE(one.ends_well());
  EXPECT_TRUE(other.ends_well());
  EXPECT_EQ(again(folder.payments()), 0);
  folder.expect_all_of_it();
}

// 'n' for nothing, 'a' for all of it, 'p' for a part, which nobody should see.
char look(const Engine& engine) {
  const std::size_t medicines = engine.stats().medicines;
  if (medicines == 0) return 'n';
  if (medicines != row_count) return 'p';
  for (int row = 0; row < row_count; ++row) {
    const auto medicine = engine.medicine({id_of(row)});
    if (!medicine || !medicine->summary || medicine->summary->maker != "model/1") return 'p';
  }
  return 'a';
}

TEST(RefreshKill, IsSeenByAnotherProcessAllAtOnceInTheEnd) {
  const Folder folder;
  const Pipe to_reader, from_reader, to_writer, from_writer;
  ChildProcess reader([&] {
    to_reader.receive();
    EngineOptions watching = folder.options([] {});
    watching.watch_interval = 1ms;
    const Engine engine(watching);
    from_reader.send(look(engine));
    // Looks all the time while the other one refreshes.
    const auto deadline = std::chrono::steady_clock::now() + long_enough;
    char seen = 'n';
    while (seen == 'n' && std::chrono::steady_clock::now() < deadline) seen = look(engine);
    from_reader.send(seen);
  });
  ChildProcess writer([&] {
    to_writer.receive();
    folder.refresh([] {},
                   [&](const RefreshProgress& now) {
                     if (now.stage != RefreshStage::publishing || now.done > 0) return;
                     from_writer.send('p');
                     to_writer.receive();
                   });
  });

  to_reader.send('g');
  ASSERT_EQ(from_reader.receive(long_enough), 'n');
  to_writer.send('g');
  ASSERT_EQ(from_writer.receive(long_enough), 'p');
  to_writer.send('g');

  EXPECT_EQ(from_reader.receive(long_enough), 'a');
  EXPECT_TRUE(writer.ends_well());
  EXPECT_TRUE(reader.ends_well());
}

}  // namespace
}  // namespace pilling
