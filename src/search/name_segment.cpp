#include "search/name_segment.hpp"

#include <algorithm>
#include <cstring>

#include "pilling/error.hpp"
#include "search/amounts.hpp"
#include "search/segment_image.hpp"
#include "text/normalize.hpp"

namespace pilling::search {
namespace {

std::span<const TopEntry> entries_of(std::span<const std::uint32_t> directory, std::span<const TopEntry> entries,
                                     std::span<const Key> pattern) {
  const auto found = std::ranges::lower_bound(directory, pattern_code(pattern));
  if (found == directory.end() || *found != pattern_code(pattern)) return {};
  const auto list = static_cast<std::size_t>(found - directory.begin()) * NameSegment::top_size;
  return entries.subspan(list, NameSegment::top_size);
}

// 종근당 for (주)종근당, 종근당㈜ and 주식회사 종근당.
std::string without_legal_form(std::string_view company) {
  constexpr auto legal_forms =
      std::to_array<std::string_view>({"주식회사", "유한회사", "(주)", "（주）", "㈜", "(유)", " "});
  std::string rest(company);
  for (const std::string_view form : legal_forms) {
    for (std::size_t at = rest.find(form); at != std::string::npos; at = rest.find(form, at))
      rest.erase(at, form.size());
  }
  return rest.empty() ? std::string(company) : rest;
}

}  // namespace

std::uint32_t NameSegment::first_field(std::uint32_t item) const noexcept {
  // An item has one field or few, so that the search begins near its end.
  std::size_t low = item;
  std::size_t high = fields_.size() == indexes_.size() ? item : fields_.size() - 1;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (fields_[middle].item() < item) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<std::uint32_t>(low);
}

std::uint32_t NameSegment::part_starts(std::uint32_t position) const noexcept {
  std::uint32_t bits = 0;
  std::memcpy(&bits, part_starts_.data() + position / 8, sizeof bits);
  return bits >> (position % 8);
}

bool NameSegment::is_within_number(std::uint32_t position) const noexcept {
  return search::is_within_number(keys_.data() + position);
}

bool NameSegment::is_within_unit(std::uint32_t position) const noexcept {
  return search::is_within_unit(keys_.data() + position);
}

bool NameSegment::is_strict(std::uint32_t position) const noexcept {
  return search::is_strict(keys_.data() + position);
}

std::size_t NameSegment::characters(std::uint32_t begin, std::uint32_t end) const noexcept {
  constexpr std::uint64_t of_each_byte = 0x0101010101010101;
  std::size_t count = 0;
  std::uint32_t at = begin;
  for (; at + sizeof of_each_byte <= end; at += sizeof of_each_byte) {
    std::uint64_t chunk = 0;
    std::memcpy(&chunk, keys_.data() + at, sizeof chunk);
    // The product's highest byte is the sum of all bytes.
    count += (chunk >> 7 & of_each_byte) * of_each_byte >> 56;
  }
  for (; at < end; ++at) count += keys_[at] >> 7;
  return count;
}

ByteSpan NameSegment::original(std::uint32_t begin, std::uint32_t end) const {
  const std::uint32_t field = field_of(begin);
  const std::uint32_t from = key_begins_[field];
  const std::uint32_t block = from / block_keys;
  const std::size_t first =
      key_blocks_[block].characters + characters(block * static_cast<std::uint32_t>(block_keys), from);
  const std::size_t skipped = characters(from, begin + 1) - 1;
  const std::size_t last = skipped + 1 + characters(begin + 1, end);
  if (widths_[first] == CharacterWidth::irregular) {
    const text::NormalForm normal = text::normalize(text(field));
    std::size_t character = 0;
    std::size_t from_byte = normal.text.size();
    std::size_t to_byte = normal.text.size();
    for (std::size_t at = 0; at < normal.text.size(); ++at) {
      if ((static_cast<unsigned char>(normal.text[at]) & 0xC0) == 0x80) continue;
      if (character == skipped) from_byte = at;
      if (character == last) to_byte = at;
      ++character;
    }
    return normal.original(from_byte, to_byte);
  }
  ByteSpan span;
  ByteSpan here;
  for (std::size_t character = 0; character < last; ++character) {
    here = CharacterWidth::after(here, widths_[first + character]);
    if (character == skipped) span.begin = here.begin;
  }
  span.end = here.end;
  return span;
}

std::uint32_t NameSegment::character_key(std::uint32_t item, std::size_t character) const noexcept {
  std::uint32_t at = key_begins_[first_field(item)];
  for (std::size_t begun = 0; text::code(keys_[at]) != text::key_end; ++at) {
    if (text::starts_character(keys_[at]) && begun++ == character) break;
  }
  return at;
}

std::optional<std::uint32_t> NameSegment::item_with(std::size_t index) const {
  const auto found = std::ranges::find(indexes_, index);
  if (found == indexes_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - indexes_.begin());
}

std::string_view NameSegment::value(std::span<const std::uint32_t> column, std::uint32_t item) const noexcept {
  if (column.empty()) return {};
  const std::uint32_t value = column[item];
  return values_.substr(value_begins_[value], value_begins_[value + 1] - value_begins_[value]);
}

NameEntry NameSegment::entry(std::uint32_t item) const {
  NameEntry entry;
  entry.company = company(item);
  entry.form = form(item);
  entry.dispensing = dispensing(item);
  entry.popularity = popularity(item);
  for (std::uint32_t at = first_field(item); at < fields_.size() && fields_[at].item() == item; ++at) {
    const std::string text(this->text(at));
    switch (fields_[at].kind()) {
      case NameField::name:
        entry.name = text;
        break;
      case NameField::ingredient:
        entry.ingredients = text;
        break;
      case NameField::english_name:
        entry.english_name = text;
        break;
      default:
        entry.aliases.push_back(text);
    }
  }
  return entry;
}

NameSegment::Filter::Filter(const NameSegment& segment, const NameFilter& filter) : segment_(&segment) {
  const std::array<const std::string*, 3> texts = {&filter.company, &filter.form, &filter.dispensing};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i]->empty()) continue;
    is_open_ = false;
    const std::string wanted = without_legal_form(*texts[i]);
    for (std::uint32_t value = 0; value + 1 < segment.value_begins_.size(); ++value) {
      const std::uint32_t begin = segment.value_begins_[value];
      const std::string_view text = segment.values_.substr(begin, segment.value_begins_[value + 1] - begin);
      // Most values are told apart by a byte that no legal form holds.
      const bool may_be_equal = text.size() >= wanted.size() && text.find(wanted.back()) != std::string_view::npos;
      if (may_be_equal && without_legal_form(text) == wanted) wanted_[i].push_back(value);
    }
    if (wanted_[i].empty()) is_shut_ = true;
  }
}

bool NameSegment::Filter::accepts(std::uint32_t item) const noexcept {
  if (is_open_) return true;
  if (is_shut_) return false;
  const auto passes = [item](const std::vector<std::uint32_t>& wanted, std::span<const std::uint32_t> column) {
    return wanted.empty() || (!column.empty() && std::ranges::find(wanted, column[item]) != wanted.end());
  };
  return passes(wanted_[0], segment_->companies_) && passes(wanted_[1], segment_->forms_) &&
         passes(wanted_[2], segment_->dispensings_);
}

std::span<const TopEntry> NameSegment::top(std::span<const Key> pattern, bool is_number_open) const noexcept {
  return is_number_open ? entries_of(open_top_directory_, open_top_entries_, pattern)
                        : entries_of(top_directory_, top_entries_, pattern);
}

std::span<const TopEntry> NameSegment::top_initials(std::span<const Key> pattern) const noexcept {
  return entries_of(initial_top_directory_, initial_top_entries_, pattern);
}

std::shared_ptr<const NameSegment> NameSegment::attach(std::shared_ptr<const void> owner,
                                                       std::span<const std::uint8_t> image, const std::string& source) {
  const ImageReader reader(image, source);
  std::shared_ptr<NameSegment> segment(new NameSegment);
  NameSegment& s = *segment;
  s.owner_ = std::move(owner);
  s.image_ = image;
  s.texts_ = reader.text(Section::texts);
  s.text_begins_ = reader.array<std::uint32_t>(Section::text_begins);
  s.keys_ = reader.array<Key>(Section::keys);
  s.key_begins_ = reader.array<std::uint32_t>(Section::key_begins);
  s.key_blocks_ = reader.array<KeyBlock>(Section::key_blocks);
  s.part_starts_ = reader.array<std::uint8_t>(Section::part_starts);
  s.widths_ = reader.array<std::uint8_t>(Section::widths);
  s.buckets_ = reader.array<std::uint32_t>(Section::buckets);
  s.suffixes_ = SuffixArray(s.keys_, reader.positions(Section::suffixes, s.keys_.size()), s.buckets_);
  s.initials_ = reader.array<Key>(Section::initials);
  s.initial_begins_ = reader.array<std::uint32_t>(Section::initial_begins);
  s.initial_blocks_ = reader.array<std::uint32_t>(Section::initial_blocks);
  s.initial_buckets_ = reader.array<std::uint32_t>(Section::initial_buckets);
  s.initial_suffixes_ =
      SuffixArray(s.initials_, reader.positions(Section::initial_suffixes, s.initials_.size()), s.initial_buckets_);
  s.fields_ = reader.array<Field>(Section::fields);
  s.indexes_ = reader.array<std::uint32_t>(Section::indexes);
  s.popularities_ = reader.array<std::uint32_t>(Section::popularities);
  s.companies_ = reader.array<std::uint32_t>(Section::companies);
  s.forms_ = reader.array<std::uint32_t>(Section::forms);
  s.dispensings_ = reader.array<std::uint32_t>(Section::dispensings);
  s.values_ = reader.text(Section::values);
  s.value_begins_ = reader.array<std::uint32_t>(Section::value_begins);
  s.top_directory_ = reader.array<std::uint32_t>(Section::top_directory);
  s.top_entries_ = reader.array<TopEntry>(Section::top_entries);
  s.open_top_directory_ = reader.array<std::uint32_t>(Section::open_top_directory);
  s.open_top_entries_ = reader.array<TopEntry>(Section::open_top_entries);
  s.initial_top_directory_ = reader.array<std::uint32_t>(Section::initial_top_directory);
  s.initial_top_entries_ = reader.array<TopEntry>(Section::initial_top_entries);
  s.sounds_ = reader.array<SoundEntry>(Section::sounds);
  return segment;
}

}  // namespace pilling::search
