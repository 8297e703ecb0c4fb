#include "cache/stored_entry.hpp"

#include <cstring>
#include <limits>

#include "text/fingerprint.hpp"

namespace pilling::cache {
namespace {

// Grows when the fields change: entries of another version are misses.
constexpr std::string_view version = "pilling cache 1\n";
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// Little-endian, whatever machine wrote it.
void append_number(std::string& bytes, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

void append_text(std::string& bytes, std::string_view text) {
  append_number(bytes, text.size());
  bytes += text;
}

std::int64_t ticks(const std::optional<SystemTime>& time) { return time ? time->time_since_epoch().count() : never; }

std::optional<SystemTime> time(std::int64_t ticks) {
  return ticks == never ? std::nullopt : std::optional(SystemTime(std::chrono::milliseconds(ticks)));
}

std::uint64_t checksum(std::string_view key, std::string_view body) {
  std::string all;
  append_text(all, key);
  all += body;
  return text::checksum({reinterpret_cast<const std::uint8_t*>(all.data()), all.size()});
}

// Reads fields in their order; after one that is not whole, nothing but zeros and empty texts.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    const std::string_view bytes = take(8);
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) number = number << 8U | static_cast<unsigned char>(bytes[i - 1]);
    return number;
  }
  std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }
  std::string text() { return std::string(take(number())); }
  std::string_view rest() const { return rest_; }
  bool was_whole() const { return was_whole_; }

 private:
  std::string_view take(std::uint64_t size) {
    was_whole_ = was_whole_ && size <= rest_.size();
    if (!was_whole_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool was_whole_ = true;
};

}  // namespace

std::string encode(std::string_view key, const StoredEntry& entry) {
  std::string body;
  append_number(body, static_cast<std::uint64_t>(entry.stamp));
  append_number(body, static_cast<std::uint64_t>(entry.created_at.time_since_epoch().count()));
  append_number(body, static_cast<std::uint64_t>(ticks(entry.fresh_until)));
  append_number(body, static_cast<std::uint64_t>(ticks(entry.kept_until)));
  append_number(body, entry.tags.size());
  for (const std::string& tag : entry.tags) append_text(body, tag);
  append_text(body, entry.value);
  std::string bytes(version);
  append_number(bytes, checksum(key, body));
  return bytes += body;
}

std::optional<StoredEntry> decode(std::string_view key, std::string_view bytes) {
  if (!bytes.starts_with(version)) return std::nullopt;
  Reader reader(bytes.substr(version.size()));
  if (reader.number() != checksum(key, reader.rest()) || !reader.was_whole()) return std::nullopt;
  StoredEntry entry;
  entry.stamp = reader.signed_number();
  entry.created_at = SystemTime(std::chrono::milliseconds(reader.signed_number()));
  entry.fresh_until = time(reader.signed_number());
  entry.kept_until = time(reader.signed_number());
  for (std::uint64_t tags = reader.number(); tags > 0 && reader.was_whole(); --tags)
    entry.tags.push_back(reader.text());
  entry.value = reader.text();
  return reader.was_whole() && reader.rest().empty() ? std::optional(std::move(entry)) : std::nullopt;
}

}  // namespace pilling::cache
