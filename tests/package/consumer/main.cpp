#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <pilling/pilling.hpp>
#include <stdexcept>
#include <string>

namespace {

void expect(bool holds, const std::string& claim) {
  if (!holds) throw std::runtime_error("not true: " + claim);
}

std::filesystem::path make_folder() {
  std::string folder = (std::filesystem::temp_directory_path() / "pilling-consumer-XXXXXX").string();
  expect(mkdtemp(folder.data()) != nullptr, "a temporary folder can be made");
  return folder;
}

std::filesystem::path write_rows(const std::filesystem::path& folder) {
  std::ofstream rows(folder / "medicines.jsonl");
  rows
      << R"({"itemSeq":"990000001","itemName":"도토리정","entpName":"숲제약","efcyQesitm":"이 약은 두통에 사용합니다."})"
      << '\n'
      << R"({"itemSeq":"990000002","itemName":"솔방울시럽","entpName":"숲제약","efcyQesitm":"이 약은 기침에 사용합니다."})"
      << '\n';
  return folder / "medicines.jsonl";
}

bool refuses_a_limit_of_zero(const pilling::Engine& engine) {
  try {
    engine.search("도토리정", 0);
  } catch (const pilling::InvalidArgument&) {
    return true;
  }
  return false;
}

void look_around(const std::filesystem::path& folder) {
  pilling::Engine engine({.database = folder / "pilling.db"});
  const pilling::ImportReport report = engine.import_medicines(write_rows(folder));
  expect(report.added == 2, "both rows are imported");

  const pilling::SearchResult result = engine.search("도토리정");
  expect(result.matches.size() == 1, "the name is found once");
  expect(result.matches.front().medicine->id.value == "990000001", "the right medicine is found");
  expect(result.matches.front().kind == pilling::MatchKind::exact, "it is found by its whole name");
  expect(refuses_a_limit_of_zero(engine), "an InvalidArgument is caught by its type");
}

// The caches are templates: what they call must be there to link with.
void keep_something() {
  pilling::MemoryCache<std::string, std::string> memory({.maximum_weight = 1000});
  memory.put("도토리", "정", 3);
  expect(*memory.get("도토리") == "정", "a value stays in memory");

  pilling::TieredCache<std::string> tiers({}, pilling::text_codec());
  tiers.put("솔방울", {"시럽"});
  expect(*tiers.get("솔방울", nullptr).value == "시럽", "a value stays in the first tier");
}

}  // namespace

int main() {
  try {
    const std::filesystem::path folder = make_folder();
    look_around(folder);
    keep_something();
    std::filesystem::remove_all(folder);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  std::cout << "Pilling " << PILLING_VERSION << " works from outside.\n";
}
