#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pilling/cache.hpp"
#include "pilling/medicine.hpp"
#include "pilling/store.hpp"

namespace pilling::engine {

/// A summary's key and value as the tiered cache carries them.
std::string encode(const SummaryKey& key);
std::string encode(const Summary& summary);

/// The way back. Throws BadData when the bytes are not such an encoding.
SummaryKey decode_summary_key(std::string_view bytes);
Summary decode_summary(std::string_view bytes);

/// The store's summaries as a tier of a cache whose keys and values are the encodings above.
std::shared_ptr<SharedCache> make_store_tier(std::shared_ptr<Store> store);

}  // namespace pilling::engine
