// Reading of whole files, each job beside what its libraries take alone for the same bytes: zlib to inflate them, and
// simdjson to find every value. The files are invented, as large as those of the real services; where the real ones
// are there (PILLING_DATA_DIR, else shared/data beside the checkout), they are read, too.

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <simdjson.h>
#include <string>
#include <string_view>

#include "sources/file_bytes.hpp"
#include "sources/file_contents.hpp"
#include "support/gzip.hpp"
#include "support/public_data.hpp"
#include "support/temporary_directory.hpp"

namespace {

using Random = std::mt19937_64;

constexpr std::size_t medicine_count = 4'712;
constexpr std::size_t pharmacy_count = 24'502;

std::string invented_text(Random& random, std::size_t words) {
  static constexpr std::string_view vocabulary[] = {"가상의 ",   "약을 ",      "하루 ",   "세 번 ",
                                                    "복용하고 ", "증상이 ",    "있으면 ", "바로 ",
                                                    "의사와 ",   "상의\\n\\n", "두통, ",  "(통증) "};
  std::string text;
  for (std::size_t i = 0; i < words; ++i) text += vocabulary[random() % std::size(vocabulary)];
  return text;
}

std::string medicine_lines() {
  Random random(1);
  std::string lines;
  for (std::size_t i = 0; i < medicine_count; ++i) {
    lines += R"({"itemSeq":")" + std::to_string(200'000'000 + i) + R"(","itemName":"가상정 )" + std::to_string(i) +
             R"(밀리그램","entpName":"가상제약","mainIngr":"가상펜","efcyQesitm":"이 약은 )" +
             invented_text(random, 12) + R"(에 사용합니다.\n","useMethodQesitm":")" + invented_text(random, 20) +
             R"(","atpnWarnQesitm":null,)" + R"("atpnQesitm":")" + invented_text(random, 120) + R"(","intrcQesitm":")" +
             invented_text(random, 20) + R"(","seQesitm":")" + invented_text(random, 50) +
             R"(","depositMethodQesitm":")" + invented_text(random, 10) +
             R"(","openDe":"2020-12-24","updateDe":"2024-01-16"})" + "\n";
  }
  return lines;
}

std::string pharmacy_table() {
  Random random(2);
  std::string table =
      "암호화요양기호,요양기관명,종별코드,종별코드명,시도코드,시도코드명,시군구코드,시군구코드명,읍면동,우편번호,주소,"
      "전화번호,개설일자,좌표(x),좌표(y)\n";
  for (std::size_t i = 0; i < pharmacy_count; ++i) {
    const auto fraction = [&] { return std::to_string(1'000'000 + random() % 9'000'000); };
    table += "JDQ4MTYyMiM1MSMkMSMkMCMkMDMkNTgxOTYxIzMxIyQxIyQzIyQ2MiQy" + std::to_string(i) + ",가상" +
             std::to_string(i) + "약국,81,약국,310000,경기,311901,고양덕양구,,10275,\"경기도 가상시 모형구 견본로 " +
             std::to_string(i % 300) + ", 1층 2,3호 (가상동)\",031-000-" + std::to_string(1000 + i % 9000) +
             ",20110421,127." + fraction() + ",37." + fraction() + "\n";
  }
  return table;
}

// The invented files, for the life of the process.
class Files {
 public:
  Files() {
    write(medicines(), medicine_lines());
    write(pharmacies(), pharmacy_table());
  }

  std::filesystem::path medicines() const { return folder_.path() / "medicines.jsonl.gz"; }
  std::filesystem::path pharmacies() const { return folder_.path() / "pharmacies.csv.gz"; }

 private:
  static void write(const std::filesystem::path& path, const std::string& bytes) {
    const std::string packed = pilling::support::gzip(bytes);
    std::ofstream(path, std::ios::binary).write(packed.data(), static_cast<std::streamsize>(packed.size()));
  }

  const pilling::support::TemporaryDirectory folder_;
};

void count(benchmark::State& state, std::size_t rows, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void read_medicines(benchmark::State& state, const std::filesystem::path& path) {
  std::size_t rows = 0;
  for (auto _ : state) rows = pilling::sources::read_medicine_file(path).rows.size();
  count(state, rows, pilling::sources::read_file_bytes(path).size());
}

void read_pharmacies(benchmark::State& state, const std::filesystem::path& path) {
  std::size_t rows = 0;
  for (auto _ : state) rows = pilling::sources::read_pharmacy_file(path).rows.size();
  count(state, rows, pilling::sources::read_file_bytes(path).size());
}

void inflate_alone(benchmark::State& state, const std::filesystem::path& path) {
  std::size_t bytes = 0;
  for (auto _ : state) bytes = pilling::sources::read_file_bytes(path).size();
  count(state, 0, bytes);
}

// The document model of simdjson uses the widest instructions of the machine; the reader of rows does not, because it
// needs the spelling of numbers, which only the other interface keeps.
void parse_alone(benchmark::State& state, const std::filesystem::path& path) {
  const std::string json = pilling::sources::read_file_bytes(path);
  simdjson::dom::parser parser;
  std::size_t rows = 0;
  for (auto _ : state) {
    rows = 0;
    simdjson::dom::document_stream documents;
    if (parser.parse_many(json).get(documents)) return state.SkipWithError("the file is not JSON lines");
    for (const auto document : documents) rows += document.error() == simdjson::SUCCESS;
  }
  count(state, rows, json.size());
}

void register_jobs(const std::string& origin, const std::filesystem::path& medicines,
                   const std::filesystem::path& pharmacies) {
  const auto add = [&](const std::string& job, auto* run, const std::filesystem::path& path) {
    if (!std::filesystem::exists(path)) return;
    benchmark::RegisterBenchmark((job + "/" + origin).c_str(), run, path)->Unit(benchmark::kMillisecond);
  };
  add("medicines_read", &read_medicines, medicines);
  add("medicines_zlib_alone", &inflate_alone, medicines);
  add("medicines_simdjson_alone", &parse_alone, medicines);
  add("pharmacies_read", &read_pharmacies, pharmacies);
  add("pharmacies_zlib_alone", &inflate_alone, pharmacies);
}

}  // namespace

int main(int argc, char** argv) {
  const Files files;
  register_jobs("invented", files.medicines(), files.pharmacies());
  const std::filesystem::path none;
  register_jobs("real", pilling::support::public_data("easydrug/easydrug_2024-07.jsonl.gz").value_or(none),
                pilling::support::public_data("pharmacy/hira_pharmacy_2023Q1.csv.gz").value_or(none));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
