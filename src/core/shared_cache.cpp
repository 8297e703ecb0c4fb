#include "pilling/shared_cache.hpp"

namespace pilling {

// Here, because both the cache, which asks it, and the store, which is one, build on it.
SharedCache::~SharedCache() = default;

}  // namespace pilling
