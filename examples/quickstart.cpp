// Opens a database, imports medicines and pharmacies, and asks four questions:
//
//   quickstart DATABASE [MEDICINES PHARMACIES]

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <pilling/pilling.hpp>
#include <string_view>

namespace {

void print_import(std::string_view what, const pilling::ImportReport& report) {
  std::cout << what << ": " << report.rows << " rows, " << report.added << " added, " << report.updated << " updated, "
            << report.unchanged << " unchanged, " << report.older << " older, " << report.skipped.size()
            << " skipped\n";
}

void print_found(std::size_t count, const pilling::Answer& answer) {
  const std::chrono::duration<double, std::micro> elapsed = answer.elapsed;
  std::cout << "  " << count << " found in " << elapsed.count() << " µs\n";
  for (const auto& warning : answer.warnings) std::cout << "  note: " << warning << '\n';
}

void search(const pilling::Engine& engine, std::string_view name) {
  const pilling::SearchResult result = engine.search(name, 5);

  std::cout << "\nMedicines called " << name << '\n';
  for (const auto& match : result.matches) {
    std::cout << "  " << to_string(match.kind) << (match.approximate ? ", similar" : "") << ": " << match.medicine->name
              << '\n';
    if (match.medicine->summary) std::cout << "    " << match.medicine->summary->text << '\n';
  }
  print_found(result.matches.size(), result.answer);
}

void search_symptom(const pilling::Engine& engine, std::string_view symptom) {
  const pilling::SymptomResult result = engine.search_symptom(symptom, {.limit = 5});

  std::cout << "\nMedicines for " << symptom << '\n';
  for (const auto& match : result.matches) std::cout << "  " << match.medicine->name << ": " << match.summary << '\n';
  print_found(result.matches.size(), result.answer);
}

void find_pharmacies(const pilling::Engine& engine, pilling::Coordinate place) {
  const auto result = engine.pharmacies_near(place, {.radius_meters = 500, .limit = 5});

  std::cout << "\nPharmacies near Seoul City Hall\n";
  for (const auto& nearby : result.pharmacies) {
    std::cout << "  " << nearby.pharmacy->name << ", " << std::lround(nearby.distance_meters) << " m, "
              << (nearby.status.today ? to_string(*nearby.status.today) : "hours of today unknown") << '\n';
  }
  print_found(result.pharmacies.size(), result.answer);
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2 && count != 4) {
    std::cerr << "usage: quickstart DATABASE [MEDICINES PHARMACIES]\n";
    return EXIT_FAILURE;
  }
  pilling::Engine engine({.database = arguments[1]});
  if (count == 4) {
    print_import("Medicines", engine.import_medicines(arguments[2]));
    print_import("Pharmacies", engine.import_pharmacies(arguments[3]));
  }
  search(engine, "활명수");
  search(engine, "타이레놀");
  search_symptom(engine, "콧물 기침");
  find_pharmacies(engine, {.latitude = 37.5665, .longitude = 126.9780});
} catch (const std::exception& error) {
  std::cerr << "quickstart: " << error.what() << '\n';
  return EXIT_FAILURE;
}
