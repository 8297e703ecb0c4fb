// How well symptom search understands what people say: precision at 10, whether the first answer is right, how many
// phrases stay without an answer, and latency; beside a scan for all words and pairs of syllables ranked by BM25.
//
//   symptoms_quality [--misses] [--concepts TABLE] MEDICINES QUERIES
//
// MEDICINES: an e약은요 file. QUERIES: phrase, tab, pattern of the efficacy texts of the right medicines. Each plain or
// gzip. A phrase without an answer has precision 0.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/symptom_look_up.hpp"
#include "name_queries.hpp"
#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"
#include "symptom_baselines.hpp"
#include "symptom_queries.hpp"

namespace {

using pilling::bench::Medicines;
using pilling::bench::SymptomQuery;
using Clock = std::chrono::steady_clock;

constexpr std::size_t limit = 10;

struct Arguments {
  bool shows_misses = false;
  std::string concepts;
  std::vector<std::string> files;
};

struct Row {
  std::size_t count = 0;
  double precision = 0;
  double first = 0;
  double unanswered = 0;
  std::vector<double> microseconds;
};

void take(Row& row, const SymptomQuery& query, const std::vector<const pilling::Medicine*>& found) {
  ++row.count;
  if (found.empty()) {
    ++row.unanswered;
    return;
  }
  std::vector<bool> right;
  for (const pilling::Medicine* medicine : found) right.push_back(query.is_relevant(medicine->efficacy));
  row.precision += static_cast<double>(std::ranges::count(right, true)) / static_cast<double>(right.size());
  row.first += right.front() ? 1 : 0;
}

void print(const char* name, const Row& row) {
  const auto count = static_cast<double>(row.count);
  std::printf("%-28s %6zu %8.3f %8.3f %9.1f %% %9.1f %9.1f %9.1f\n", name, row.count, row.precision / count,
              row.first / count, 100 * row.unanswered / count, pilling::bench::quantile(row.microseconds, 0.5),
              pilling::bench::quantile(row.microseconds, 0.99), pilling::bench::quantile(row.microseconds, 1));
}

// The median of some repetitions, and what was found.
template <typename Search>
auto timed(Row& row, const Search& search) {
  std::vector<double> times;
  constexpr int repetitions = 5;
  for (int i = 1; i < repetitions; ++i) {
    const auto begin = Clock::now();
    const auto result = search();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  row.microseconds.push_back(pilling::bench::quantile(times, 0.5));
  return search();
}

std::string names_of(const std::vector<pilling::MentionedSymptom>& symptoms) {
  std::string names;
  for (const auto& symptom : symptoms) names += (symptom.approximate ? " ~" : " ") + symptom.name;
  return names;
}

void show_miss(const SymptomQuery& query, const pilling::SymptomResult& result, double precision) {
  std::string notes;
  for (const auto& note : result.notes) notes += " " + note.id;
  std::printf("  %.2f \"%s\":%s; absent:%s; flag: %s; notes:%s\n", precision, query.text().c_str(),
              names_of(result.understood).c_str(), names_of(result.absent).c_str(),
              result.red_flag ? result.red_flag->id.c_str() : "none", notes.c_str());
  for (const auto& match : result.matches) {
    if (!query.is_relevant(match.medicine->efficacy)) {
      std::printf("      %s: %s\n", match.medicine->name.c_str(), match.summary.c_str());
      break;
    }
  }
}

std::vector<const pilling::Medicine*> medicines_at(const Medicines& medicines, const std::vector<std::size_t>& places) {
  std::vector<const pilling::Medicine*> found;
  for (const std::size_t place : places) found.push_back(medicines[place].get());
  return found;
}

Row measure_baseline(const Medicines& medicines, const std::vector<SymptomQuery>& queries,
                     const std::function<std::vector<std::size_t>(std::string_view)>& search) {
  Row row;
  for (const SymptomQuery& query : queries) {
    take(row, query, medicines_at(medicines, timed(row, [&] { return search(query.text()); })));
  }
  return row;
}

Row measure(const pilling::engine::MedicineCatalogue& catalogue, const std::vector<SymptomQuery>& queries,
            bool shows_misses) {
  Row row;
  for (const SymptomQuery& query : queries) {
    const auto search = [&] { return pilling::engine::search_symptoms(catalogue, query.text(), {.limit = limit}); };
    const pilling::SymptomResult result = timed(row, search);
    std::vector<const pilling::Medicine*> found;
    for (const auto& match : result.matches) found.push_back(match.medicine.get());
    const double before = row.precision;
    take(row, query, found);
    if (shows_misses && row.precision - before < 1) show_miss(query, result, row.precision - before);
  }
  return row;
}

int run(const Arguments& arguments) {
  const Medicines medicines = pilling::bench::symptom_medicines(arguments.files[0]);
  const std::vector<SymptomQuery> queries = pilling::bench::symptom_queries(arguments.files[1]);
  const auto begin = Clock::now();
  pilling::EngineOptions options;
  options.concepts = arguments.concepts.empty() ? pilling::SymptomConcepts::bundled()
                                                : pilling::SymptomConcepts::read(arguments.concepts);
  const auto read = Clock::now();
  std::vector<pilling::Medicine> rows;
  for (const auto& medicine : medicines) rows.push_back(*medicine);
  const auto extractive = pilling::make_extractive_summarizer();
  const auto catalogue = pilling::engine::index_medicines(options, std::move(rows), *extractive, {});
  std::vector<pilling::search::SymptomEntry> entries = pilling::bench::symptom_entries(*catalogue, options);
  const std::size_t texts = entries.size();
  const auto summarized = Clock::now();
  const pilling::search::SymptomIndex symptoms(std::move(entries), options.concepts);
  const auto built = Clock::now();
  const auto milliseconds = [](auto time) { return std::chrono::duration<double, std::milli>(time).count(); };
  std::printf("%zu medicines, %zu texts, %zu concepts (%s); table read in %.0f ms, index built in %.0f ms\n\n",
              medicines.size(), texts, options.concepts->concepts().size(), options.concepts->version().c_str(),
              milliseconds(read - begin), milliseconds(built - summarized));
  const Row own = measure(*catalogue, queries, arguments.shows_misses);
  const pilling::bench::PairIndex pairs(medicines);
  std::printf("%-28s %6s %8s %8s %11s %9s %9s %9s\n", "engine", "count", "P@10", "first", "no answer", "p50 us",
              "p99 us", "max us");
  print("pilling", own);
  print("pairs of syllables, BM25",
        measure_baseline(medicines, queries, [&](std::string_view text) { return pairs.search(text, limit); }));
  print("scan for all words", measure_baseline(medicines, queries, [&](std::string_view text) {
          return pilling::bench::scan_for_words(medicines, text, limit);
        }));
  return 0;
}

bool read_arguments(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--misses") {
      arguments.shows_misses = true;
    } else if (argument == "--concepts" && i + 1 < argc) {
      arguments.concepts = argv[++i];
    } else {
      arguments.files.emplace_back(argument);
    }
  }
  return arguments.files.size() == 2;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments(argc, argv, arguments)) {
    std::fprintf(stderr, "usage: symptoms_quality [--misses] [--concepts TABLE] MEDICINES QUERIES\n");
    return 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "symptoms_quality: %s\n", problem.what());
    return 1;
  }
}
