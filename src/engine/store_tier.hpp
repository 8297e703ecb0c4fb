#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pilling/cache.hpp"
#include "pilling/medicine.hpp"
#include "pilling/store.hpp"

namespace pilling::engine {

/// The key of a summary in the tiered cache, and the way back. Throws BadData when the bytes are not such a key.
std::string encode(const SummaryKey& key);
SummaryKey decode_summary_key(std::string_view bytes);

CacheCodec<Summary> summary_codec();

/// The store's table of summaries as a tier of the cache of this name, whose keys are those above. What the cache keeps
/// for itself goes to `Store::cache`.
std::shared_ptr<SharedCache> make_store_tier(std::shared_ptr<Store> store, std::string cache_name);

}  // namespace pilling::engine
