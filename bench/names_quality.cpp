// How well the name index understands what people type: hit@1, recall@10 and latency by class of query.
//
//   names_quality CORPUS QUERIES    both plain or gzip
//
// CORPUS: one name a line, or columns separated by tabs: id, name, brand, form, strength, ingredient, source, English
// name (the second and the last are read). QUERIES: class, query, right names joined by "|".

#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "name_queries.hpp"
#include "pilling/search.hpp"

namespace {

using pilling::bench::answers;
using pilling::bench::KnownQuery;
using pilling::bench::name_entries;
using pilling::bench::quantile;
using Clock = std::chrono::steady_clock;

struct Score {
  std::size_t count = 0;
  double first = 0;   // the first answer is right
  double in_ten = 0;  // one of the first ten is
  double recall = 0;  // right answers among the first ten, of as many as could be there
  std::vector<double> microseconds;

  void add(const Score& other) {
    count += other.count;
    first += other.first;
    in_ten += other.in_ten;
    recall += other.recall;
    microseconds.insert(microseconds.end(), other.microseconds.begin(), other.microseconds.end());
  }
};

Score score(const pilling::NameIndex& index, const KnownQuery& query, bool shows_misses) {
  Score one{.count = 1, .microseconds = {}};
  std::vector<double> times;
  std::vector<pilling::NameMatch> matches;
  constexpr int repetitions = 5;
  for (int i = 0; i < repetitions; ++i) {
    const auto begin = Clock::now();
    matches = index.search(query.text, answers);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  one.microseconds.push_back(quantile(times, 0.5));
  pilling::bench::Strings found;
  for (const pilling::NameMatch& match : matches) found.push_back(index.name(match.index).value());
  one.first = !found.empty() && query.right.contains(found.front()) ? 1 : 0;
  one.recall = pilling::bench::recall(query, found);
  one.in_ten = one.recall > 0 ? 1 : 0;
  if (shows_misses && (one.first < 1 || one.recall < 1)) {
    std::printf("  %s \"%s\" (%.2f): ", query.kind.c_str(), query.text.c_str(), one.recall);
    if (!matches.empty()) {
      std::printf("%s [%s, %zu edits]", index.name(matches[0].index)->c_str(),
                  std::string(to_string(matches[0].kind)).c_str(), matches[0].edits);
    }
    std::printf("; right: %s\n", query.right.begin()->c_str());
  }
  return one;
}

void print(const std::string& name, const Score& s) {
  const double count = static_cast<double>(s.count) / 100;
  std::printf("%-28s %6zu %8.1f %8.1f %8.1f %9.1f %9.1f %9.1f\n", name.c_str(), s.count, s.first / count,
              s.in_ten / count, s.recall / count, quantile(s.microseconds, 0.5), quantile(s.microseconds, 0.99),
              quantile(s.microseconds, 1));
}

int run(const char* corpus_path, const char* query_path, bool shows_misses) {
  const auto begin = Clock::now();
  const std::vector<pilling::NameEntry> names = name_entries(corpus_path, false);
  const auto read = Clock::now();
  const pilling::NameIndex plain(names);
  const double built = std::chrono::duration<double, std::milli>(Clock::now() - read).count();
  const pilling::NameIndex with_english(name_entries(corpus_path, true));
  std::printf("%zu names, read in %.0f ms; index built in %.0f ms, %.1f bytes a name\n\n", plain.size(),
              std::chrono::duration<double, std::milli>(read - begin).count(), built,
              static_cast<double>(plain.bytes()) / static_cast<double>(plain.size()));
  std::printf("%-28s %6s %8s %8s %8s %9s %9s %9s\n", "class", "count", "hit@1", "hit@10", "recall", "p50 us", "p99 us",
              "max us");
  std::map<std::string, Score> scores;
  Score nine;
  for (const KnownQuery& query : pilling::bench::known_queries(query_path)) {
    const Score one = score(plain, query, shows_misses);
    scores[query.kind].add(one);
    if (pilling::bench::is_main_class(query.kind)) nine.add(one);
    if (query.kind.starts_with("latin")) {
      KnownQuery known_by = query;
      known_by.kind += ", English names";
      scores[known_by.kind].add(score(with_english, known_by, shows_misses));
    }
  }
  for (const auto& [kind, total] : scores) print(kind, total);
  print("the nine main classes", nine);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool shows_misses = argc == 4 && std::string_view(argv[1]) == "--misses";
  if (argc != 3 && !shows_misses) {
    std::fprintf(stderr, "usage: names_quality [--misses] CORPUS QUERIES\n");
    return 2;
  }
  try {
    return run(argv[argc - 2], argv[argc - 1], shows_misses);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "names_quality: %s\n", problem.what());
    return 1;
  }
}
