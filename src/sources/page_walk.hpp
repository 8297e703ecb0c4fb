#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/deadline.hpp"
#include "pilling/error.hpp"
#include "pilling/source.hpp"

namespace pilling::sources {

/// Asks a source for its pages one after the other, and decides when there are no more. The number of the next page is
/// never computed from what was asked for: services give fewer rows than that, and say so or not.
class PageWalk {
 public:
  explicit PageWalk(const PagingOptions& options) : page_limit_(options.page_limit), rows_(options.rows) {}

  bool is_over() const noexcept { return is_over_; }
  std::size_t page() const noexcept { return page_; }
  std::size_t rows() const noexcept { return rows_; }
  std::size_t seen() const noexcept { return seen_; }
  std::size_t total() const noexcept { return total_; }

  /// As many rows came as there should be, and the source never changed its mind about that number.
  bool is_complete() const noexcept { return seen_ >= total_ && has_steady_total_; }

  /// After each page: how many rows it had, those that were passed over included; how many of them had not come before;
  /// and how many there are in all.
  void take(std::size_t rows, std::size_t new_rows, std::size_t total);

 private:
  std::size_t page_limit_;
  std::size_t rows_;
  std::size_t page_ = 1;
  std::size_t seen_ = 0;
  std::size_t total_ = 0;
  bool has_steady_total_ = true;
  bool is_over_ = false;
};

/// Puts the rows of pages together. `key` is what tells rows apart; `join(kept, again)` what is kept of one that comes
/// again.
template <class Row, class Key, class Join>
class JoinedRows {
 public:
  JoinedRows(const Key& key, const Join& join) : key_(key), join_(join) {}

  /// The page behind so many rows. Gives how many of its rows had not come before.
  std::size_t add(SourcePage<Row> page, std::size_t seen) {
    const std::size_t known = all.rows.size() + all.skipped.size();
    for (Row& row : page.rows) {
      const auto [position, is_new] = positions_.try_emplace(key_(row), all.rows.size());
      if (is_new) {
        all.rows.push_back(std::move(row));
      } else {
        ++all.repeated;
        join_(all.rows[position->second], std::move(row));
      }
    }
    for (SkippedRow& skipped : page.skipped) {
      if (skipped.line > 0) skipped.line += seen;
      all.skipped.push_back(std::move(skipped));
    }
    ++all.pages;
    return all.rows.size() + all.skipped.size() - known;
  }

  AllRows<Row> all;

 private:
  const Key& key_;
  const Join& join_;
  std::unordered_map<std::string, std::size_t> positions_;
};

/// All rows of all pages. `fetch` gives page `number` of `rows` rows; `key` and `join` are those of JoinedRows.
template <class Row, class Fetch, class Key, class Join>
AllRows<Row> walk_pages(const PagingOptions& options, const CallOptions& call, const Fetch& fetch, const Key& key,
                        const Join& join) {
  if (options.page_limit == 0) throw InvalidArgument("a limit of no pages fetches nothing");
  JoinedRows<Row, Key, Join> joined(key, join);
  AllRows<Row>& all = joined.all;
  PageWalk walk(options);
  while (!walk.is_over()) {
    if (all.pages > 0 && core::is_over(call)) throw Timeout("there was no time for all pages", "");
    SourcePage<Row> page = fetch(walk.page(), walk.rows());
    const std::size_t count = page.rows.size() + page.skipped.size();
    const std::size_t total = page.total;
    const std::size_t new_rows = joined.add(std::move(page), walk.seen());
    walk.take(count, new_rows, total);
    all.total = walk.total();
    all.is_complete = walk.is_complete();
    if (options.on_page && !options.on_page({.pages = all.pages, .rows = all.rows.size(), .total = all.total})) break;
  }
  return std::move(all);
}

}  // namespace pilling::sources
