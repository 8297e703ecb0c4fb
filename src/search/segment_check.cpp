#include <algorithm>
#include <limits>
#include <string>

#include "pilling/error.hpp"
#include "search/name_segment.hpp"
#include "search/query.hpp"
#include "text/normalize.hpp"

namespace pilling::search {
namespace {

// Begins that grow from `first` to `last`: every part lies within the whole.
bool are_borders(std::span<const std::uint32_t> begins, std::size_t parts, std::size_t first, std::size_t last) {
  return begins.size() == parts + 1 && begins.front() == first && begins.back() == last &&
         std::ranges::is_sorted(begins);
}

bool are_below(std::span<const std::uint32_t> numbers, std::size_t limit) {
  return std::ranges::all_of(numbers, [limit](std::uint32_t number) { return number < limit; });
}

bool are_between(const SuffixArray& suffixes, std::size_t first, std::size_t limit) {
  std::uint32_t smallest = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < suffixes.size(); ++i) {
    smallest = std::min(smallest, suffixes[i]);
    largest = std::max(largest, suffixes[i]);
  }
  return suffixes.size() == 0 || (first <= smallest && largest < limit);
}

bool is_character_border(std::string_view text, std::size_t at) {
  return at == text.size() || (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80);
}

// Whether the characters of a field lie within its text, one behind the other.
bool spans_fit(std::string_view text, std::span<const std::uint8_t> widths) {
  if (widths.empty()) return true;
  if (widths.front() == CharacterWidth::irregular) {
    return text::is_valid_utf8(text) && count_characters(text::normalize(text).text) == widths.size();
  }
  ByteSpan here;
  return std::ranges::all_of(widths, [&](std::uint8_t width) {
    here = CharacterWidth::after(here, width);
    return is_character_border(text, here.begin) && is_character_border(text, here.end);
  });
}

}  // namespace

void NameSegment::check(const std::string& source) const {
  const auto require = [&](bool holds, const char* what) {
    if (!holds) throw BadData(source + " is damaged: " + what + "; build the index again and save it", source);
  };
  const std::size_t keys = keys_.size() < SuffixArray::padding ? 0 : keys_.size() - SuffixArray::padding;
  const std::size_t initials = initials_.size() < SuffixArray::padding ? 0 : initials_.size() - SuffixArray::padding;
  const auto ends_texts = [](std::span<const Key> all, std::span<const std::uint32_t> begins) {
    return std::ranges::all_of(begins,
                               [&](std::uint32_t begin) { return begin == 0 || all[begin - 1] == text::key_end; });
  };
  require(keys > 0 && key_begins_.size() == fields_.size() + 1 && are_borders(key_begins_, fields_.size(), 1, keys),
          "its keys do not fit its fields");
  require(ends_texts(keys_, key_begins_) && keys_[0] == text::key_end, "its keys run together");
  require(std::ranges::all_of(keys_.last(SuffixArray::padding), [](Key key) { return key == text::key_end; }),
          "its keys have no end");
  require(are_borders(text_begins_, fields_.size(), 0, texts_.size()), "its texts do not fit its fields");
  require(key_blocks_.size() == (keys + block_keys - 1) / block_keys, "its blocks do not fit its keys");
  require(part_starts_.size() >= keys / 8 + 8, "its words do not fit its keys");
  require(are_borders(initial_begins_, indexes_.size(), 0, initials) && ends_texts(initials_, initial_begins_),
          "its initials do not fit its names");
  require(initial_blocks_.size() == (initials + block_keys - 1) / block_keys, "its blocks do not fit its initials");
  for (std::size_t block = 0; block < initial_blocks_.size(); ++block) {
    const std::uint32_t one = initial_blocks_[block];
    const std::size_t first = block * block_keys;
    require(one < indexes_.size() && initial_begins_[one] <= first && first < initial_begins_[one + 1],
            "a block leads to another name");
  }

  const auto characters = static_cast<std::size_t>(
      std::ranges::count_if(keys_.first(keys), [](Key key) { return text::starts_character(key); }));
  require(widths_.size() == characters, "its characters do not fit its keys");
  std::size_t characters_before = 0;
  for (std::size_t block = 0; block < key_blocks_.size(); ++block) {
    const KeyBlock& one = key_blocks_[block];
    const std::size_t first = block * block_keys;
    // The very first key belongs to no field.
    const bool fits = first == 0 ? one.field == 0
                                 : one.field < fields_.size() && key_begins_[one.field] <= first &&
                                       first < key_begins_[one.field + 1];
    require(fits && one.characters == characters_before, "a block leads to another field");
    characters_before += this->characters(static_cast<std::uint32_t>(first),
                                          static_cast<std::uint32_t>(std::min(first + block_keys, keys)));
  }
  std::size_t character = 0;
  for (std::uint32_t field = 0; field < fields_.size(); ++field) {
    const std::size_t first = character;
    character += this->characters(key_begins_[field], key_begins_[field + 1]);
    require(spans_fit(text(field), widths_.subspan(first, character - first)), "its characters do not fit its texts");
  }
  std::uint32_t item = 0;
  for (std::size_t field = 0; field < fields_.size(); ++field) {
    const Field& one = fields_[field];
    const std::size_t size = key_begins_[field + 1] - key_begins_[field];
    const bool is_name = one.kind() == NameField::name;
    const bool follows = field == 0 ? one.item() == 0 && is_name : one.item() == item + (is_name ? 1 : 0);
    require(follows && one.kind() <= NameField::alias && one.head_end < size && one.brand_end < size,
            "its fields are out of order");
    item = one.item();
  }
  require(fields_.empty() ? indexes_.empty() : item + 1 == indexes_.size(), "its fields do not fit its names");

  require(are_between(suffixes_, 1, keys) && are_between(initial_suffixes_, 0, initials),
          "a suffix lies outside of its keys");
  const auto buckets = [](std::span<const std::uint32_t> begins, const SuffixArray& suffixes) {
    return are_borders(begins, SuffixArray::bucket_count, 0, suffixes.size());
  };
  require(buckets(buckets_, suffixes_) && buckets(initial_buckets_, initial_suffixes_), "its buckets are out of order");
  require(value_begins_.size() > 1 && are_borders(value_begins_, value_begins_.size() - 1, 0, values_.size()),
          "its values run together");
  for (const auto column : {popularities_, companies_, forms_, dispensings_}) {
    require(column.empty() || column.size() == indexes_.size(), "a column does not fit its names");
  }
  for (const auto column : {companies_, forms_, dispensings_}) {
    require(are_below(column, value_begins_.size() - 1), "a value is not there");
  }
  const auto lists = [](std::span<const std::uint32_t> directory, std::span<const TopEntry> entries,
                        std::size_t limit) {
    return entries.size() == directory.size() * top_size && std::ranges::is_sorted(directory) &&
           std::ranges::all_of(entries, [limit](const TopEntry& entry) { return entry.position < limit; });
  };
  require(lists(top_directory_, top_entries_, keys) && lists(open_top_directory_, open_top_entries_, keys) &&
              lists(initial_top_directory_, initial_top_entries_, initials),
          "a list of the best leads out of it");
  constexpr std::uint8_t phonemes = 24;
  const auto is_sound = [&](const SoundEntry& sound) {
    return sound.item < indexes_.size() && std::ranges::all_of(sound.phonemes, [](auto p) { return p < phonemes; });
  };
  require(std::ranges::all_of(sounds_, is_sound), "a sound is of no name");
}

}  // namespace pilling::search
