#include "sources/summary_writer.hpp"

#include <utility>

#include "sources/summary_prompt.hpp"

namespace pilling::sources {

std::string SummaryWriter::maker() const {
  const OpenAiOptions& given = client_.given();
  std::string maker = given.model + '/' + std::string(prompt_version);
  if (!given.reasoning_effort.empty()) maker += '/' + given.reasoning_effort;
  return maker;
}

Summary SummaryWriter::by_model(std::string line) const {
  return {.text = std::move(line), .indications = {}, .maker = maker(), .made_at = now()};
}

std::optional<Summary> SummaryWriter::by_extraction(const SummaryRequest& request) const {
  std::optional<Summary> summary = extractive_->summarize(request, {});
  if (summary) summary->made_at = now();
  return summary;
}

}  // namespace pilling::sources
