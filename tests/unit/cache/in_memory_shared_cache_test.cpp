#include "support/in_memory_shared_cache.hpp"

#include <gtest/gtest.h>

#include "support/shared_cache_contract.hpp"

namespace pilling::support {
namespace {

struct InMemoryLocation {
  std::shared_ptr<SharedCache> open() const { return cache; }
  std::shared_ptr<SharedCache> cache = std::make_shared<InMemorySharedCache>();
};

INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, SharedCacheContract, InMemoryLocation);

}  // namespace
}  // namespace pilling::support
