#include "store/reader_pool.hpp"

#include <utility>

namespace pilling::store {

ReaderPool::ReaderPool(std::filesystem::path path, std::chrono::milliseconds busy_timeout)
    : path_(std::move(path)), busy_timeout_(busy_timeout) {
  idle_.reserve(maximum_idle);
}

std::unique_ptr<Connection> ReaderPool::take() {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return std::make_unique<Connection>(path_, Connection::Mode::read_only, busy_timeout_);
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  const std::scoped_lock lock(mutex_);
  if (idle_.size() < maximum_idle) idle_.push_back(std::move(connection));
}

}  // namespace pilling::store
