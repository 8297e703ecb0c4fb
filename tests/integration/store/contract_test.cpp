#include "support/store_contract.hpp"
#include "support/temporary_directory.hpp"

namespace pilling::support {
namespace {

struct SqliteLocation {
  std::shared_ptr<Store> open() const { return make_sqlite_store(directory.path() / "pilling.db"); }
  TemporaryDirectory directory;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, SqliteLocation);

}  // namespace
}  // namespace pilling::support
