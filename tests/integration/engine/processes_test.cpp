#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <vector>

#include "pilling/engine.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

using support::ChildProcess;
using support::Pipe;
using namespace std::chrono_literals;

constexpr std::size_t reader_count = 8;
constexpr auto long_enough = std::chrono::milliseconds(120s);

// All rows of an edition bear its name, and the editions have different numbers of rows: a mixture would show.
struct Edition {
  std::string name;
  std::size_t medicines;
  std::size_t pharmacies;
};
const Edition old_edition{.name = "old", .medicines = 300, .pharmacies = 200};
const Edition new_edition{.name = "new", .medicines = 400, .pharmacies = 250};

struct Files {
  std::filesystem::path medicines;
  std::filesystem::path pharmacies;
};

Files write_files(const std::filesystem::path& folder, const Edition& edition) {
  Files files{.medicines = folder / (edition.name + ".jsonl"), .pharmacies = folder / (edition.name + ".csv")};
  std::ofstream medicines(files.medicines);
  for (std::size_t row = 0; row < edition.medicines; ++row) {
    medicines << R"({"itemSeq":")" << 200000000 + row << R"(","itemName":"가나정)" << row << R"(밀리그람","entpName":")"
              << edition.name << R"(","efcyQesitm":"이 약은 두통, )" << (edition.name == "new" ? "치통" : "기침")
              << R"(에 사용합니다."})" << '\n';
  }
  std::ofstream pharmacies(files.pharmacies);
  pharmacies << "hpid,dutyName,dutyAddr,dutyTel1,wgs84Lon,wgs84Lat,dutyTime1s,dutyTime1c\n";
  for (std::size_t row = 0; row < edition.pharmacies; ++row) {
    pharmacies << 'C' << 1000000 + row << ',' << edition.name << "약국,서울특별시 중구 " << row << ",02-000-"
               << 1000 + row << ",127." << 1000 + row << ",37.5,0900,1900\n";
  }
  return files;
}

// How often each reader has looked at everything: memory that the processes share.
class Rounds {
 public:
  Rounds() {
    void* memory = mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot share memory");
    counters_ = new (memory) Counters();
  }
  ~Rounds() { munmap(counters_, sizeof(Counters)); }
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  void add_one(std::size_t reader) { ++counters_->of[reader]; }

  // Whether every reader looks at everything once more, from beginning to end.
  bool go_on() const {
    std::vector<std::size_t> before;
    for (const auto& counter : counters_->of) before.push_back(counter);
    const auto deadline = std::chrono::steady_clock::now() + long_enough;
    for (std::size_t reader = 0; reader < reader_count; ++reader) {
      while (counters_->of[reader] < before[reader] + 2) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
      }
    }
    return true;
  }

 private:
  struct Counters {
    std::atomic<std::size_t> of[reader_count]{};
  };
  Counters* counters_;
};

void require(bool is_so, const char* what) {
  if (!is_so) throw std::runtime_error(what);
}

// One reader: whatever it asks is all of the old or all of the new edition, and never the old one after the new one.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& database) : engine_({.database = database}) {}

  void look() {
    look_at_names();
    look_at_symptoms();
    look_at_numbers();
    look_at_pharmacies();
  }

  bool sees_all_of_the_new_edition() const { return has_new_medicines_ && has_new_pharmacies_; }

 private:
  void look_at_names() {
    const auto matches = engine_.search("가나정", 1000).matches;
    const Edition& edition = edition_of(!matches.empty() && matches[0].medicine->company == "new", has_new_medicines_);
    require(matches.size() == edition.medicines, "a search gives part of an edition");
    for (const auto& match : matches) require(match.medicine->company == edition.name, "a search mixes two editions");
  }

  void look_at_symptoms() {
    const auto matches = engine_.search_symptom("두통", {.limit = 1000}).matches;
    const Edition& edition = edition_of(!matches.empty() && matches[0].medicine->company == "new", has_new_medicines_);
    require(matches.size() == edition.medicines, "a symptom gives part of an edition");
    for (const auto& match : matches) {
      const bool is_new = match.medicine->efficacy.find("치통") != std::string::npos;
      require(is_new == (edition.name == "new"), "a symptom mixes the texts of two editions");
      require((match.medicine->summary->text.find("치통") != std::string::npos) == is_new,
              "a summary is of another text");
    }
  }

  void look_at_numbers() {
    const EngineStats stats = engine_.stats();
    const Edition& medicines = edition_of(stats.medicines == new_edition.medicines, has_new_medicines_);
    require(stats.medicines == medicines.medicines, "a number is of no edition");
    require(stats.watch_failures == 0, "the watch failed");
  }

  void look_at_pharmacies() {
    const auto found = engine_.pharmacies_near({37.5, 127.2}, {.radius_meters = 1'000'000}).pharmacies;
    const Edition& edition = edition_of(!found.empty() && found[0].pharmacy->name == "new약국", has_new_pharmacies_);
    require(found.size() == edition.pharmacies, "there is part of an edition around");
    for (const auto& one : found) require(one.pharmacy->name == edition.name + "약국", "two editions are around");
  }

  static const Edition& edition_of(bool is_new, bool& was_new) {
    require(is_new || !was_new, "the old edition came back");
    was_new = is_new;
    return is_new ? new_edition : old_edition;
  }

  Engine engine_;
  bool has_new_medicines_ = false;
  bool has_new_pharmacies_ = false;
};

// Tells the parent of the first look, 'r', and of the first that shows the new edition, 'n'; or 'x' and why on standard
// error.
void read_until_new(const std::filesystem::path& database, std::size_t number, Rounds& rounds, const Pipe& to_parent) {
  try {
    Reader reader(database);
    reader.look();
    to_parent.send('r');
    while (!reader.sees_all_of_the_new_edition()) {
      reader.look();
      rounds.add_one(number);
    }
    to_parent.send('n');
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reader %zu: %s\n", number, error.what());
    to_parent.send('x');
  }
}

TEST(Processes, SeeAllOfOneEditionOrAllOfTheOtherWhileOneImports) {
  const support::TemporaryDirectory directory;
  const auto database = directory.path() / "pilling.db";
  const Files old_files = write_files(directory.path(), old_edition);
  const Files new_files = write_files(directory.path(), new_edition);
  Rounds rounds;
  Pipe to_writer, from_writer, to_readers;
  ChildProcess writer([&] {
    Engine engine({.database = database});
    engine.import_medicines(old_files.medicines);
    engine.import_pharmacies(old_files.pharmacies);
    from_writer.send('o');
    to_writer.receive();
    // The last report comes when all rows are written and nothing is committed.
    const auto hold_before_the_commit = [&](std::uint64_t done, std::uint64_t total) {
      if (done < total) return;
      from_writer.send('h');
      to_writer.receive();
    };
    engine.import_medicines(new_files.medicines, hold_before_the_commit);
    engine.import_pharmacies(new_files.pharmacies, hold_before_the_commit);
  });
  Pipe from_readers[reader_count];
  std::vector<std::unique_ptr<ChildProcess>> readers;
  for (std::size_t number = 0; number < reader_count; ++number) {
    readers.push_back(std::make_unique<ChildProcess>([&, number] {
      to_readers.receive();
      read_until_new(database, number, rounds, from_readers[number]);
    }));
  }

  ASSERT_EQ(from_writer.receive(long_enough), 'o');
  for (std::size_t number = 0; number < reader_count; ++number) to_readers.send('s');
  for (const Pipe& reader : from_readers) ASSERT_EQ(reader.receive(long_enough), 'r');
  to_writer.send('s');
  for (const char* what : {"medicines", "pharmacies"}) {
    SCOPED_TRACE(what);
    ASSERT_EQ(from_writer.receive(long_enough), 'h');
    ASSERT_TRUE(rounds.go_on());
    to_writer.send('c');
  }

  for (const Pipe& reader : from_readers) EXPECT_EQ(reader.receive(long_enough), 'n');
  EXPECT_TRUE(writer.ends_well());
  for (const auto& reader : readers) EXPECT_TRUE(reader->ends_well());
}

}  // namespace
}  // namespace pilling
