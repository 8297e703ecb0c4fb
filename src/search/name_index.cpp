#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <span>

#include "pilling/search.hpp"
#include "search/query.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

// Strings of one buffer, so that all of them can be scanned in one go.
class PackedStrings {
 public:
  void add(std::string_view string) {
    buffer_.append(string);
    buffer_.push_back('\0');
    begins_.push_back(buffer_.size());
  }

  void shrink() {
    buffer_.shrink_to_fit();
    begins_.shrink_to_fit();
  }

  std::string_view operator[](std::size_t i) const {
    return std::string_view(buffer_).substr(begins_[i], begins_[i + 1] - begins_[i] - 1);
  }

  std::size_t begin_of(std::size_t i) const { return begins_[i]; }

  std::size_t holder_of(std::size_t offset) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(begins_, offset) - begins_.begin()) - 1;
  }

  // The first occurrence from `offset` on. Being UTF-8, it begins and ends at a character.
  std::optional<std::size_t> find(std::string_view text, std::size_t offset) const {
    const void* const found = memmem(buffer_.data() + offset, buffer_.size() - offset, text.data(), text.size());
    if (found == nullptr) return std::nullopt;
    return static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
  }

 private:
  std::string buffer_;
  std::vector<std::size_t> begins_ = {0};
};

struct Query {
  std::string_view text;
  std::string form;
  std::size_t characters = 0;
  bool is_number_open = false;  // the number it ends in may go on
};

}  // namespace

std::string_view to_string(MatchKind kind) noexcept {
  switch (kind) {
    case MatchKind::exact:
      return "exact";
    case MatchKind::prefix:
      return "prefix";
    case MatchKind::inside:
      return "inside";
  }
  return "unknown";
}

class NameIndex::Impl {
 public:
  explicit Impl(const std::vector<std::string>& names) {
    std::vector<std::string> forms;
    forms.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      search::check_indexed(names[i], "name", i);
      forms.push_back(text::normalize(names[i]).text);
      if (!search::is_searchable(forms.back())) forms.back().clear();
    }
    rank(names, forms);
    sort_forms();
  }

  std::vector<NameMatch> search(std::string_view text, std::size_t limit, bool is_unfinished) const {
    search::check_query(text, limit);
    const text::NormalForm normal = text::normalize(text);
    if (!search::is_searchable(normal.text)) return {};
    const bool ends_in_digit = normal.text.back() >= '0' && normal.text.back() <= '9';
    const Query query{.text = text,
                      .form = normal.text,
                      .characters = search::count_characters(normal.text),
                      .is_number_open = is_unfinished && ends_in_digit && normal.ends.back() == text.size()};
    std::vector<NameMatch> matches;
    add_exact(query, limit, matches);
    add_prefixes(query, limit, matches);
    add_insides(query, limit, matches);
    return matches;
  }

  std::size_t size() const noexcept { return positions_.size(); }

 private:
  // Everything is kept in the order in which matches of one kind are given, so that a scan finds the best first.
  void rank(const std::vector<std::string>& names, const std::vector<std::string>& forms) {
    std::vector<std::size_t> lengths;
    lengths.reserve(forms.size());
    for (const std::string& form : forms) lengths.push_back(search::count_characters(form));
    positions_.resize(names.size());
    std::iota(positions_.begin(), positions_.end(), std::size_t{0});
    std::ranges::sort(positions_, [&](std::size_t a, std::size_t b) {
      if (lengths[a] != lengths[b]) return lengths[a] < lengths[b];
      if (const int order = names[a].compare(names[b]); order != 0) return order < 0;
      return a < b;
    });
    for (const std::size_t position : positions_) {
      names_.add(names[position]);
      forms_.add(forms[position]);
      lengths_.push_back(lengths[position]);
    }
    names_.shrink();
    forms_.shrink();
  }

  void sort_forms() {
    by_form_.resize(size());
    std::iota(by_form_.begin(), by_form_.end(), std::size_t{0});
    std::ranges::sort(by_form_, [this](std::size_t a, std::size_t b) {
      const int order = forms_[a].compare(forms_[b]);
      return order != 0 ? order < 0 : a < b;
    });
  }

  // The ranks of the names whose first bytes are `form`, shortest form first among equals.
  std::span<const std::size_t> beginning_with(std::string_view form) const {
    const auto first_bytes = [&](std::size_t name) { return forms_[name].substr(0, form.size()); };
    const auto range = std::ranges::equal_range(by_form_, form, {}, first_bytes);
    return {range.begin(), range.end()};
  }

  void add_exact(const Query& query, std::size_t limit, std::vector<NameMatch>& matches) const {
    std::vector<std::size_t> equal;
    for (const std::size_t name : beginning_with(query.form)) {
      if (forms_[name].size() != query.form.size()) break;
      equal.push_back(name);
    }
    std::ranges::stable_partition(equal, [&](std::size_t name) { return names_[name] == query.text; });
    for (const std::size_t name : equal) {
      if (matches.size() == limit) return;
      matches.push_back(match(query, name, 0));
    }
  }

  void add_prefixes(const Query& query, std::size_t limit, std::vector<NameMatch>& matches) const {
    if (matches.size() == limit) return;
    std::vector<std::size_t> longer;
    for (const std::size_t name : beginning_with(query.form)) {
      if (forms_[name].size() != query.form.size() && holds(query, name, 0)) longer.push_back(name);
    }
    const std::size_t wanted = std::min(limit - matches.size(), longer.size());
    std::ranges::partial_sort(longer, longer.begin() + static_cast<std::ptrdiff_t>(wanted));
    for (std::size_t i = 0; i < wanted; ++i) matches.push_back(match(query, longer[i], 0));
  }

  void add_insides(const Query& query, std::size_t limit, std::vector<NameMatch>& matches) const {
    std::size_t from = 0;
    while (matches.size() < limit) {
      const std::optional<std::size_t> found = forms_.find(query.form, from);
      if (!found) return;
      const std::size_t name = forms_.holder_of(*found);
      const std::size_t at = *found - forms_.begin_of(name);
      if (!holds(query, name, at)) {
        from = *found + 1;
        continue;
      }
      if (at > 0) matches.push_back(match(query, name, at));
      from = forms_.begin_of(name + 1);
    }
  }

  // Whether what was found at `at` is whole: neither of its ends lies within a number.
  bool holds(const Query& query, std::size_t name, std::size_t at) const {
    const std::string_view form = forms_[name];
    const bool is_cut = !query.is_number_open && search::is_within_number(form, at + query.form.size());
    return !is_cut && !search::is_within_number(form, at);
  }

  NameMatch match(const Query& query, std::size_t name, std::size_t at) const {
    const double share = static_cast<double>(query.characters) / static_cast<double>(lengths_[name]);
    NameMatch match;
    match.index = positions_[name];
    if (query.form.size() == forms_[name].size()) {
      match.score = 1;
    } else {
      match.kind = at == 0 ? MatchKind::prefix : MatchKind::inside;
      match.score = at == 0 ? 0.5 + share / 2 : share / 2;
    }
    match.spans.push_back(text::normalize(names_[name]).original(at, at + query.form.size()));
    return match;
  }

  // All of these are by rank but the last, which holds ranks.
  std::vector<std::size_t> positions_;
  std::vector<std::size_t> lengths_;  // of the forms, in characters
  PackedStrings names_;
  PackedStrings forms_;
  std::vector<std::size_t> by_form_;
};

NameIndex::NameIndex(const std::vector<std::string>& names) : impl_(std::make_unique<const Impl>(names)) {}
NameIndex::~NameIndex() = default;
NameIndex::NameIndex(NameIndex&&) noexcept = default;
NameIndex& NameIndex::operator=(NameIndex&&) noexcept = default;

std::vector<NameMatch> NameIndex::search(std::string_view text, std::size_t limit) const {
  return impl_->search(text, limit, false);
}

std::vector<NameMatch> NameIndex::suggest(std::string_view text, std::size_t limit) const {
  return impl_->search(text, limit, true);
}

std::size_t NameIndex::size() const noexcept { return impl_->size(); }

}  // namespace pilling
