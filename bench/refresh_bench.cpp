// How near a refresh comes to what its services allow, and what searches notice of it. Rows are invented; with
// PILLING_DATA_DIR set, 4,712 of those that are published are real.

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/engine.hpp"
#include "support/fake_server.hpp"
#include "support/public_data.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using pilling::support::FakeReply;
using pilling::support::FakeServerRequest;

constexpr auto latency = 50ms;
constexpr std::string_view text_begin = "이 약은 ";
constexpr std::string_view text_end = "에 사용합니다.";

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

// One syllable for each digit, so that no name is a number.
std::string syllables(std::size_t number) {
  constexpr std::array<std::string_view, 10> digits = {"가", "나", "다", "라", "마", "바", "사", "아", "자", "차"};
  std::string word;
  for (const char digit : std::to_string(100'000 + number).substr(1))
    word += digits[static_cast<std::size_t>(digit - '0')];
  return word;
}

std::string text(std::size_t number) {
  return std::string(text_begin) + syllables(number) + "통" + std::string(text_end);
}

std::size_t parameter(const std::string& target, const std::string& name) {
  const std::size_t at = target.find(name + '=');
  return at == std::string::npos ? 0 : std::stoul(target.substr(at + name.size() + 1));
}

// data.go.kr and a model on one server, each 50 ms away.
class Services {
 public:
  explicit Services(std::size_t rows) : rows_(rows) {
    server_.answer("/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList",
                   [this](const FakeServerRequest& request) { return page(request.target); });
    server_.answer("/v1/chat/completions", [](const FakeServerRequest& request) { return completion(request.body); });
  }

  pilling::EngineOptions options(const std::filesystem::path& database) const {
    const auto http = pilling::make_curl_transport();
    pilling::OpenAiOptions model;
    model.base_url = server_.url() + "/v1";
    model.model = "bench";
    model.answer_form = pilling::AnswerForm::plain;
    pilling::EngineOptions options;
    options.database = database;
    options.sources = {pilling::make_easy_drug_source(http, {.service_key = "key", .base_url = server_.url()})};
    options.summarizer = pilling::make_openai_summarizer(http, model);
    options.watch_interval = 0ms;
    return options;
  }

 private:
  FakeReply page(const std::string& target) const {
    std::this_thread::sleep_for(latency);
    const std::size_t number = parameter(target, "pageNo");
    const std::size_t size = parameter(target, "numOfRows");
    std::string items;
    for (std::size_t i = (number - 1) * size; i < std::min(rows_, number * size); ++i) {
      items += items.empty() ? "" : ",";
      items += R"({"itemSeq":")" + std::to_string(209'900'000 + i) + R"(","itemName":")" + syllables(i) +
               R"(정","efcyQesitm":")" + text(i) + R"("})";
    }
    return json(R"({"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"pageNo":)" +
                std::to_string(number) + R"(,"totalCount":)" + std::to_string(rows_) + R"(,"numOfRows":)" +
                std::to_string(size) + R"(,"items":[)" + items + "]}}");
  }

  static FakeReply completion(const std::string& body) {
    std::this_thread::sleep_for(latency);
    const std::size_t end = body.rfind(text_end);
    const std::size_t begin = body.rfind(text_begin, end) + text_begin.size();
    return json(R"({"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":")" +
                body.substr(begin, end - begin) + R"("}}],"usage":{"prompt_tokens":300,"completion_tokens":20}})");
  }

  static FakeReply json(std::string body) {
    return {.headers = {{"content-type", "application/json"}}, .body = std::move(body)};
  }

  const std::size_t rows_;
  pilling::support::FakeServer server_;
};

void refresh_over_http(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t workers = 8;
  constexpr std::size_t page_rows = 100;
  const Services services(rows);
  double took = 0;
  for (auto _ : state) {
    const pilling::support::TemporaryDirectory folder;
    pilling::Engine engine(services.options(folder.path() / "pilling.db"));
    const auto begin = Clock::now();
    const auto report = engine.refresh({.workers = workers, .page_rows = page_rows});
    const double elapsed = seconds(Clock::now() - begin);
    took += elapsed;
    state.SetIterationTime(elapsed);
    if (!report.is_complete || report.made != rows || report.replaced > 0) state.SkipWithError("a refresh failed");
  }
  const double all = static_cast<double>(state.iterations() * state.range(0));
  const std::size_t rounds = (rows + workers - 1) / workers + (rows + page_rows - 1) / page_rows;
  const double ideal = seconds(latency) * static_cast<double>(rounds) * static_cast<double>(state.iterations());
  state.counters["texts_per_second"] = all / took;
  state.counters["share_of_ideal"] = ideal / took;
}
BENCHMARK(refresh_over_http)->Arg(400)->Arg(1600)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

// A list in memory.
class ListedRows final : public pilling::MedicineSource {
 public:
  std::string name() const override { return "list"; }
  pilling::SourcePage<pilling::Medicine> fetch(const pilling::MedicineQuery& query,
                                               const pilling::CallOptions&) override {
    pilling::SourcePage<pilling::Medicine> page;
    page.total = rows.size();
    const std::size_t end = std::min(rows.size(), query.page * query.rows);
    for (std::size_t i = (query.page - 1) * query.rows; i < end; ++i) page.rows.push_back(rows[i]);
    return page;
  }

  std::vector<pilling::Medicine> rows;
};

std::vector<pilling::Medicine> real_rows(std::size_t count) {
  const auto file = pilling::support::public_data("easydrug/easydrug_2024-07.jsonl.gz");
  if (!file) return {};
  const pilling::support::TemporaryDirectory folder;
  const auto database = folder.path() / "pilling.db";
  pilling::Engine({.database = database}).import_medicines(*file);
  auto rows = pilling::make_sqlite_store(database)->medicines();
  return rows.size() == count ? rows : std::vector<pilling::Medicine>();
}

// As many distinct texts as e약은요 has; a kilobyte of other texts each.
std::vector<pilling::Medicine> invented_rows(std::size_t count) {
  std::vector<pilling::Medicine> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i].id = {std::to_string(209'900'000 + i)};
    rows[i].name = syllables(i) + "정";
    rows[i].efficacy = text(i % 1'836);
    rows[i].usage = std::string(400, 'u');
    rows[i].side_effects = std::string(600, 's');
  }
  return rows;
}

double percentile(std::vector<double>& sorted, double share) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

// Microseconds of searches for names, one after the other.
class Searcher {
 public:
  Searcher(const pilling::Engine& engine, const std::vector<pilling::Medicine>& rows)
      : thread_([this, &engine, &rows](const std::stop_token& stop) {
          for (std::size_t i = 0; !stop.stop_requested(); i += 7919) {
            const auto begin = Clock::now();
            benchmark::DoNotOptimize(engine.search(rows[i % rows.size()].name));
            times_.push_back(seconds(Clock::now() - begin) * 1e6);
          }
        }) {}

  void tell(benchmark::State& state, const std::string& when) {
    thread_.request_stop();
    thread_.join();
    std::ranges::sort(times_);
    state.counters[when + "_p50_us"] = percentile(times_, 0.5);
    state.counters[when + "_p99_us"] = percentile(times_, 0.99);
  }

 private:
  std::vector<double> times_;
  std::jthread thread_;
};

// From the beginning of the one transaction to when the engine shows it, while somebody searches.
void publish(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto source = std::make_shared<ListedRows>();
  source->rows = real_rows(count);
  state.SetLabel(source->rows.empty() ? "invented" : "real");
  if (source->rows.empty()) source->rows = invented_rows(count);
  const pilling::support::TemporaryDirectory folder;
  pilling::EngineOptions options;
  options.database = folder.path() / "pilling.db";
  options.sources = {source};
  options.cache_bytes = 1;
  options.watch_interval = 0ms;
  pilling::Engine engine(options);
  engine.refresh({.page_rows = 500});
  const std::vector<pilling::Medicine> names = source->rows;
  Searcher idle(engine, names);
  std::this_thread::sleep_for(1s);
  idle.tell(state, "idle");

  double committed = 0;
  for (auto _ : state) {
    for (auto& row : source->rows) row.company += "A";
    std::optional<Searcher> searcher;
    Clock::time_point begin;
    engine.refresh({.page_rows = 500}, [&](const pilling::RefreshProgress& now) {
      if (now.stage != pilling::RefreshStage::publishing) return;
      if (now.done > 0) committed = seconds(Clock::now() - begin);
      if (now.done > 0) return;
      searcher.emplace(engine, names);
      begin = Clock::now();
    });
    state.SetIterationTime(seconds(Clock::now() - begin));
    searcher->tell(state, "meanwhile");
  }
  state.counters["commit_ms"] = committed * 1e3;
}
BENCHMARK(publish)->Arg(4'712)->Arg(43'000)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
