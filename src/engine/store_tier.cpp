#include "engine/store_tier.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "cache/stored_entry.hpp"
#include "engine/netstrings.hpp"
#include "pilling/error.hpp"

namespace pilling::engine {
namespace {

std::string encode_summary(const Summary& summary) {
  std::string bytes;
  append_field(bytes, summary.text);
  append_field(bytes, summary.maker);
  append_field(bytes, std::to_string(summary.made_at.time_since_epoch().count()));
  for (const std::string& indication : summary.indications) append_field(bytes, indication);
  return bytes;
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

std::size_t weight_of(const Summary& summary) {
  std::size_t weight = sizeof summary + summary.text.size() + summary.maker.size();
  for (const std::string& indication : summary.indications) weight += sizeof(std::string) + indication.size();
  return weight;
}

// A summary that the store holds counts as written when it was made.
std::string encode_entry(const std::string& full_key, const Summary& summary) {
  cache::StoredEntry entry;
  entry.value = encode_summary(summary);
  entry.created_at = summary.made_at;
  entry.stamp = std::chrono::microseconds(summary.made_at.time_since_epoch()).count();
  return cache::encode(full_key, entry);
}

class StoreTier final : public SharedCache {
 public:
  StoreTier(std::shared_ptr<Store> store, std::string cache_name)
      : store_(std::move(store)), rest_(store_->cache()), prefix_(std::move(cache_name) + '/') {}

  std::string name() const override { return store_->name(); }
  Origin origin() const override { return Origin::store; }

  std::vector<std::optional<std::string>> get(std::span<const std::string> keys, const CallOptions& call) override {
    std::vector<std::optional<std::string>> found;
    found.reserve(keys.size());
    for (const std::string& key : keys) {
      if (!is_of_summary(key)) {
        found.push_back(std::move(rest_->get(std::span(&key, 1), call).at(0)));
      } else if (const auto summary = store_->summary(summary_key(key))) {
        found.emplace_back(encode_entry(key, *summary));
      } else {
        found.emplace_back();
      }
    }
    return found;
  }

  void put(std::span<const std::pair<std::string, SharedEntry>> entries, const CallOptions& call) override {
    std::vector<std::pair<std::string, SharedEntry>> rest;
    const auto is_rest = [&](const auto& entry) { return !is_of_summary(entry.first); };
    std::ranges::copy_if(entries, std::back_inserter(rest), is_rest);
    if (!rest.empty()) rest_->put(rest, call);
    if (rest.size() == entries.size()) return;
    const auto transaction = store_->begin(call);
    for (const auto& [key, shared] : entries) {
      const auto entry = is_of_summary(key) ? cache::decode(key, shared.bytes) : std::nullopt;
      if (entry) transaction->put(summary_key(key), decode_summary(entry->value));
    }
    transaction->commit();
  }

  // The store is the record, not a copy: what it holds stays until another summary replaces it.
  void erase(std::span<const std::string> keys, const CallOptions& call) override {
    std::vector<std::string> rest;
    std::ranges::copy_if(keys, std::back_inserter(rest), [&](const std::string& key) { return !is_of_summary(key); });
    if (!rest.empty()) rest_->erase(rest, call);
  }

 private:
  // Keys of summaries begin with the digits of a length.
  bool is_of_summary(std::string_view key) const {
    return key.size() > prefix_.size() && key.starts_with(prefix_) && key[prefix_.size()] >= '0' &&
           key[prefix_.size()] <= '9';
  }
  SummaryKey summary_key(std::string_view key) const { return decode_summary_key(key.substr(prefix_.size())); }

  const std::shared_ptr<Store> store_;
  const std::shared_ptr<SharedCache> rest_;
  const std::string prefix_;
};

}  // namespace

std::string encode(const SummaryKey& key) {
  std::string bytes;
  for (const std::string* field : {&key.text, &key.keyword, &key.maker}) append_field(bytes, *field);
  return bytes;
}

SummaryKey decode_summary_key(std::string_view bytes) {
  const auto fields = fields_of(bytes, 3);
  return {.text = std::string(fields[0]), .keyword = std::string(fields[1]), .maker = std::string(fields[2])};
}

CacheCodec<Summary> summary_codec() {
  return {.encode = &encode_summary, .decode = &decode_summary, .weight_of = [](const Summary& summary) {
            return weight_of(summary);
          }};
}

std::shared_ptr<SharedCache> make_store_tier(std::shared_ptr<Store> store, std::string cache_name) {
  return std::make_shared<StoreTier>(std::move(store), std::move(cache_name));
}

}  // namespace pilling::engine
