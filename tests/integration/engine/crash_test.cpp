#include <array>
#include <fstream>
#include <gtest/gtest.h>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "pilling/engine.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

constexpr int row_count = 2000;

// Every row of the file is of the same edition, so that a mixture of two would show.
std::filesystem::path write_edition(const std::filesystem::path& folder, const std::string& edition) {
  const auto path = folder / (edition + ".jsonl");
  std::ofstream file(path);
  for (int row = 0; row < row_count; ++row) {
    file << R"({"itemSeq":")" << 200000000 + row << R"(","itemName":"가나정)" << row << R"(밀리그람","entpName":")"
         << edition << R"(","efcyQesitm":"이 약은 두통에 사용합니다."})" << '\n';
  }
  return path;
}

// Imports in a child process that is killed once it has reported progress `reports` times. Whether it was killed.
bool import_and_kill(const std::filesystem::path& database, const std::filesystem::path& file, int reports) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    Engine engine({.database = database});
    engine.import_medicines(file, [&](auto, auto) {
      if (write(pipe_ends[1], ".", 1) != 1) _exit(1);
    });
    _exit(0);
  }
  close(pipe_ends[1]);
  char byte = 0;
  for (int seen = 0; seen < reports && read(pipe_ends[0], &byte, 1) == 1; ++seen) {
  }
  kill(child, SIGKILL);
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

TEST(Crash, LeavesTheOldOrTheNewEditionWholeWheneverAnImportIsKilled) {
  const support::TemporaryDirectory directory;
  const auto database = directory.path() / "pilling.db";
  const auto old_edition = write_edition(directory.path(), "old");
  const auto new_edition = write_edition(directory.path(), "new");
  int killed = 0;

  for (int reports = 0; reports <= row_count / 256 + 1; ++reports) {
    Engine({.database = database}).import_medicines(old_edition);
    killed += import_and_kill(database, new_edition, reports) ? 1 : 0;

    const Engine engine({.database = database});
    const std::string edition = engine.medicine({"200000000"})->company;
    ASSERT_TRUE(edition == "old" || edition == "new");
    ASSERT_EQ(engine.stats().medicines, static_cast<std::size_t>(row_count));
    for (int row = 0; row < row_count; ++row) {
      ASSERT_EQ(engine.medicine({std::to_string(200000000 + row)})->company, edition) << "killed after " << reports;
    }
  }

  EXPECT_GT(killed, 0);
}

}  // namespace
}  // namespace pilling
