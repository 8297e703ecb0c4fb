#pragma once

#include <memory>
#include <optional>
#include <string>

#include "pilling/summarizer.hpp"
#include "sources/openai_client.hpp"
#include "sources/summary_check.hpp"
#include "sources/summary_synonyms.hpp"

namespace pilling::sources {

/// What single summaries and those of batches have in common: who made them, and what stands in when no answer passes.
/// Thread-safe.
class SummaryWriter {
 public:
  explicit SummaryWriter(OpenAiClient& client)
      : client_(client), extractive_(make_extractive_summarizer()), synonyms_(Synonyms::bundled()) {}

  OpenAiClient& client() noexcept { return client_; }
  const OpenAiClient& client() const noexcept { return client_; }
  const Synonyms& synonyms() const noexcept { return synonyms_; }

  /// Of the model, with its prompts. What is left out because the server refuses it does not count.
  std::string maker() const;

  Summary by_model(std::string line) const;

  /// Nothing when the text holds no indication, or none with the keyword.
  std::optional<Summary> by_extraction(const SummaryRequest& request) const;

 private:
  std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(client_.now()); }

  OpenAiClient& client_;
  std::shared_ptr<Summarizer> extractive_;
  const Synonyms synonyms_;
};

}  // namespace pilling::sources
