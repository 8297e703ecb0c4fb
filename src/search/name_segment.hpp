#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/search.hpp"
#include "search/suffix_array.hpp"

namespace pilling::search {

/// One text of an item: its name, or something else it is known by.
struct Field {
  std::uint32_t tagged_item = 0;  ///< the item, and in the lowest four bits the NameField
  std::uint16_t head_end = 0;     ///< in keys; 0 where there is no such border within the first 65,535
  std::uint16_t brand_end = 0;    ///< as `head_end`

  std::uint32_t item() const noexcept { return tagged_item >> 4; }
  NameField kind() const noexcept { return static_cast<NameField>(tagged_item & 15); }
};
static_assert(sizeof(Field) == 8);

/// Where a character of a normal form stands in the original, as a byte: the gap before it and its width.
struct CharacterWidth {
  static constexpr std::size_t widest_gap = 6;
  static constexpr std::size_t widest = 31;
  static constexpr std::uint8_t shared = 0;        ///< with the character before: both come from one
  static constexpr std::uint8_t irregular = 0xFF;  ///< of a field's first character: bytes do not do for this field

  static std::uint8_t encode(std::size_t gap, std::size_t width) { return static_cast<std::uint8_t>(gap << 5 | width); }

  /// The place of the character behind one that ends at `previous.end`.
  static ByteSpan after(ByteSpan previous, std::uint8_t code) noexcept {
    if (code == shared) return previous;
    const std::size_t begin = previous.end + (code >> 5);
    return {begin, begin + (code & widest)};
  }
};

/// Keys [begin, end).
struct KeySpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Where a block of 32 keys begins.
struct KeyBlock {
  std::uint32_t field;       ///< that holds the first key
  std::uint32_t characters;  ///< that begin before it, over all fields
};

/// One of the best answers to a short pattern. Position 0 holds no key: it fills a list that is shorter than others.
struct TopEntry {
  std::uint32_t position;
  std::uint32_t tier;
};

/// A brand for look-ups by sound: see `sound.hpp`.
struct SoundEntry {
  std::uint32_t item;                     ///< the first of that brand
  std::uint32_t consonants;               ///< `Sound::consonants` and more: see `sound.cpp`
  std::array<std::uint8_t, 12> phonemes;  ///< up to the first zero
};

enum class Section : std::uint32_t {
  texts,             ///< of all fields, joined
  text_begins,       ///< one a field, and the end
  keys,              ///< a `key_end` before the first field and behind each
  key_begins,        ///< one a field, and the end
  key_blocks,        ///< one for every 32 keys
  part_starts,       ///< a bit a key: whether a word begins there
  widths,            ///< a byte a character: see `NameSegment::original`
  suffixes,          ///< of the keys
  buckets,           ///< of the keys' first two codes
  initials,          ///< the first key of each character of each name's head
  initial_begins,    ///< one an item, and the end
  initial_blocks,    ///< the item that holds every 32nd initial
  initial_suffixes,  ///< of the initials
  initial_buckets,
  fields,        ///< in the order of items; an item's name comes first
  indexes,       ///< one an item: its number in the order of insertion
  popularities,  ///< one an item, or none when all are zero
  companies,     ///< one an item: position of the value, or none at all; likewise the next two
  forms,
  dispensings,
  values,              ///< of the three above, joined; the first is empty
  value_begins,        ///< one a value, and the end
  top_directory,       ///< sorted codes of patterns that have a list
  top_entries,         ///< `top_size` for each of them
  open_top_directory,  ///< the same for patterns whose last number may go on
  open_top_entries,
  initial_top_directory,
  initial_top_entries,
  sounds,  ///< a distinct brand each, by script and first consonant, then item
  count
};

/// A run of names and everything that searches need of them, in one image that is the same in memory and on disk.
/// Items are numbered from the best to the worst among equally good matches. Immutable; safe to share.
class NameSegment {
 public:
  /// `first_index` is the number of the first entry in the order of insertion.
  static std::shared_ptr<const NameSegment> build(std::span<const NameEntry> entries, std::size_t first_index);
  /// The entries keep the numbers that `indexes` give.
  static std::shared_ptr<const NameSegment> build(std::span<const NameEntry> entries,
                                                  std::span<const std::size_t> indexes);

  /// Reads an image; `owner` keeps its bytes. Throws BadData, naming `source`, when the bytes are not a whole image.
  static std::shared_ptr<const NameSegment> attach(std::shared_ptr<const void> owner,
                                                   std::span<const std::uint8_t> image, const std::string& source);

  /// Throws BadData, naming `source`, when some number in the image leads out of it.
  void check(const std::string& source) const;

  std::span<const std::uint8_t> image() const noexcept { return image_; }
  std::size_t size() const noexcept { return indexes_.size(); }

  // Fields
  std::uint32_t field_of(std::uint32_t position) const noexcept {
    std::uint32_t field = key_blocks_[position / block_keys].field;
    while (key_begins_[field + 1] <= position) ++field;
    return field;
  }
  const Field& field(std::uint32_t field) const noexcept { return fields_[field]; }
  std::uint32_t key_begin(std::uint32_t field) const noexcept { return key_begins_[field]; }
  /// Of the field's last key; `key_end` stands there.
  std::uint32_t key_end(std::uint32_t field) const noexcept { return key_begins_[field + 1] - 1; }
  std::string_view text(std::uint32_t field) const noexcept {
    return texts_.substr(text_begins_[field], text_begins_[field + 1] - text_begins_[field]);
  }
  std::size_t field_count() const noexcept { return fields_.size(); }
  /// The fields of an item: its name, then the others.
  std::uint32_t first_field(std::uint32_t item) const noexcept;
  /// What the item's name begins with, before its form and strength.
  KeySpan brand(std::uint32_t item) const noexcept {
    const std::uint32_t name = first_field(item);
    return {key_begins_[name], key_begins_[name] + fields_[name].brand_end};
  }

  // Keys
  const Key* keys() const noexcept { return keys_.data(); }
  const SuffixArray& suffixes() const noexcept { return suffixes_; }
  bool begins_part(std::uint32_t position) const noexcept { return part_starts(position) & 1; }
  /// Bit i: whether a part begins at position + i, for at least 25 bits.
  std::uint32_t part_starts(std::uint32_t position) const noexcept;
  /// Whether a number goes on across the border before the key at `position`.
  bool is_within_number(std::uint32_t position) const noexcept;
  /// Whether the letters of a unit go on across it.
  bool is_within_unit(std::uint32_t position) const noexcept;
  /// Whether the key is part of a number or of its unit, and thus never a slip of the finger.
  bool is_strict(std::uint32_t position) const noexcept;
  /// The bytes of the field's text that the keys [begin, end) came from. begin < end, within one field.
  ByteSpan original(std::uint32_t begin, std::uint32_t end) const;
  /// Number of characters that begin in [begin, end).
  std::size_t characters(std::uint32_t begin, std::uint32_t end) const noexcept;

  // Initials
  const SuffixArray& initial_suffixes() const noexcept { return initial_suffixes_; }
  const Key* initials() const noexcept { return initials_.data(); }
  std::uint32_t initial_begin(std::uint32_t item) const noexcept { return initial_begins_[item]; }
  std::uint32_t item_of_initial(std::uint32_t position) const noexcept {
    std::uint32_t item = initial_blocks_[position / block_keys];
    while (initial_begins_[item + 1] <= position) ++item;
    return item;
  }
  /// The key with which the n-th character of the item's name begins.
  std::uint32_t character_key(std::uint32_t item, std::size_t character) const noexcept;

  // Items
  std::size_t index(std::uint32_t item) const noexcept { return indexes_[item]; }
  std::uint32_t popularity(std::uint32_t item) const noexcept {
    return popularities_.empty() ? 0 : popularities_[item];
  }
  std::optional<std::uint32_t> item_with(std::size_t index) const;
  std::string_view company(std::uint32_t item) const noexcept { return value(companies_, item); }
  std::string_view form(std::uint32_t item) const noexcept { return value(forms_, item); }
  std::string_view dispensing(std::uint32_t item) const noexcept { return value(dispensings_, item); }
  /// As it was given.
  NameEntry entry(std::uint32_t item) const;

  /// The items that pass the filter, as a predicate over the numbers of values.
  class Filter {
   public:
    Filter(const NameSegment& segment, const NameFilter& filter);
    bool accepts(std::uint32_t item) const noexcept;
    bool is_open() const noexcept { return is_open_; }

   private:
    const NameSegment* segment_;
    std::array<std::vector<std::uint32_t>, 3> wanted_;  // the values that are let through; none: all
    bool is_open_ = true;                               // lets everything pass
    bool is_shut_ = false;
  };

  /// The best `top_size` answers to a pattern of up to `longest_top` keys; empty when no list of them is kept.
  static constexpr std::size_t top_size = 16;
  static constexpr std::size_t longest_top = 3;
  std::span<const TopEntry> top(std::span<const Key> pattern, bool is_number_open) const noexcept;
  std::span<const TopEntry> top_initials(std::span<const Key> pattern) const noexcept;

  std::span<const SoundEntry> sounds() const noexcept { return sounds_; }

  static constexpr std::size_t block_keys = 32;

 private:
  class Check;

  NameSegment() = default;
  std::string_view value(std::span<const std::uint32_t> column, std::uint32_t item) const noexcept;

  std::shared_ptr<const void> owner_;
  std::span<const std::uint8_t> image_;
  std::string_view texts_;
  std::span<const std::uint32_t> text_begins_;
  std::span<const Key> keys_;
  std::span<const std::uint32_t> key_begins_;
  std::span<const KeyBlock> key_blocks_;
  std::span<const std::uint8_t> part_starts_;
  std::span<const std::uint8_t> widths_;
  std::span<const std::uint32_t> buckets_;
  SuffixArray suffixes_;
  std::span<const Key> initials_;
  std::span<const std::uint32_t> initial_begins_;
  std::span<const std::uint32_t> initial_blocks_;
  std::span<const std::uint32_t> initial_buckets_;
  SuffixArray initial_suffixes_;
  std::span<const Field> fields_;
  std::span<const std::uint32_t> indexes_;
  std::span<const std::uint32_t> popularities_;
  std::span<const std::uint32_t> companies_;
  std::span<const std::uint32_t> forms_;
  std::span<const std::uint32_t> dispensings_;
  std::string_view values_;
  std::span<const std::uint32_t> value_begins_;
  std::span<const std::uint32_t> top_directory_;
  std::span<const TopEntry> top_entries_;
  std::span<const std::uint32_t> open_top_directory_;
  std::span<const TopEntry> open_top_entries_;
  std::span<const std::uint32_t> initial_top_directory_;
  std::span<const TopEntry> initial_top_entries_;
  std::span<const SoundEntry> sounds_;
};

}  // namespace pilling::search
