#include "sources/openai_summarizer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "sources/openai_batches.hpp"
#include "sources/openai_client.hpp"
#include "sources/summary_check.hpp"
#include "sources/summary_prompt.hpp"
#include "sources/summary_writer.hpp"
#include "sources/trim.hpp"
#include "text/normalize.hpp"

namespace pilling {
namespace sources {
namespace {

// Of Korean text: three tokens for four syllables, as models of 2026 read it or better.
std::uint64_t expected_tokens(std::size_t bytes) { return (bytes + 3) / 4; }

class OpenAiSummarizer final : public Summarizer {
 public:
  OpenAiSummarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options, core::RetryHooks hooks)
      : client_(std::move(http), std::move(options), std::move(hooks)), writer_(client_), batches_(writer_) {}

  std::string maker() const override { return writer_.maker(); }
  bool is_free() const override { return false; }
  SummarizerStats stats() const override { return client_.counts().stats(); }
  SummaryBatches* batches() noexcept override { return client_.given().offers_batches ? &batches_ : nullptr; }

  SummaryCost cost(const SummaryRequest& request, bool is_batch) const override {
    constexpr std::uint64_t usual_output = 100;
    const ChatQuestion question = summary_question(request, client_.options()->answer_form);
    SummaryCost cost;
    cost.tokens.input = expected_tokens(question.system.size() + question.user.size());
    cost.tokens.output = client_.counts().mean_output(usual_output);
    cost.dollars = client_.counts().dollars_for(cost.tokens, client_.today(), is_batch);
    return cost;
  }

  std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) override {
    if (!text::is_valid_utf8(request.text) || !text::is_valid_utf8(request.keyword)) {
      throw InvalidArgument("cannot summarise: the text or the keyword is not valid UTF-8");
    }
    const SummaryRequest asked{.text = trim(request.text), .keyword = trim(request.keyword)};
    if (asked.text.empty()) return std::nullopt;
    // Told to write a word that the text does not have, a model would make up an effect.
    if (!asked.keyword.empty() && !speaks_of(asked.text, asked.keyword)) return std::nullopt;
    std::optional<Summary> extracted = writer_.by_extraction(asked);
    // No answer with the keyword would pass.
    if (!asked.keyword.empty() && !extracted) return std::nullopt;

    const SummaryCheck check(asked.text, asked.keyword, writer_.synonyms());
    if (!check.is_hopeless()) {
      if (auto line = ask(asked, check, call)) return writer_.by_model(*std::move(line));
    }
    client_.counts().add_replaced();
    return extracted;
  }

 private:
  // Nothing when neither the first answer nor the second passes.
  std::optional<std::string> ask(const SummaryRequest& request, const SummaryCheck& check, const CallOptions& call) {
    SummaryCounts& counts = client_.counts();
    SummaryFault fault = SummaryFault::none;
    for (const bool is_last : {false, true}) {
      const ChatReply reply =
          client_.ask([&](AnswerForm form) { return summary_question(request, form, fault); }, call);
      std::string line;
      fault = check.find_fault(reply.answer, line);
      if (fault == SummaryFault::none) {
        counts.add_made();
        return line;
      }
      counts.add_fault(to_string(fault));
      if (!is_last) counts.add_asked_again();
    }
    return std::nullopt;
  }

  OpenAiClient client_;
  SummaryWriter writer_;
  OpenAiBatches batches_;
};

}  // namespace

std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options,
                                                   core::RetryHooks hooks) {
  return std::make_shared<OpenAiSummarizer>(std::move(http), std::move(options), std::move(hooks));
}

}  // namespace sources

std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http, OpenAiOptions options) {
  return sources::make_openai_summarizer(std::move(http), std::move(options), core::default_retry_hooks());
}

}  // namespace pilling
