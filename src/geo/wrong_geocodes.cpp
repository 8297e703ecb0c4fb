#include "geo/wrong_geocodes.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace pilling::geo {
namespace {

constexpr std::size_t syllable_bytes = 3;  // of Hangul in UTF-8

struct District {
  std::string_view province;  // its first syllable, as provinces are written in full and in short
  std::string_view city;      // 시, 군, or 구 of a metropolitan city; empty when the address names none
  std::string_view ward;      // 구 of a city
};

std::string_view next_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

bool is_named(std::string_view word, std::string_view ending) {
  return word.size() > syllable_bytes && word.ends_with(ending);
}

District district_of(std::string_view address) {
  District district;
  district.province = next_word(address).substr(0, syllable_bytes);
  const std::string_view city = next_word(address);
  if (!is_named(city, "시") && !is_named(city, "군") && !is_named(city, "구")) return district;
  district.city = city;
  if (const std::string_view ward = next_word(address); is_named(city, "시") && is_named(ward, "구")) {
    district.ward = ward;
  }
  return district;
}

bool contradict(const District& left, const District& right) {
  if (left.city.empty() || right.city.empty()) return false;
  if (left.province != right.province || left.city != right.city) return true;
  return !left.ward.empty() && !right.ward.empty() && left.ward != right.ward;
}

bool contradict_each_other(const MisplacedPharmacies& neighbours) {
  for (std::size_t left = 0; left < neighbours.size(); ++left) {
    const District district = district_of(neighbours[left]->address);
    for (std::size_t right = left + 1; right < neighbours.size(); ++right) {
      if (contradict(district, district_of(neighbours[right]->address))) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<MisplacedPharmacies> find_wrong_geocodes(const std::vector<std::shared_ptr<const Pharmacy>>& pharmacies) {
  auto sorted = pharmacies;
  std::erase_if(sorted, [](const auto& pharmacy) { return !is_valid(pharmacy->position); });
  std::ranges::sort(sorted, {}, [](const auto& pharmacy) {
    return std::tuple<double, double, const PharmacyId&>(pharmacy->position.latitude, pharmacy->position.longitude,
                                                         pharmacy->id);
  });
  std::vector<MisplacedPharmacies> found;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end =
        std::find_if(begin, sorted.end(), [&](const auto& other) { return other->position != (*begin)->position; });
    if (MisplacedPharmacies neighbours(begin, end); contradict_each_other(neighbours)) {
      found.push_back(std::move(neighbours));
    }
    begin = end;
  }
  return found;
}

}  // namespace pilling::geo
