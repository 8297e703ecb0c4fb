#include <memory>

#include "support/shared_cache_contract.hpp"
#include "support/store_contract.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::support {
namespace {

struct SqliteLocation {
  std::shared_ptr<Store> open() const { return make_sqlite_store(directory.path() / "pilling.db"); }
  TemporaryDirectory directory;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, SqliteLocation);

// The cache alone: it can be used for longer than the store that gave it.
struct SqliteCacheLocation {
  std::shared_ptr<SharedCache> open() const { return store.open()->cache(); }
  std::shared_ptr<void> occupy() const { return store.open()->begin(); }
  SqliteLocation store;
};

// The writer is one of the same process, which waits for a turn.
struct OneSqliteCacheLocation {
  std::shared_ptr<SharedCache> open() const { return store->cache(); }
  std::shared_ptr<void> occupy() const { return store->begin(); }
  SqliteLocation location;
  std::shared_ptr<Store> store = location.open();
};

INSTANTIATE_TYPED_TEST_SUITE_P(SqliteOfMany, SharedCacheContract, SqliteCacheLocation);
INSTANTIATE_TYPED_TEST_SUITE_P(SqliteOfOne, SharedCacheContract, OneSqliteCacheLocation);

}  // namespace
}  // namespace pilling::support
