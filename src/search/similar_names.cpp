#include "search/similar_names.hpp"

#include <algorithm>

namespace pilling::search {
namespace {

constexpr std::uint32_t equally_near = 10;  // of the cost

std::string_view brand_of(const RankedName& ranked) {
  const KeySpan brand = ranked.names->brand(ranked.item);
  return {reinterpret_cast<const char*>(ranked.names->keys() + brand.begin), brand.end - brand.begin};
}

}  // namespace

bool SimilarNames::is_near(const RankedName& one) const {
  return one.tier == nearest_.tier && one.cost <= nearest_.cost + equally_near;
}

void SimilarNames::add(const RankedName& one) {
  all_.add(one);
  const bool is_first = nearest_.names == nullptr;
  if (is_first || one.tier < nearest_.tier || (one.tier == nearest_.tier && one.cost < nearest_.cost)) nearest_ = one;
  if (is_near(one)) near_.try_emplace(brand_of(one), limit_).first->second.add(one);
}

std::vector<RankedName> SimilarNames::in_turn() {
  std::vector<std::vector<RankedName>> brands;
  for (auto& [brand, best] : near_) {
    std::vector<RankedName> names = best.sorted();
    std::erase_if(names, [this](const RankedName& name) { return !is_near(name); });
    if (!names.empty()) brands.push_back(std::move(names));
  }
  std::ranges::sort(brands, [](const auto& one, const auto& other) { return one.front() < other.front(); });
  std::vector<RankedName> result;
  for (std::size_t turn = 0; result.size() < limit_; ++turn) {
    const std::size_t before = result.size();
    for (const auto& names : brands) {
      if (turn >= names.size()) continue;
      result.push_back(names[turn]);
      result.back().cost = nearest_.cost;
    }
    if (result.size() == before) break;
  }
  for (const RankedName& one : all_.sorted()) {
    if (!is_near(one)) result.push_back(one);
  }
  return result;
}

}  // namespace pilling::search
