#include "search/confusable.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "search/edit_distance.hpp"
#include "search/name_parts.hpp"
#include "search/sound.hpp"
#include "text/normalize.hpp"

namespace pilling::search {
namespace {

// A pair of brands this much alike is worth a warning; below, nearly every pair of short names would be.
constexpr double least_similarity = 0.6;

// A bit for each key that occurs; a few keys share one.
std::uint64_t keys_in(std::span<const Key> keys) {
  std::uint64_t bits = 0;
  for (const Key key : keys) bits |= std::uint64_t{1} << text::code(key) % 64;
  return bits;
}

// Every edit mends at most one key that the other lacks.
std::size_t least_edits(std::uint64_t one, std::uint64_t other) {
  return static_cast<std::size_t>(std::max(std::popcount(one & ~other), std::popcount(other & ~one)));
}

double looks_alike(std::size_t edits, std::size_t one, std::size_t other) {
  return 1 - static_cast<double>(edits) / static_cast<double>(std::max(one, other));
}

double sounds_alike(const Sound& one, const Sound& other) {
  const std::size_t longer = std::max(one.size, other.size);
  if (longer == 0) return 0;
  const auto most = static_cast<std::uint32_t>(100 * longer);
  const std::uint32_t distance = std::max(sound_distance(one, other, most), sound_distance(other, one, most));
  return 1 - static_cast<double>(std::min(distance, most)) / static_cast<double>(most);
}

// One brand against all others.
class Comparison {
 public:
  explicit Comparison(std::vector<Key> brand)
      : brand_(std::move(brand)), brand_keys_(keys_in(brand_)), sound_(sound_of(brand_)) {}

  /// When it is near enough to be taken for the brand, but not the same.
  std::optional<ConfusableName> with(const NameSegment& names, std::uint32_t item) const {
    const KeySpan keys = names.brand(item);
    const std::size_t size = keys.end - keys.begin;
    const std::size_t rest = std::max(size, brand_.size()) - std::min(size, brand_.size());
    const std::size_t most_edits = std::max(size, brand_.size()) / 2;
    if (size == 0 || rest > most_edits) return std::nullopt;
    const std::span<const Key> other(names.keys() + keys.begin, size);
    if (least_edits(brand_keys_, keys_in(other)) > most_edits) return std::nullopt;
    const std::size_t edits = edit_distance(brand_, other, most_edits);
    if (edits == 0 || edits > most_edits) return std::nullopt;
    const double similarity = (looks_alike(edits, brand_.size(), size) + sounds_alike(sound_, sound_of(other))) / 2;
    if (similarity < least_similarity) return std::nullopt;
    const ByteSpan span = names.original(keys.begin, keys.end);
    const std::string_view text = names.text(names.first_field(item)).substr(span.begin, span.end - span.begin);
    return ConfusableName{
        .index = names.index(item), .brand = std::string(text), .edits = edits, .similarity = similarity};
  }

 private:
  const std::vector<Key> brand_;
  const std::uint64_t brand_keys_;
  const Sound sound_;
};

}  // namespace

std::vector<ConfusableName> confusable_names(const std::vector<LiveSegment>& segments, std::string_view name,
                                             std::size_t limit) {
  const text::NormalForm normal = text::normalize(name);
  const std::size_t brand_end = take_apart(name, normal).brand_end;
  std::vector<Key> brand = text::keystrokes(std::string_view(normal.text).substr(0, brand_end));
  if (brand.empty()) return {};
  const Comparison comparison(std::move(brand));
  std::unordered_map<std::string, ConfusableName> found;
  for (const LiveSegment& segment : segments) {
    for (std::uint32_t item = 0; item < segment.names->size(); ++item) {
      if (!segment.holds(item)) continue;
      const auto candidate = comparison.with(*segment.names, item);
      if (!candidate) continue;
      const auto [place, is_new] = found.try_emplace(candidate->brand, *candidate);
      if (!is_new && candidate->index < place->second.index) place->second = *candidate;
    }
  }
  std::vector<ConfusableName> nearest;
  nearest.reserve(found.size());
  for (auto& [text, candidate] : found) nearest.push_back(std::move(candidate));
  std::ranges::sort(nearest, [](const ConfusableName& one, const ConfusableName& other) {
    return std::tuple(-one.similarity, one.edits, one.brand) < std::tuple(-other.similarity, other.edits, other.brand);
  });
  if (nearest.size() > limit) nearest.resize(limit);
  return nearest;
}

}  // namespace pilling::search
