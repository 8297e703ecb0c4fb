#include "geo/same_pharmacy.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "text/normalize.hpp"

namespace pilling::geo {
namespace {

using Pharmacies = std::vector<std::shared_ptr<const Pharmacy>>;

constexpr double same_name_meters = 100;
constexpr double same_telephone_meters = 300;

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// The National Medical Center gives a letter and seven digits (hpid); everything else is HIRA's ykiho.
bool is_of_medical_center(const PharmacyId& id) {
  const std::string_view text = id.value;
  return text.size() == 8 && ((text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z')) &&
         std::all_of(text.begin() + 1, text.end(), is_digit);
}

std::string comparable_name(const Pharmacy& pharmacy) {
  return text::is_valid_utf8(pharmacy.name) ? text::normalize(pharmacy.name).text : std::string();
}

// Fewer digits are an extension or a slip that many may share.
std::string comparable_telephone(const Pharmacy& pharmacy) {
  constexpr std::size_t fewest_digits = 7;
  std::string digits;
  std::ranges::copy_if(pharmacy.telephone, std::back_inserter(digits), is_digit);
  return digits.size() >= fewest_digits ? digits : std::string();
}

// Finds the pharmacies that share a key and stand near each other. Sorted by key and latitude, they are neighbours,
// however many share the key in the whole country.
class Neighbours {
 public:
  Neighbours(const Pharmacies& pharmacies, std::string (*key_of)(const Pharmacy&), double reach_meters)
      : pharmacies_(pharmacies), reach_meters_(reach_meters), places_(pharmacies.size(), none) {
    for (std::size_t row = 0; row < pharmacies.size(); ++row) {
      if (!is_valid(pharmacies[row]->position)) continue;
      if (std::string key = key_of(*pharmacies[row]); !key.empty()) {
        entries_.push_back({std::move(key), pharmacies[row]->position.latitude, row});
      }
    }
    std::ranges::sort(entries_, {}, [](const Entry& entry) { return std::tie(entry.key, entry.latitude, entry.row); });
    for (std::size_t place = 0; place < entries_.size(); ++place) places_[entries_[place].row] = place;
  }

  template <class Condition>
  bool any_of(std::size_t row, const Condition& condition) const {
    const std::size_t place = places_[row];
    if (place == none) return false;
    for (std::size_t other = place; other > 0 && are_level(place, other - 1); --other) {
      if (is_near(row, entries_[other - 1].row) && condition(entries_[other - 1].row)) return true;
    }
    for (std::size_t other = place + 1; other < entries_.size() && are_level(place, other); ++other) {
      if (is_near(row, entries_[other].row) && condition(entries_[other].row)) return true;
    }
    return false;
  }

 private:
  struct Entry {
    std::string key;
    double latitude;
    std::size_t row;
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  bool are_level(std::size_t place, std::size_t other) const {
    constexpr double fewest_meters_per_degree = 111'000;
    return entries_[place].key == entries_[other].key &&
           std::abs(entries_[place].latitude - entries_[other].latitude) * fewest_meters_per_degree <= reach_meters_;
  }

  bool is_near(std::size_t row, std::size_t other) const {
    return distance_meters(pharmacies_[row]->position, pharmacies_[other]->position) <= reach_meters_;
  }

  const Pharmacies& pharmacies_;
  double reach_meters_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> places_;  // of each row in `entries_`
};

// The rows, the ones to keep first.
std::vector<std::size_t> by_preference(const Pharmacies& pharmacies) {
  std::vector<std::size_t> rows(pharmacies.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::ranges::sort(rows, [&](std::size_t left, std::size_t right) {
    const auto key = [&](std::size_t row) {
      return std::tuple(!pharmacies[row]->hours.is_known(), std::string_view(pharmacies[row]->id.value), row);
    };
    return key(left) < key(right);
  });
  return rows;
}

}  // namespace

Pharmacies drop_same(Pharmacies pharmacies) {
  const Neighbours namesakes(pharmacies, comparable_name, same_name_meters);
  const Neighbours line_sharers(pharmacies, comparable_telephone, same_telephone_meters);
  // A row goes only for one that stays, so that a chain of likenesses never takes the last of them.
  std::vector<bool> stays(pharmacies.size(), false);
  for (const std::size_t row : by_preference(pharmacies)) {
    const bool is_center_row = is_of_medical_center(pharmacies[row]->id);
    const auto stands_for_it = [&](std::size_t other) {
      return stays[other] && is_of_medical_center(pharmacies[other]->id) != is_center_row;
    };
    stays[row] = !namesakes.any_of(row, stands_for_it) && !line_sharers.any_of(row, stands_for_it);
  }

  Pharmacies kept;
  for (std::size_t row = 0; row < pharmacies.size(); ++row) {
    if (stays[row]) kept.push_back(std::move(pharmacies[row]));
  }
  return kept;
}

}  // namespace pilling::geo
