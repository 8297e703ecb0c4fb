#include "symptom_baselines.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::bench {
namespace {

template <typename Use>
void for_each_pair(std::string_view text, Use use) {
  const std::string form = text::normalize(text).text;
  char32_t previous = 0;
  for (std::size_t at = 0; at < form.size();) {
    const text::Character character = text::decode(form, at);
    if (previous != 0) use(std::uint64_t{previous} << 32 | character.value);
    previous = character.value;
    at += character.size;
  }
}

}  // namespace

std::vector<std::size_t> scan_for_words(const Medicines& medicines, std::string_view phrase, std::size_t limit) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < medicines.size() && found.size() < limit; ++i) {
    bool holds_all = true;
    for (std::size_t begin = 0; begin < phrase.size() && holds_all;) {
      const std::size_t end = std::min(phrase.find(' ', begin), phrase.size());
      holds_all = medicines[i]->efficacy.find(phrase.substr(begin, end - begin)) != std::string::npos;
      begin = end + 1;
    }
    if (holds_all) found.push_back(i);
  }
  return found;
}

PairIndex::PairIndex(const Medicines& medicines) {
  double total = 0;
  for (std::uint32_t i = 0; i < medicines.size(); ++i) {
    double length = 0;
    for_each_pair(medicines[i]->efficacy, [&](std::uint64_t pair) {
      std::vector<Posting>& posting = postings_[pair];
      if (posting.empty() || posting.back().medicine != i) posting.push_back({.medicine = i, .count = 0});
      ++posting.back().count;
      ++length;
    });
    lengths_.push_back(length);
    total += length;
  }
  const double mean = std::max(total / static_cast<double>(std::max<std::size_t>(lengths_.size(), 1)), 1.0);
  for (double& length : lengths_) length /= mean;
}

std::vector<std::size_t> PairIndex::search(std::string_view phrase, std::size_t limit) const {
  std::vector<double> scores(lengths_.size());
  std::vector<std::uint32_t> touched;
  for_each_pair(phrase, [&](std::uint64_t pair) {
    const auto posting = postings_.find(pair);
    if (posting == postings_.end()) return;
    const auto all = static_cast<double>(lengths_.size());
    const auto holding = static_cast<double>(posting->second.size());
    const double weight = std::log(1 + (all - holding + 0.5) / (holding + 0.5));
    for (const auto& [medicine, count] : posting->second) {
      if (scores[medicine] == 0) touched.push_back(medicine);
      const auto times = static_cast<double>(count);
      scores[medicine] += weight * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * lengths_[medicine]));
    }
  });
  const std::size_t count = std::min(limit, touched.size());
  std::ranges::partial_sort(touched, touched.begin() + static_cast<std::ptrdiff_t>(count), {},
                            [&](std::uint32_t medicine) { return std::pair(-scores[medicine], medicine); });
  return {touched.begin(), touched.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace pilling::bench
