#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "pilling/export.hpp"

namespace pilling {

/// What work is for, the more urgent first.
enum class Lane {
  user,     ///< somebody waits
  refresh,  ///< a value that will be due soon
  batch,    ///< a nightly job
};

/// How many threads a WorkerPool has, and for whom.
struct WorkerPoolOptions {
  std::size_t threads = 8;         ///< at most; started when there is work
  std::size_t queue_length = 256;  ///< of each lane: what is submitted above it is refused
  /// Threads that batches leave to the more urgent lanes, and the last of them to users. With one thread, none.
  std::size_t reserved_threads = 2;
};

/// A few threads that fetch what is not in memory, the more urgent lanes first. Thread-safe. The destructor ends what
/// waits in the queues and joins the threads.
class PILLING_API WorkerPool {
 public:
  /// Work is run once or, when the pool is closed before its turn has come, destroyed. It must not throw.
  class Work {
   public:
    virtual ~Work();
    virtual void run() noexcept = 0;  ///< on a thread of the pool, which gets no signals
  };

  /// Starts no thread yet.
  explicit WorkerPool(const WorkerPoolOptions& options = {});
  ~WorkerPool();

  /// Null when the work was taken; else it is given back, because too much waits already.
  std::unique_ptr<Work> submit(Lane lane, std::unique_ptr<Work> work);

  std::size_t waiting() const;    ///< in all queues now
  std::uint64_t refused() const;  ///< since it was made

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling
