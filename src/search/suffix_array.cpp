#include "search/suffix_array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

namespace pilling::search {
namespace {

static_assert(std::endian::native == std::endian::little, "snapshots and chunks are read in place as little-endian");

constexpr std::size_t chunk_keys = 8;

// Eight keys as a number that orders as they do.
std::uint64_t load(const Key* keys) noexcept {
  std::uint64_t chunk = 0;
  std::memcpy(&chunk, keys, sizeof chunk);
  return __builtin_bswap64(chunk & 0x7F7F7F7F7F7F7F7F);
}

// As `load`, but what lies behind the end of the text is zero.
std::uint64_t load_text(const Key* keys) noexcept {
  std::uint64_t chunk = load(keys);
  // A byte is zero where taking one away borrows: exact up to the first zero from the low end, hence the swap.
  const std::uint64_t swapped = __builtin_bswap64(chunk);
  const std::uint64_t zeros = (swapped - 0x0101010101010101) & ~swapped & 0x8080808080808080;
  if (zeros == 0) return chunk;
  const int kept_bits = std::countr_zero(zeros) / 8 * 8;
  return kept_bits == 0 ? 0 : chunk >> (64 - kept_bits) << (64 - kept_bits);
}

bool has_ended(std::uint64_t chunk) noexcept { return (chunk & 0xFF) == 0; }

struct Suffix {
  std::uint64_t chunk;
  std::uint32_t position;
};

// Suffixes that agree in their first `depth` keys.
struct Group {
  std::span<Suffix> suffixes;
  std::size_t depth;
};

// Sorts groups and what they fall into until nothing is left to tell apart. A list instead of recursion: names can be
// long and alike.
class GroupSorter {
 public:
  explicit GroupSorter(std::span<const Key> keys) : keys_(keys) {}

  // The suffixes stand by their positions, and equal ones stay so.
  void sort(std::span<Suffix> suffixes, std::size_t depth) {
    groups_.push_back({suffixes, depth});
    while (!groups_.empty()) {
      const Group group = groups_.back();
      groups_.pop_back();
      sort_by_chunk(group);
    }
  }

 private:
  void sort_by_chunk(const Group& group) {
    constexpr std::size_t many = 128;  // from where dealing out costs less than comparing
    for (Suffix& suffix : group.suffixes) suffix.chunk = load_text(keys_.data() + suffix.position + group.depth);
    if (group.suffixes.size() > many) {
      deal(group.suffixes);
    } else {
      std::ranges::sort(group.suffixes, {}, [](const Suffix& s) { return std::pair(s.chunk, s.position); });
    }
    for (auto run = group.suffixes.begin(); run != group.suffixes.end();) {
      const auto end = std::find_if(run, group.suffixes.end(), [&](const Suffix& s) { return s.chunk != run->chunk; });
      if (end - run > 1 && !has_ended(run->chunk)) groups_.push_back({std::span(run, end), group.depth + chunk_keys});
      run = end;
    }
  }

  // Sorts by the chunks, key after key from the last one, and keeps the order of equal ones.
  void deal(std::span<Suffix> suffixes) {
    std::array<std::array<std::uint32_t, 128>, chunk_keys> counts{};
    const auto key_at = [](const Suffix& suffix, std::size_t n) { return suffix.chunk >> (8 * n) & 0x7F; };
    for (const Suffix& suffix : suffixes) {
      for (std::size_t n = 0; n < chunk_keys; ++n) ++counts[n][key_at(suffix, n)];
    }
    dealt_.resize(std::max(dealt_.size(), suffixes.size()));
    std::span<Suffix> from = suffixes;
    std::span<Suffix> to = std::span(dealt_).first(suffixes.size());
    for (std::size_t n = 0; n < chunk_keys; ++n) {
      auto& places = counts[n];
      if (places[key_at(from.front(), n)] == from.size()) continue;  // all have the same key here
      std::exclusive_scan(places.begin(), places.end(), places.begin(), 0u);
      for (const Suffix& suffix : from) to[places[key_at(suffix, n)]++] = suffix;
      std::swap(from, to);
    }
    if (from.data() != suffixes.data()) std::ranges::copy(from, suffixes.begin());
  }

  std::span<const Key> keys_;
  std::vector<Group> groups_;
  std::vector<Suffix> dealt_;
};

}  // namespace

std::vector<std::uint8_t> PackedPositions::pack(std::span<const std::uint32_t> positions, std::size_t width) {
  std::vector<std::uint8_t> bytes(positions.size() * width + slack);
  for (std::size_t i = 0; i < positions.size(); ++i) std::memcpy(bytes.data() + i * width, &positions[i], width);
  return bytes;
}

SuffixArray::Parts SuffixArray::sort(std::span<const Key> keys) {
  Parts parts;
  parts.buckets.assign(bucket_count + 1, 0);
  const std::size_t count = keys.size() - padding;
  const auto bucket_of = [&](std::size_t i) -> std::size_t {
    return std::size_t{text::code(keys[i])} * 128 + text::code(keys[i + 1]);
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (text::code(keys[i]) != text::key_end) ++parts.buckets[bucket_of(i) + 1];
  }
  for (std::size_t b = 0; b < bucket_count; ++b) parts.buckets[b + 1] += parts.buckets[b];

  std::vector<Suffix> suffixes(parts.buckets.back());
  std::vector<std::uint32_t> next(parts.buckets.begin(), parts.buckets.end() - 1);
  for (std::size_t i = 0; i < count; ++i) {
    if (text::code(keys[i]) == text::key_end) continue;
    suffixes[next[bucket_of(i)]++].position = static_cast<std::uint32_t>(i);
  }
  GroupSorter sorter(keys);
  for (std::size_t b = 0; b < bucket_count; ++b) {
    // A text that ends within the first two keys has nothing left to sort by.
    const std::size_t size = parts.buckets[b + 1] - parts.buckets[b];
    if (size < 2 || b % 128 == text::key_end) continue;
    sorter.sort(std::span(suffixes).subspan(parts.buckets[b], size), 2);
  }
  parts.positions.reserve(suffixes.size());
  for (const Suffix& suffix : suffixes) parts.positions.push_back(suffix.position);
  return parts;
}

SuffixRange SuffixArray::find(std::span<const Key> pattern) const {
  if (pattern.empty() || positions_.size() == 0) return {};
  const std::size_t first = std::size_t{pattern[0]} * 128;
  if (pattern.size() == 1) return {buckets_[first], buckets_[first + 128]};
  SuffixRange range{buckets_[first + pattern[1]], buckets_[first + pattern[1] + 1]};

  // One chunk of the pattern after the other narrows the range.
  for (std::size_t depth = 2; depth < pattern.size() && range.size() > 0; depth += chunk_keys) {
    std::array<Key, chunk_keys> keys{};
    const std::size_t length = std::min(chunk_keys, pattern.size() - depth);
    std::copy_n(pattern.begin() + static_cast<std::ptrdiff_t>(depth), length, keys.begin());
    const std::uint64_t low = load(keys.data());
    const std::uint64_t high = low | (length == chunk_keys ? 0 : ~std::uint64_t{0} >> (8 * length));
    const auto first_from = [&](std::size_t begin, auto is_before) {
      std::size_t end = range.end;
      while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        // Of a damaged file, a suffix may end before.
        const std::size_t at = std::min(positions_[middle] + depth, keys_.size() - padding);
        const std::uint64_t chunk = load_text(keys_.data() + at);
        if (is_before(chunk)) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      return begin;
    };
    range.begin = first_from(range.begin, [&](std::uint64_t chunk) { return chunk < low; });
    range.end = first_from(range.begin, [&](std::uint64_t chunk) { return chunk <= high; });
  }
  return range;
}

}  // namespace pilling::search
