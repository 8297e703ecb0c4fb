#include <algorithm>
#include <iterator>
#include <mutex>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "pilling/search.hpp"
#include "search/confusable.hpp"
#include "search/name_search.hpp"
#include "search/query.hpp"
#include "search/snapshot.hpp"

namespace pilling {
namespace {

using search::LiveSegment;
using search::NameSegment;

std::vector<NameEntry> entries_of(const std::vector<std::string>& names) {
  std::vector<NameEntry> entries;
  entries.reserve(names.size());
  for (const std::string& name : names) entries.push_back({.name = name});
  return entries;
}

// Names and the numbers they were given.
struct Numbered {
  std::vector<NameEntry> entries;
  std::vector<std::size_t> indexes;

  void add(const LiveSegment& segment) {
    for (std::uint32_t item = 0; item < segment.names->size(); ++item) {
      if (!segment.holds(item)) continue;
      entries.push_back(segment.names->entry(item));
      indexes.push_back(segment.names->index(item));
    }
  }

  std::shared_ptr<const NameSegment> build() const { return NameSegment::build(entries, indexes); }
};

using Segments = std::vector<LiveSegment>;

// A new segment swallows those before it that are not much larger, so that there are few and each name is built anew
// only a few times: the logarithmic method of Bentley and Saxe (1980).
Segments with_segment(Segments segments, std::shared_ptr<const NameSegment> added) {
  constexpr std::size_t much_larger = 4;
  Numbered merged;
  std::size_t size = added->size();
  while (segments.size() > 1 && segments.back().names->size() < much_larger * size) {
    size += segments.back().names->size();
    merged.add(segments.back());
    segments.pop_back();
  }
  if (!merged.entries.empty()) {
    merged.add({std::move(added), nullptr});
    added = merged.build();
  }
  segments.push_back({std::move(added), nullptr});
  return segments;
}

}  // namespace

/// The segments that searches see are swapped whole, so that a search works on what was there when it began. Changes
/// take turns.
class NameIndex::Impl {
 public:
  explicit Impl(const std::vector<NameEntry>& entries) : Impl(NameSegment::build(entries, 0), entries.size()) {}

  Impl(std::shared_ptr<const NameSegment> names, std::size_t next_index) : next_index_(next_index) {
    segments_ = std::make_shared<const Segments>(Segments{{std::move(names), nullptr}});
  }

  // Both are read in one turn, for `add` changes them one after the other.
  Impl(const Impl& other) {
    const std::scoped_lock turn(other.change_mutex_);
    segments_ = other.segments();
    next_index_ = other.next_index_;
  }
  Impl& operator=(const Impl&) = delete;

  std::shared_ptr<const Segments> segments() const {
    const std::scoped_lock lock(swap_mutex_);
    return segments_;
  }

  std::vector<NameMatch> search(std::string_view text, std::size_t limit, const NameFilter& filter,
                                bool is_unfinished) const {
    search::check_query(text, limit);
    const auto segments = this->segments();
    return search::NameSearch(*segments, filter, limit).run(text, is_unfinished);
  }

  std::size_t add(const std::vector<NameEntry>& entries) {
    const std::scoped_lock turn(change_mutex_);
    const std::size_t first = next_index_;
    if (entries.empty()) return first;
    auto added = NameSegment::build(entries, first);
    swap_in(with_segment(*segments(), std::move(added)));
    next_index_ += entries.size();
    return first;
  }

  bool remove(std::size_t index) {
    const std::scoped_lock turn(change_mutex_);
    Segments changed = *segments();
    for (LiveSegment& segment : changed) {
      const auto item = segment.names->item_with(index);
      if (!item) continue;
      if (!segment.holds(*item)) return false;
      auto removed = segment.removed ? *segment.removed : std::vector<bool>(segment.names->size());
      removed[*item] = true;
      segment.removed = std::make_shared<const std::vector<bool>>(std::move(removed));
      swap_in(std::move(changed));
      return true;
    }
    return false;
  }

  void save(const std::filesystem::path& file) const {
    const auto segments = this->segments();
    if (segments->size() == 1 && !segments->front().removed)
      return search::save_snapshot(*segments->front().names, file);
    Numbered all;
    for (const LiveSegment& segment : *segments) all.add(segment);
    search::save_snapshot(*all.build(), file);
  }

 private:
  void swap_in(Segments segments) {
    auto next = std::make_shared<const Segments>(std::move(segments));
    const std::scoped_lock lock(swap_mutex_);
    segments_.swap(next);
  }

  mutable std::mutex swap_mutex_;
  std::shared_ptr<const Segments> segments_;
  mutable std::mutex change_mutex_;
  std::size_t next_index_;
};

NameIndex::NameIndex(const std::vector<std::string>& names) : NameIndex(entries_of(names)) {}
NameIndex::NameIndex(const std::vector<NameEntry>& entries) : impl_(std::make_unique<Impl>(entries)) {}
NameIndex::NameIndex(std::initializer_list<std::string_view> names)
    : NameIndex(std::vector<std::string>(names.begin(), names.end())) {}
NameIndex::NameIndex(std::initializer_list<NameEntry> entries) : NameIndex(std::vector<NameEntry>(entries)) {}
NameIndex::NameIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NameIndex::~NameIndex() = default;
NameIndex::NameIndex(const NameIndex& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
NameIndex& NameIndex::operator=(const NameIndex& other) { return *this = NameIndex(other); }
NameIndex::NameIndex(NameIndex&&) noexcept = default;
NameIndex& NameIndex::operator=(NameIndex&&) noexcept = default;

std::vector<NameMatch> NameIndex::search(std::string_view text, std::size_t limit, const NameFilter& filter) const {
  return impl_->search(text, limit, filter, false);
}

std::vector<NameMatch> NameIndex::suggest(std::string_view text, std::size_t limit, const NameFilter& filter) const {
  return impl_->search(text, limit, filter, true);
}

std::vector<ConfusableName> NameIndex::confusable_names(std::string_view name, std::size_t limit) const {
  search::check_query(name, limit);
  return search::confusable_names(*impl_->segments(), name, limit);
}

std::size_t NameIndex::add(const NameEntry& entry) { return impl_->add({entry}); }
std::size_t NameIndex::add_all(const std::vector<NameEntry>& entries) { return impl_->add(entries); }
bool NameIndex::remove(std::size_t index) { return impl_->remove(index); }

std::optional<std::string> NameIndex::name(std::size_t index) const {
  const auto segments = impl_->segments();
  for (const LiveSegment& segment : *segments) {
    const auto item = segment.names->item_with(index);
    if (!item) continue;
    if (!segment.holds(*item)) return std::nullopt;
    return std::string(segment.names->text(segment.names->first_field(*item)));
  }
  return std::nullopt;
}

std::size_t NameIndex::size() const noexcept {
  std::size_t size = 0;
  for (const LiveSegment& segment : *impl_->segments()) {
    size += segment.names->size();
    if (segment.removed) size -= static_cast<std::size_t>(std::ranges::count(*segment.removed, true));
  }
  return size;
}

std::size_t NameIndex::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const LiveSegment& segment : *impl_->segments()) bytes += segment.names->image().size();
  return bytes;
}

void NameIndex::save(const std::filesystem::path& file) const { impl_->save(file); }

NameIndex NameIndex::open(const std::filesystem::path& file) {
  auto names = search::open_snapshot(file);
  std::size_t next_index = 0;
  for (std::uint32_t item = 0; item < names->size(); ++item) next_index = std::max(next_index, names->index(item) + 1);
  return NameIndex(std::make_unique<Impl>(std::move(names), next_index));
}

}  // namespace pilling
