#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>

#include "pilling/error.hpp"
#include "search/literal.hpp"
#include "search/name_parts.hpp"
#include "search/name_segment.hpp"
#include "search/query.hpp"
#include "search/ranking.hpp"
#include "search/segment_image.hpp"
#include "search/sound.hpp"
#include "text/normalize.hpp"

namespace pilling::search {
namespace {

// From here on, a pattern of one or two keys, or of three, has a list of its best.
constexpr std::size_t heavy_range = 64;
constexpr std::size_t heavy_range_of_three = 1024;

class Builder {
 public:
  Builder(std::span<const NameEntry> entries, std::span<const std::size_t> indexes)
      : entries_(entries), indexes_(indexes) {}

  ImageWriter write() {
    check();
    rank();
    add_key(text::key_end);
    for (const std::size_t entry : order_) add_item(entry);
    finish();
    return std::move(writer_);
  }

 private:
  void check() const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      check_indexed(entries_[i].name, "name", i);
      check_indexed(entries_[i].ingredients, "ingredients", i);
      check_indexed(entries_[i].english_name, "English name", i);
      for (const std::string& alias : entries_[i].aliases) check_indexed(alias, "alias", i);
    }
    if (entries_.size() >= (std::size_t{1} << 28)) throw InvalidArgument("a name index holds fewer than 2^28 names");
  }

  // Everything is kept in the order in which equally good matches are given.
  void rank() {
    struct Rank {
      std::uint32_t unpopularity;
      std::uint32_t brand;
      std::uint32_t length;
      std::uint64_t beginning;  // of the name: tells most of them apart without a look at the rest
      std::size_t entry;
    };
    std::vector<Rank> ranks;
    ranks.reserve(entries_.size());
    forms_.reserve(entries_.size());
    parts_.reserve(entries_.size());
    for (const NameEntry& entry : entries_) {
      forms_.push_back(normal_form(entry.name));
      parts_.push_back(take_apart(entry.name, forms_.back()));
      const std::string_view form = forms_.back().text;
      ranks.push_back({.unpopularity = ~entry.popularity,
                       .brand = brand_rank(count_characters(form.substr(0, parts_.back().brand_end))),
                       .length = static_cast<std::uint32_t>(count_characters(form)),
                       .beginning = beginning_of(entry.name),
                       .entry = ranks.size()});
    }
    std::ranges::sort(ranks, [&](const Rank& a, const Rank& b) {
      if (a.unpopularity != b.unpopularity) return a.unpopularity < b.unpopularity;
      if (a.brand != b.brand) return a.brand < b.brand;
      if (a.length != b.length) return a.length < b.length;
      if (a.beginning != b.beginning) return a.beginning < b.beginning;
      if (const int order = entries_[a.entry].name.compare(entries_[b.entry].name); order != 0) return order < 0;
      return indexes_[a.entry] < indexes_[b.entry];
    });
    order_.reserve(ranks.size());
    for (const Rank& rank : ranks) order_.push_back(rank.entry);
  }

  // Eight bytes as a number that orders as they do.
  static std::uint64_t beginning_of(std::string_view name) {
    std::uint64_t beginning = 0;
    for (std::size_t i = 0; i < sizeof beginning; ++i) {
      beginning = beginning << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0u);
    }
    return beginning;
  }

  static text::NormalForm normal_form(std::string_view text) {
    if (text.size() > NameIndex::maximum_query_bytes) return {};
    text::NormalForm normal = text::normalize(text);
    return is_searchable(normal.text) ? std::move(normal) : text::NormalForm{};
  }

  void add_item(std::size_t number) {
    const NameEntry& entry = entries_[number];
    const text::NormalForm& normal = forms_[number];
    const NameParts& parts = parts_[number];
    const auto item = static_cast<std::uint32_t>(item_count_++);
    add_field(item, NameField::name, entry.name, normal, &parts);
    add_initials();
    if (!entry.ingredients.empty()) add_other(item, NameField::ingredient, entry.ingredients);
    if (!entry.english_name.empty()) add_other(item, NameField::english_name, entry.english_name);
    for (const std::string& alias : entry.aliases) add_other(item, NameField::alias, alias);
    index_column_.push_back(static_cast<std::uint32_t>(indexes_[number]));
    popularities_.push_back(entry.popularity);
    companies_.push_back(value(entry.company));
    forms_column_.push_back(value(entry.form.empty() ? std::string(parts.form) : entry.form));
    dispensings_.push_back(value(entry.dispensing));
  }

  void add_other(std::uint32_t item, NameField kind, const std::string& text) {
    add_field(item, kind, text, normal_form(text), nullptr);
  }

  void add_field(std::uint32_t item, NameField kind, const std::string& text, const text::NormalForm& normal,
                 const NameParts* parts) {
    text_begins_.push_back(static_cast<std::uint32_t>(texts_.size()));
    texts_ += text;
    key_begins_.push_back(static_cast<std::uint32_t>(keys_.size()));
    Field field{.tagged_item = item << 4 | static_cast<std::uint32_t>(kind)};
    const std::vector<Key> strokes = text::keystrokes(normal.text);
    const std::size_t first_width = widths_.size();
    bool is_regular = true;
    std::size_t byte = 0;
    std::size_t previous_end = 0;
    std::size_t previous_begin = std::string::npos;
    for (std::size_t i = 0; i < strokes.size(); ++i) {
      if (text::starts_character(strokes[i])) {
        if (i > 0) byte = next_character(normal.text, byte);
        if (parts != nullptr) note_borders(*parts, byte, i, field);
        if (begins_part(text, normal, byte)) part_starts_.push_back(static_cast<std::uint32_t>(keys_.size()));
        is_regular &= add_width(normal.begins[byte], normal.ends[byte], previous_begin, previous_end);
        previous_begin = normal.begins[byte];
        previous_end = normal.ends[byte];
      }
      add_key(strokes[i]);
    }
    if (parts != nullptr) note_borders(*parts, normal.text.size(), strokes.size(), field);
    if (!is_regular && widths_.size() > first_width) widths_[first_width] = CharacterWidth::irregular;
    add_key(text::key_end);
    fields_.push_back(field);
  }

  static std::size_t next_character(std::string_view text, std::size_t at) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    return at;
  }

  static void note_borders(const NameParts& parts, std::size_t byte, std::size_t key, Field& field) {
    if (key > 0xFFFF) return;
    if (byte == parts.head_end) field.head_end = static_cast<std::uint16_t>(key);
    if (byte == parts.brand_end) field.brand_end = static_cast<std::uint16_t>(key);
  }

  // False when a byte does not do: see `CharacterWidth`.
  bool add_width(std::size_t begin, std::size_t end, std::size_t previous_begin, std::size_t previous_end) {
    if (begin == previous_begin && end == previous_end) {
      widths_.push_back(CharacterWidth::shared);
      return true;
    }
    const bool fits = begin >= previous_end && begin - previous_end <= CharacterWidth::widest_gap && end > begin &&
                      end - begin <= CharacterWidth::widest;
    widths_.push_back(fits ? CharacterWidth::encode(begin - previous_end, end - begin) : std::uint8_t{0});
    return fits;
  }

  void add_key(Key key) {
    if (keys_.size() % NameSegment::block_keys == 0) {
      // The field that holds the key is the one being added; a `key_end` before it belongs to the one before.
      const auto field = key_begins_.empty() ? 0 : key_begins_.size() - 1;
      key_blocks_.push_back({static_cast<std::uint32_t>(field), characters_});
    }
    characters_ += key >> 7;
    keys_.push_back(key);
  }

  void add_initials() {
    initial_begins_.push_back(static_cast<std::uint32_t>(initials_.size()));
    const Field& field = fields_.back();
    const std::size_t begin = key_begins_.back();
    const std::size_t end = field.head_end > 0 ? begin + field.head_end : keys_.size();
    for (std::size_t at = begin; at < end; ++at) {
      if (text::starts_character(keys_[at])) add_initial(text::code(keys_[at]));
    }
    add_initial(text::key_end);
  }

  void add_initial(Key key) {
    const auto item = static_cast<std::uint32_t>(initial_begins_.size() - 1);
    if (initials_.size() % NameSegment::block_keys == 0) initial_blocks_.push_back(item);
    initials_.push_back(key);
  }

  std::uint32_t value(const std::string& text) {
    const auto [found, is_new] = value_numbers_.try_emplace(text, static_cast<std::uint32_t>(value_numbers_.size()));
    if (is_new) {
      value_begins_.push_back(static_cast<std::uint32_t>(values_.size()));
      values_ += text;
    }
    return found->second;
  }

  void put_column(Section section, const std::vector<std::uint32_t>& column) {
    const bool is_needed = std::ranges::any_of(column, [](std::uint32_t value) { return value != 0; });
    if (is_needed) writer_.put(section, column);
  }

  void put_suffixes(std::vector<Key>& keys, Section suffixes, Section buckets) {
    keys.insert(keys.end(), SuffixArray::padding, Key{0});
    const SuffixArray::Parts parts = SuffixArray::sort(keys);
    writer_.put(suffixes, PackedPositions::pack(parts.positions, PackedPositions::width_for(keys.size())));
    writer_.put(buckets, parts.buckets);
  }

  void finish() {
    text_begins_.push_back(static_cast<std::uint32_t>(texts_.size()));
    key_begins_.push_back(static_cast<std::uint32_t>(keys_.size()));
    initial_begins_.push_back(static_cast<std::uint32_t>(initials_.size()));
    value_begins_.push_back(static_cast<std::uint32_t>(values_.size()));
    if (keys_.size() > 0xFFFFFF00u)
      throw InvalidArgument("the names are too long for one index; it holds 4 billion keys");
    std::vector<std::uint8_t> part_bits(keys_.size() / 8 + 8);
    for (const std::uint32_t at : part_starts_) part_bits[at / 8] |= static_cast<std::uint8_t>(1 << (at % 8));
    put_suffixes(keys_, Section::suffixes, Section::buckets);
    put_suffixes(initials_, Section::initial_suffixes, Section::initial_buckets);
    writer_.put(Section::texts, std::string_view(texts_));
    writer_.put(Section::text_begins, text_begins_);
    writer_.put(Section::keys, keys_);
    writer_.put(Section::key_begins, key_begins_);
    writer_.put(Section::key_blocks, key_blocks_);
    writer_.put(Section::part_starts, part_bits);
    writer_.put(Section::widths, widths_);
    writer_.put(Section::initials, initials_);
    writer_.put(Section::initial_begins, initial_begins_);
    writer_.put(Section::initial_blocks, initial_blocks_);
    writer_.put(Section::fields, fields_);
    writer_.put(Section::indexes, index_column_);
    put_column(Section::popularities, popularities_);
    put_column(Section::companies, companies_);
    put_column(Section::forms, forms_column_);
    put_column(Section::dispensings, dispensings_);
    writer_.put(Section::values, std::string_view(values_));
    writer_.put(Section::value_begins, value_begins_);
  }

  std::span<const NameEntry> entries_;
  std::span<const std::size_t> indexes_;
  std::vector<text::NormalForm> forms_;
  std::vector<NameParts> parts_;
  std::vector<std::size_t> order_;
  std::size_t item_count_ = 0;
  std::uint32_t characters_ = 0;
  ImageWriter writer_;
  std::string texts_;
  std::vector<std::uint32_t> text_begins_;
  std::vector<Key> keys_;
  std::vector<std::uint32_t> key_begins_;
  std::vector<KeyBlock> key_blocks_;
  std::vector<std::uint32_t> part_starts_;
  std::vector<std::uint8_t> widths_;
  std::vector<Key> initials_;
  std::vector<std::uint32_t> initial_begins_;
  std::vector<std::uint32_t> initial_blocks_;
  std::vector<Field> fields_;
  std::vector<std::uint32_t> index_column_;
  std::vector<std::uint32_t> popularities_;
  std::vector<std::uint32_t> companies_;
  std::vector<std::uint32_t> forms_column_;
  std::vector<std::uint32_t> dispensings_;
  std::string values_;
  std::vector<std::uint32_t> value_begins_ = {0};
  std::unordered_map<std::string, std::uint32_t> value_numbers_ = {{"", 0}};
};

struct RankedPosition {
  std::uint32_t tier;
  std::uint32_t cost;
  std::uint32_t item;
  std::uint32_t position;
  std::uint32_t subject() const noexcept { return item; }
  auto operator<=>(const RankedPosition&) const = default;
};

// The best answers to every pattern of one to three keys that has many: what a search would otherwise have to sift.
class TopLists {
 public:
  enum class Patterns { all, that_end_in_a_digit };

  // `rank` of a position and a length; a tier of none passes it over. Positions where `is_start` holds rank before all
  // others, as long as the pattern is too short to end a brand.
  template <class Rank, class IsStart>
  TopLists(const SuffixArray& suffixes, Patterns patterns, const Rank& rank, const IsStart& is_start)
      : patterns_(patterns) {
    extend({}, suffixes, rank, is_start);
  }

  void put(ImageWriter& writer, Section directory, Section entries) const {
    writer.put(directory, directory_);
    writer.put(entries, entries_);
  }

 private:
  // Patterns that begin with `pattern`, in order.
  template <class Rank, class IsStart>
  void extend(std::vector<Key> pattern, const SuffixArray& suffixes, const Rank& rank, const IsStart& is_start) {
    pattern.push_back(0);
    const std::size_t heavy = pattern.size() == NameSegment::longest_top ? heavy_range_of_three : heavy_range;
    for (Key key = text::key_end + 1; key < text::key_limit; ++key) {
      pattern.back() = key;
      const SuffixRange range = suffixes.find(pattern);
      if (range.size() < heavy) continue;
      if (patterns_ == Patterns::all || text::is_digit_key(key)) add(suffixes, pattern, range, rank, is_start);
      const bool may_go_on = pattern.size() + 1 < NameSegment::longest_top || range.size() >= heavy_range_of_three;
      if (pattern.size() < NameSegment::longest_top && may_go_on) extend(pattern, suffixes, rank, is_start);
    }
  }

  template <class Rank, class IsStart>
  void add(const SuffixArray& suffixes, std::span<const Key> pattern, SuffixRange range, const Rank& rank,
           const IsStart& is_start) {
    Best<RankedPosition> best(NameSegment::top_size);
    const auto add_those = [&](bool that_start) {
      for (std::size_t i = range.begin; i < range.end; ++i) {
        const std::uint32_t position = suffixes[i];
        if (is_start(position) != that_start) continue;
        const RankedPosition one = rank(position, static_cast<std::uint32_t>(pattern.size()));
        if (one.tier != tier_none) best.add(one);
      }
    };
    add_those(true);
    // Three letters may end a brand, which is better than to begin a word.
    if (best.sorted().size() < NameSegment::top_size || pattern.size() >= brand_end_characters) add_those(false);
    directory_.push_back(pattern_code(pattern));
    for (const RankedPosition& one : best.sorted()) entries_.push_back({one.position, one.tier});
    entries_.resize(directory_.size() * NameSegment::top_size, {0, tier_none});
  }

  Patterns patterns_;
  std::vector<std::uint32_t> directory_;
  std::vector<TopEntry> entries_;
};

std::shared_ptr<const NameSegment> in_memory(const ImageWriter& writer) {
  const auto bytes = std::make_shared<const std::vector<std::uint8_t>>(writer.image());
  return NameSegment::attach(bytes, *bytes, "the name index");
}

}  // namespace

std::shared_ptr<const NameSegment> NameSegment::build(std::span<const NameEntry> entries, std::size_t first_index) {
  std::vector<std::size_t> indexes(entries.size());
  std::iota(indexes.begin(), indexes.end(), first_index);
  return build(entries, indexes);
}

std::shared_ptr<const NameSegment> NameSegment::build(std::span<const NameEntry> entries,
                                                      std::span<const std::size_t> indexes) {
  ImageWriter writer = Builder(entries, indexes).write();
  // The lists and the sounds are read out of the rest.
  const auto rest = in_memory(writer);
  const auto rank = [&](bool is_number_open) {
    return [&names = *rest, is_number_open](std::uint32_t position, std::uint32_t length) {
      const LiteralMatch match = literal_match(names, position, length, is_number_open);
      return RankedPosition{match.tier, literal_cost(names, position, length, match), names.field(match.field).item(),
                            position};
    };
  };
  const auto begins_part = [&](std::uint32_t position) { return rest->begins_part(position); };
  const TopLists top(rest->suffixes(), TopLists::Patterns::all, rank(false), begins_part);
  top.put(writer, Section::top_directory, Section::top_entries);
  const TopLists open(rest->suffixes(), TopLists::Patterns::that_end_in_a_digit, rank(true), begins_part);
  open.put(writer, Section::open_top_directory, Section::open_top_entries);
  const TopLists initials(
      rest->initial_suffixes(), TopLists::Patterns::all,
      [&](std::uint32_t position, std::uint32_t length) {
        const std::uint32_t item = rest->item_of_initial(position);
        return RankedPosition{initials_tier(*rest, item, position, length, false), 0, item, position};
      },
      [&](std::uint32_t position) { return position == 0 || rest->initials()[position - 1] == text::key_end; });
  initials.put(writer, Section::initial_top_directory, Section::initial_top_entries);
  writer.put(Section::sounds, sounds_of(*rest));
  return in_memory(writer);
}

}  // namespace pilling::search
