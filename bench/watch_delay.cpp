// How long other processes take to see an import, and what watching costs.
//
//   watch_delay OLD NEW [READERS [PAUSE_MILLISECONDS]]
//
// OLD and NEW are two editions of medicines. READERS processes (8) search one database without end, each with a pause
// after each search (1 ms; 0 keeps every core busy), while one more process imports NEW. The delay counts from the end
// of the commit to the first look of a reader that finds NEW loaded. Then all are idle, and their CPU time is counted.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "pilling/engine.hpp"
#include "support/forwarding_store.hpp"
#include "support/temporary_directory.hpp"

namespace {

using Clock = std::chrono::steady_clock;  // the same in all processes of a machine
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::chrono::seconds idle_time(10);

// Values from one process to another.
template <class Value>
class Channel {
 public:
  Channel() {
    if (pipe(ends_) != 0) throw std::runtime_error("cannot make a pipe");
  }
  void send(const Value& value) const {
    if (write(ends_[1], &value, sizeof value) != sizeof value) throw std::runtime_error("cannot write to a pipe");
  }
  Value receive() const {
    Value value{};
    if (read(ends_[0], &value, sizeof value) != sizeof value) throw std::runtime_error("cannot read from a pipe");
    return value;
  }

 private:
  int ends_[2] = {-1, -1};
};

// A store that remembers when its last commit ended.
class TimedStore : public pilling::support::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::unique_ptr<pilling::StoreTransaction> begin(const pilling::CallOptions& call) override {
    return std::make_unique<Transaction>(inner().begin(call), committed_at);
  }

  Clock::time_point committed_at;

 private:
  class Transaction : public pilling::support::ForwardingTransaction {
   public:
    Transaction(std::unique_ptr<pilling::StoreTransaction> transaction, Clock::time_point& committed_at)
        : ForwardingTransaction(std::move(transaction)), committed_at_(committed_at) {}

    void commit() override {
      ForwardingTransaction::commit();
      committed_at_ = Clock::now();
    }

   private:
    Clock::time_point& committed_at_;
  };
};

struct Reading {
  Clock::time_point seen_at;
  std::uint64_t searches = 0;
  bool has_failed = false;
  double idle_cpu_microseconds = 0;
};

double cpu_microseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto microseconds = [](const timeval& time) {
    return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
  };
  return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

double idle_cpu_microseconds() {
  const double before = cpu_microseconds();
  std::this_thread::sleep_for(idle_time);
  return cpu_microseconds() - before;
}

struct Channels {
  Channel<char> loaded;       // of the writer and of each reader: the old edition is there
  Channel<char> to_writer;    // import
  Channel<char> to_readers;   // open
  Channel<char> be_idle;      // everybody has seen it
  Channel<Reading> readings;  // one of each reader when it has seen it, one when it has been idle
  Channel<Clock::time_point> committed_at;
};

void import_editions(const std::filesystem::path& database, const std::string& old_edition,
                     const std::string& new_edition, const Channels& channels) {
  const auto store = std::make_shared<TimedStore>(pilling::make_sqlite_store(database));
  pilling::Engine engine({.store = store});
  engine.import_medicines(old_edition);
  channels.loaded.send('w');
  channels.to_writer.receive();
  engine.import_medicines(new_edition);
  channels.committed_at.send(store->committed_at);
}

Reading read_until_new(const pilling::Engine& engine, std::chrono::milliseconds pause) {
  static constexpr const char* texts[] = {"타이레놀", "게보린", "판콜", "아스피린", "지르텍", "베아제"};
  Reading reading;
  const std::uint64_t old_version = engine.stats().catalogue_version;
  try {
    while (engine.stats().catalogue_version == old_version) {
      engine.search(texts[reading.searches++ % std::size(texts)]);
      if (pause.count() > 0) std::this_thread::sleep_for(pause);
    }
    reading.seen_at = Clock::now();
    reading.has_failed = engine.stats().watch_failures > 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a reader failed: %s\n", error.what());
    reading.has_failed = true;
  }
  return reading;
}

void read_editions(const std::filesystem::path& database, std::chrono::milliseconds pause, const Channels& channels) {
  channels.to_readers.receive();
  const pilling::Engine engine({.database = database});
  channels.loaded.send('r');
  Reading reading = read_until_new(engine, pause);
  channels.readings.send(reading);
  channels.be_idle.receive();
  reading.idle_cpu_microseconds = idle_cpu_microseconds();
  channels.readings.send(reading);
}

template <class Work>
void in_a_process(const Work& work) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child > 0) return;
  int code = 0;
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a process failed: %s\n", error.what());
    code = 1;
  }
  _exit(code);
}

void print(const std::vector<double>& delays, std::uint64_t searches, int failures, double idle_cpu) {
  const double seconds = static_cast<double>(idle_time.count());
  const double looks = seconds * 1000 / static_cast<double>(pilling::EngineOptions().watch_interval.count());
  std::printf("readers %zu, searches %llu, failures %d\n", delays.size(), static_cast<unsigned long long>(searches),
              failures);
  std::printf("delay: median %.0f ms, maximum %.0f ms\n", delays[delays.size() / 2], delays.back());
  std::printf("watching: %.1f us of CPU a look, %.4f %% of one core, for each process\n", idle_cpu / looks,
              idle_cpu / (1e6 * seconds) * 100);
}

void measure(const std::string& old_edition, const std::string& new_edition, int readers,
             std::chrono::milliseconds pause) {
  const pilling::support::TemporaryDirectory folder;
  const auto database = folder.path() / "pilling.db";
  const Channels channels;
  in_a_process([&] { import_editions(database, old_edition, new_edition, channels); });
  for (int i = 0; i < readers; ++i) in_a_process([&] { read_editions(database, pause, channels); });

  channels.loaded.receive();
  for (int i = 0; i < readers; ++i) channels.to_readers.send('o');
  for (int i = 0; i < readers; ++i) channels.loaded.receive();
  channels.to_writer.send('i');
  const auto committed_at = channels.committed_at.receive();
  std::vector<double> delays;
  std::uint64_t searches = 0;
  int failures = 0;
  for (int i = 0; i < readers; ++i) {
    const Reading reading = channels.readings.receive();
    delays.push_back(Milliseconds(reading.seen_at - committed_at).count());
    searches += reading.searches;
    failures += reading.has_failed ? 1 : 0;
  }
  std::ranges::sort(delays);
  double idle_cpu = 0;
  for (int i = 0; i < readers; ++i) channels.be_idle.send('i');
  for (int i = 0; i < readers; ++i) idle_cpu += channels.readings.receive().idle_cpu_microseconds;
  print(delays, searches, failures, idle_cpu / readers);
  while (wait(nullptr) > 0) {
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: watch_delay OLD NEW [READERS [PAUSE_MILLISECONDS]]\n");
    return 2;
  }
  try {
    measure(arguments[1], arguments[2], count > 3 ? std::max(1, std::atoi(arguments[3])) : 8,
            std::chrono::milliseconds(count > 4 ? std::atoi(arguments[4]) : 1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "watch_delay: %s\n", error.what());
    return 1;
  }
}
