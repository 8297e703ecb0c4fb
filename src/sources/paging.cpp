#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sources/easy_drug.hpp"
#include "sources/page_walk.hpp"

namespace pilling {
namespace sources {
namespace {

// As in a file: rows of one product may differ by nothing but their image, so all images are kept. Of the texts, the
// later ones, unless they are known to be older.
void join_medicines(Medicine& kept, Medicine again) {
  std::vector<std::string> images = kept.images;
  for (const std::string& image : again.images) {
    if (std::ranges::find(images, image) == images.end()) images.push_back(image);
  }
  const std::string date = iso_date(kept.updated_on);
  const std::string date_again = iso_date(again.updated_on);
  if (date.empty() || date_again.empty() || date <= date_again) kept = std::move(again);
  kept.images = std::move(images);
}

}  // namespace

void PageWalk::take(std::size_t rows, std::size_t new_rows, std::size_t total) {
  has_steady_total_ = page_ == 1 || (has_steady_total_ && total == total_);
  total_ = total;
  seen_ += rows;
  // A service that caps its pages goes on from what it gave, not from what it was asked for.
  if (page_ == 1 && rows > 0 && rows < rows_ && rows < total) rows_ = rows;
  const bool is_going_round = page_ > 1 && new_rows == 0;
  is_over_ = rows == 0 || seen_ >= total_ || page_ == page_limit_ || is_going_round;
  ++page_;
}

}  // namespace sources

AllRows<Medicine> fetch_all(MedicineSource& source, const MedicineQuery& query, const CallOptions& call,
                            const PagingOptions& options) {
  const auto fetch = [&](std::size_t page, std::size_t rows) {
    return source.fetch({.name = query.name, .id = query.id, .page = page, .rows = rows}, call);
  };
  return sources::walk_pages<Medicine>(
      options, call, fetch, [](const Medicine& medicine) { return medicine.id.value; }, &sources::join_medicines);
}

AllRows<Pharmacy> fetch_all(PharmacySource& source, const CallOptions& call, const PagingOptions& options) {
  const auto fetch = [&](std::size_t page, std::size_t rows) { return source.fetch(page, rows, call); };
  return sources::walk_pages<Pharmacy>(
      options, call, fetch, [](const Pharmacy& pharmacy) { return pharmacy.id.value; },
      [](Pharmacy& kept, Pharmacy again) { kept = std::move(again); });
}

}  // namespace pilling
