#include "engine/store_tier.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "pilling/error.hpp"

namespace pilling::engine {
namespace {

// Fields are netstrings, so that a text may hold anything.
void append_field(std::string& bytes, std::string_view field) {
  bytes += std::to_string(field.size());
  bytes += ':';
  bytes += field;
}

std::vector<std::string_view> fields_of(std::string_view bytes, std::size_t at_least) {
  std::vector<std::string_view> fields;
  while (!bytes.empty()) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
    const auto digits = static_cast<std::size_t>(end - bytes.data());
    if (error != std::errc() || digits == bytes.size() || *end != ':' || bytes.size() - digits - 1 < size) {
      throw BadData("a cached summary is damaged; it will be made again", "cache");
    }
    fields.push_back(bytes.substr(digits + 1, size));
    bytes.remove_prefix(digits + 1 + size);
  }
  if (fields.size() < at_least) throw BadData("a cached summary is too short; it will be made again", "cache");
  return fields;
}

class StoreTier final : public SharedCache {
 public:
  explicit StoreTier(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  std::string name() const override { return store_->name(); }
  Origin origin() const override { return Origin::store; }

  std::vector<std::optional<CacheEntry>> get(std::span<const std::string> keys, const CallOptions&) override {
    std::vector<std::optional<CacheEntry>> found;
    found.reserve(keys.size());
    for (const std::string& key : keys) {
      const auto summary = store_->summary(decode_summary_key(key));
      found.push_back(summary ? std::optional(CacheEntry{encode(*summary), summary->made_at, std::nullopt})
                              : std::nullopt);
    }
    return found;
  }

  void put(std::span<const std::pair<std::string, CacheEntry>> entries, const CallOptions& call) override {
    const auto transaction = store_->begin(call);
    for (const auto& [key, entry] : entries) transaction->put(decode_summary_key(key), decode_summary(entry.value));
    transaction->commit();
  }

  // The store is the record, not a copy: what it holds stays until another summary replaces it.
  void erase(std::span<const std::string>, const CallOptions&) override {}

 private:
  std::shared_ptr<Store> store_;
};

}  // namespace

std::string encode(const SummaryKey& key) {
  std::string bytes;
  for (const std::string* field : {&key.text, &key.keyword, &key.maker}) append_field(bytes, *field);
  return bytes;
}

std::string encode(const Summary& summary) {
  std::string bytes;
  append_field(bytes, summary.text);
  append_field(bytes, summary.maker);
  append_field(bytes, std::to_string(summary.made_at.time_since_epoch().count()));
  for (const std::string& indication : summary.indications) append_field(bytes, indication);
  return bytes;
}

SummaryKey decode_summary_key(std::string_view bytes) {
  const auto fields = fields_of(bytes, 3);
  return {.text = std::string(fields[0]), .keyword = std::string(fields[1]), .maker = std::string(fields[2])};
}

Summary decode_summary(std::string_view bytes) {
  const auto fields = fields_of(bytes, 3);
  std::chrono::sys_seconds::rep made_at = 0;
  const auto [end, error] = std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), made_at);
  if (error != std::errc()) throw BadData("a cached summary has no date; it will be made again", "cache");
  return {.text = std::string(fields[0]),
          .indications = {fields.begin() + 3, fields.end()},
          .maker = std::string(fields[1]),
          .made_at = std::chrono::sys_seconds(std::chrono::seconds(made_at))};
}

std::shared_ptr<SharedCache> make_store_tier(std::shared_ptr<Store> store) {
  return std::make_shared<StoreTier>(std::move(store));
}

}  // namespace pilling::engine
