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

bool ends_texts(std::span<const Key> keys, std::span<const std::uint32_t> begins) {
  return std::ranges::all_of(begins,
                             [&](std::uint32_t begin) { return begin == 0 || keys[begin - 1] == text::key_end; });
}

bool are_buckets(std::span<const std::uint32_t> begins, const SuffixArray& suffixes) {
  return are_borders(begins, SuffixArray::bucket_count, 0, suffixes.size());
}

std::size_t without_padding(std::span<const Key> keys) {
  return keys.size() < SuffixArray::padding ? 0 : keys.size() - SuffixArray::padding;
}

}  // namespace

// Each step may read what those before it found whole.
class NameSegment::Check {
 public:
  Check(const NameSegment& segment, const std::string& source)
      : segment_(segment),
        source_(source),
        key_count_(without_padding(segment.keys_)),
        initial_count_(without_padding(segment.initials_)) {}

  void run() const {
    check_sizes();
    check_initial_blocks();
    check_key_blocks();
    check_widths();
    check_fields();
    check_suffixes();
    check_columns();
    check_lists();
    check_sounds();
  }

 private:
  void require(bool holds, const char* what) const {
    if (!holds) throw BadData(source_ + " is damaged: " + what + "; build the index again and save it", source_);
  }

  void check_sizes() const {
    require(key_count_ > 0 && segment_.key_begins_.size() == segment_.fields_.size() + 1 &&
                are_borders(segment_.key_begins_, segment_.fields_.size(), 1, key_count_),
            "its keys do not fit its fields");
    require(ends_texts(segment_.keys_, segment_.key_begins_) && segment_.keys_[0] == text::key_end,
            "its keys run together");
    require(
        std::ranges::all_of(segment_.keys_.last(SuffixArray::padding), [](Key key) { return key == text::key_end; }),
        "its keys have no end");
    require(are_borders(segment_.text_begins_, segment_.fields_.size(), 0, segment_.texts_.size()),
            "its texts do not fit its fields");
    require(segment_.key_blocks_.size() == (key_count_ + block_keys - 1) / block_keys,
            "its blocks do not fit its keys");
    require(segment_.part_starts_.size() >= key_count_ / 8 + 8, "its words do not fit its keys");
    require(are_borders(segment_.initial_begins_, segment_.indexes_.size(), 0, initial_count_) &&
                ends_texts(segment_.initials_, segment_.initial_begins_),
            "its initials do not fit its names");
    require(segment_.initial_blocks_.size() == (initial_count_ + block_keys - 1) / block_keys,
            "its blocks do not fit its initials");
  }

  void check_initial_blocks() const {
    for (std::size_t block = 0; block < segment_.initial_blocks_.size(); ++block) {
      const std::uint32_t one = segment_.initial_blocks_[block];
      const std::size_t first = block * block_keys;
      require(one < segment_.indexes_.size() && segment_.initial_begins_[one] <= first &&
                  first < segment_.initial_begins_[one + 1],
              "a block leads to another name");
    }
  }

  void check_key_blocks() const {
    const auto characters = static_cast<std::size_t>(
        std::ranges::count_if(segment_.keys_.first(key_count_), [](Key key) { return text::starts_character(key); }));
    require(segment_.widths_.size() == characters, "its characters do not fit its keys");
    std::size_t characters_before = 0;
    for (std::size_t block = 0; block < segment_.key_blocks_.size(); ++block) {
      const KeyBlock& one = segment_.key_blocks_[block];
      const std::size_t first = block * block_keys;
      // The very first key belongs to no field.
      const bool fits = first == 0 ? one.field == 0
                                   : one.field < segment_.fields_.size() && segment_.key_begins_[one.field] <= first &&
                                         first < segment_.key_begins_[one.field + 1];
      require(fits && one.characters == characters_before, "a block leads to another field");
      characters_before += segment_.characters(static_cast<std::uint32_t>(first),
                                               static_cast<std::uint32_t>(std::min(first + block_keys, key_count_)));
    }
  }

  void check_widths() const {
    std::size_t character = 0;
    for (std::uint32_t field = 0; field < segment_.fields_.size(); ++field) {
      const std::size_t first = character;
      character += segment_.characters(segment_.key_begins_[field], segment_.key_begins_[field + 1]);
      require(spans_fit(segment_.text(field), segment_.widths_.subspan(first, character - first)),
              "its characters do not fit its texts");
    }
  }

  void check_fields() const {
    std::uint32_t item = 0;
    for (std::size_t field = 0; field < segment_.fields_.size(); ++field) {
      const Field& one = segment_.fields_[field];
      const std::size_t size = segment_.key_begins_[field + 1] - segment_.key_begins_[field];
      const bool is_name = one.kind() == NameField::name;
      const bool follows = field == 0 ? one.item() == 0 && is_name : one.item() == item + (is_name ? 1 : 0);
      require(follows && one.kind() <= NameField::alias && one.head_end < size && one.brand_end < size,
              "its fields are out of order");
      item = one.item();
    }
    require(segment_.fields_.empty() ? segment_.indexes_.empty() : item + 1 == segment_.indexes_.size(),
            "its fields do not fit its names");
  }

  void check_suffixes() const {
    require(
        are_between(segment_.suffixes_, 1, key_count_) && are_between(segment_.initial_suffixes_, 0, initial_count_),
        "a suffix lies outside of its keys");
    require(are_buckets(segment_.buckets_, segment_.suffixes_) &&
                are_buckets(segment_.initial_buckets_, segment_.initial_suffixes_),
            "its buckets are out of order");
  }

  void check_columns() const {
    require(segment_.value_begins_.size() > 1 &&
                are_borders(segment_.value_begins_, segment_.value_begins_.size() - 1, 0, segment_.values_.size()),
            "its values run together");
    for (const auto column : {segment_.popularities_, segment_.companies_, segment_.forms_, segment_.dispensings_}) {
      require(column.empty() || column.size() == segment_.indexes_.size(), "a column does not fit its names");
    }
    for (const auto column : {segment_.companies_, segment_.forms_, segment_.dispensings_}) {
      require(are_below(column, segment_.value_begins_.size() - 1), "a value is not there");
    }
  }

  void check_lists() const {
    const auto lists = [](std::span<const std::uint32_t> directory, std::span<const TopEntry> entries,
                          std::size_t limit) {
      return entries.size() == directory.size() * top_size && std::ranges::is_sorted(directory) &&
             std::ranges::all_of(entries, [limit](const TopEntry& entry) { return entry.position < limit; });
    };
    require(lists(segment_.top_directory_, segment_.top_entries_, key_count_) &&
                lists(segment_.open_top_directory_, segment_.open_top_entries_, key_count_) &&
                lists(segment_.initial_top_directory_, segment_.initial_top_entries_, initial_count_),
            "a list of the best leads out of it");
  }

  void check_sounds() const {
    constexpr std::uint8_t phonemes = 24;
    const auto is_sound = [&](const SoundEntry& sound) {
      return sound.item < segment_.indexes_.size() &&
             std::ranges::all_of(sound.phonemes, [](auto p) { return p < phonemes; });
    };
    require(std::ranges::all_of(segment_.sounds_, is_sound), "a sound is of no name");
  }

  const NameSegment& segment_;
  const std::string& source_;
  const std::size_t key_count_;  // without what pads them
  const std::size_t initial_count_;
};

void NameSegment::check(const std::string& source) const { Check(*this, source).run(); }

}  // namespace pilling::search
