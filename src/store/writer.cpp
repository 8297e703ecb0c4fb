#include "store/writer.hpp"

#include <atomic>
#include <exception>
#include <utility>

#include "core/deadline.hpp"
#include "pilling/error.hpp"

namespace pilling::store {
namespace {

// Unlike its id, no other thread gets it when this one has ended, which may well leave a transaction behind.
std::uint64_t number_of_this_thread() {
  static std::atomic<std::uint64_t> last{0};
  thread_local const std::uint64_t number = ++last;
  return number;
}

}  // namespace

void Writer::take(const CallOptions& call) {
  std::unique_lock lock(mutex_);
  if (is_taken_ && holder_ == number_of_this_thread()) {
    connection_.fail("this thread has begun another transaction, which is still open", "commit or drop that one");
  }
  if (!core::wait(is_free_, lock, call, [this] { return !is_taken_; })) throw connection_.took_too_long();
  is_taken_ = true;
  holder_ = number_of_this_thread();
}

void Writer::give_back() {
  const std::scoped_lock lock(mutex_);
  is_taken_ = false;
  is_free_.notify_one();
}

Writing::Writing(std::shared_ptr<Writer> writer, const CallOptions& call) : writer_(std::move(writer)) {
  writer_->take(call);
  try {
    writer_->connection().run_within("begin immediate", call);
  } catch (...) {
    writer_->give_back();
    throw;
  }
}

Writing::~Writing() {
  if (!writer_) return;
  roll_back();
  writer_->give_back();
}

// A full disk, for one, makes SQLite roll back by itself; what is written after that would stay on its own.
Connection& Writing::connection() const {
  if (!writer_) throw InvalidArgument("the transaction has ended; begin another");
  Connection& connection = writer_->connection();
  if (!connection.is_in_transaction()) {
    connection.fail("the transaction was undone by an earlier failure", "begin it again");
  }
  return connection;
}

void Writing::commit() {
  connection().run("commit");
  std::exchange(writer_, nullptr)->give_back();
}

void Writing::roll_back() noexcept {
  try {
    if (writer_->connection().is_in_transaction()) writer_->connection().run("rollback");
  } catch (const std::exception&) {
    // The next transaction cannot begin then, and says why.
  }
}

}  // namespace pilling::store
