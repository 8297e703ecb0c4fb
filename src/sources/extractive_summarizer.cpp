#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/summarizer.hpp"
#include "sources/indications.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace {

// What fits beside a name on one line of a phone or a shell.
constexpr std::size_t line_characters = 60;

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

// Whole indications only, and at least the first.
std::string make_line(const std::vector<std::string>& indications, std::size_t count) {
  std::string line = indications.front();
  for (std::size_t i = 1; i < count; ++i) {
    const std::string longer = line + ", " + indications[i];
    if (character_count(longer) > line_characters) break;
    line = longer;
  }
  return line;
}

// Moves the indications that hold the keyword to the front and says how many there are.
std::size_t bring_forward(std::vector<std::string>& indications, const std::string& keyword) {
  const auto rest = std::ranges::stable_partition(indications, [&](const std::string& indication) {
    return text::normalize(indication).text.find(keyword) != std::string::npos;
  });
  return indications.size() - rest.size();
}

class ExtractiveSummarizer final : public Summarizer {
 public:
  std::string maker() const override { return "extractive/1"; }
  bool is_free() const override { return true; }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions&) override {
    if (!text::is_valid_utf8(request.text) || !text::is_valid_utf8(request.keyword)) {
      throw InvalidArgument("cannot summarise: the text or the keyword is not valid UTF-8");
    }
    const std::string folded = sources::fold_blanks(request.text);
    Summary summary{.text = {}, .indications = {}, .maker = maker(), .made_at = {}};
    for (const std::string_view indication : sources::find_indications(folded)) {
      summary.indications.emplace_back(indication);
    }
    std::size_t count = summary.indications.size();
    if (!request.keyword.empty()) {
      const std::string keyword = text::normalize(request.keyword).text;
      count = keyword.empty() ? 0 : bring_forward(summary.indications, keyword);
    }
    if (count == 0) return std::nullopt;
    summary.text = make_line(summary.indications, count);
    return summary;
  }
};

}  // namespace

std::shared_ptr<Summarizer> make_extractive_summarizer() { return std::make_shared<ExtractiveSummarizer>(); }

}  // namespace pilling
