#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/http.hpp"
#include "pilling/medicine.hpp"
#include "pilling/retry.hpp"
#include "pilling/spending.hpp"

namespace pilling {

/// What a Summarizer is asked for. The texts need only live as long as the call.
struct SummaryRequest {
  std::string_view text{};     ///< an efficacy text
  std::string_view keyword{};  ///< the symptom asked for; empty: the whole text
};

/// What a summary may be expected to cost, which is less than the worst case that a budget sets aside.
struct SummaryCost {
  TokenUsage tokens{};
  std::optional<double> dollars{};  ///< US dollars at list prices; nothing for a model without a price
  bool operator==(const SummaryCost&) const = default;
};

/// Of one summarizer since it was made.
struct SummarizerStats {
  std::uint64_t calls = 0;        ///< that a model answered or may have answered, the lines of batches included
  std::uint64_t made = 0;         ///< summaries that a model wrote and that passed the check
  std::uint64_t asked_again = 0;  ///< since the first answer did not pass
  std::uint64_t replaced = 0;     ///< by the extractive summary, or by none, since no answer passed
  /// How many answers did not pass, by reason: "language", "length", "unfinished", "refusal", "keyword", "grounding"
  /// and others. In alphabetical order.
  std::vector<std::pair<std::string, std::uint64_t>> faults{};
  TokenUsage tokens{};  ///< as far as replies told
  double dollars = 0;   ///< US dollars for these, at list prices; 0 for a model without a price
};

/// One text of a batch.
struct BatchEntry {
  std::string id;    ///< 1 to 64 of A-Z a-z 0-9 _ -, each once in a batch
  std::string text;  ///< an efficacy text
};

/// How far a batch is.
struct BatchStatus {
  std::string id;     ///< that `submit` gave
  std::string state;  ///< in the service's words, as "in_progress"
  bool is_over = false;
  std::uint64_t total = 0;      ///< texts
  std::uint64_t completed = 0;  ///< of these, answered
  std::uint64_t failed = 0;     ///< of these
  bool operator==(const BatchStatus&) const = default;
};

/// What became of one text.
struct BatchAnswer {
  std::string id;  ///< of its BatchEntry
  std::optional<Summary> summary{};
  bool is_replaced = false;  ///< by the extractive summary, since the model's answer did not pass the check
  std::string failure{};     ///< why there is no summary; empty without one: the text holds no indication
};

/// Summaries of many texts at once: later, within a day, and at half the price. Thread-safe. All calls throw
/// NetworkError, ServiceError or BadData.
class PILLING_API SummaryBatches {
 public:
  virtual ~SummaryBatches();

  virtual std::size_t maximum_entries() const = 0;  ///< of one batch

  /// Hands over the texts and returns the batch's id. `label` is kept with the batch: `find` it before submitting again
  /// after an error or a crash, since the batch may have been made all the same. Throws InvalidArgument for entries
  /// that are not as described or too long together, a label that is not 1 to 512 bytes of UTF-8, and Refused when a
  /// budget has no room for the worst case.
  virtual std::string submit(std::span<const BatchEntry> entries, std::string_view label, const CallOptions& call) = 0;

  /// The batches that were submitted with this label, newest first, those of former processes included.
  virtual std::vector<BatchStatus> find(std::string_view label, const CallOptions& call) = 0;

  /// How far it is now.
  virtual BatchStatus status(const std::string& id, const CallOptions& call) = 0;

  /// One answer for each entry, in their order, each checked as a single one is; the entries are those that were
  /// submitted. A batch that expired or was cancelled holds some answers, too. Throws InvalidArgument while it is not
  /// over. What it cost is counted by the first call of this object.
  virtual std::vector<BatchAnswer> answers(const std::string& id, std::span<const BatchEntry> entries,
                                           const CallOptions& call) = 0;

  /// What is done already stays and is paid for. Is over some minutes later.
  virtual void cancel(const std::string& id, const CallOptions& call) = 0;
};

/// Writes what a text says in few words. Implementations are thread-safe.
class PILLING_API Summarizer {
 public:
  virtual ~Summarizer();

  /// What `Summary::maker` will say, of what it wrote itself. Changes whenever the same text may give another summary.
  virtual std::string maker() const = 0;

  /// Whether it answers at once and at no cost, so that it need not be cached.
  virtual bool is_free() const = 0;

  /// Nothing when the text holds no indication, or does not speak of the keyword, as of one without a letter or
  /// digit. Throws NetworkError, ServiceError or BadData, InvalidArgument for a request that is not UTF-8, and Refused
  /// when a budget has no room.
  virtual std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) = 0;

  /// What that may be expected to cost. Sends nothing. Nothing at all unless overridden.
  virtual SummaryCost cost(const SummaryRequest& request, bool is_batch) const;

  /// Nothing at all unless overridden.
  virtual SummarizerStats stats() const;

  /// Null when it has none, as unless overridden. Lives as long as the summarizer.
  virtual SummaryBatches* batches() noexcept;
};

/// Reads the indications out of texts like "이 약은 A, B, C의 완화에 사용합니다". Every word of the summary is a word
/// of the text, and no bracket is cut; a list that would say something else in parts stays together. With a keyword,
/// the indications that contain it come first and stand alone in the line. `made_at` stays 0, so that the same text
/// always gives the same summary.
PILLING_API std::shared_ptr<Summarizer> make_extractive_summarizer();

/// How servers that speak like OpenAI's want their key.
enum class KeyHeader {
  bearer,   ///< `Authorization: Bearer KEY`
  api_key,  ///< `api-key: KEY`, as Azure does
};

/// What servers call the limit of an answer.
enum class OutputLimitName {
  max_completion_tokens,  ///< OpenAI, Azure, vLLM
  max_tokens,             ///< Ollama and llama.cpp, which do not know the other
};

/// The form in which an answer is asked for.
enum class AnswerForm {
  json_schema,  ///< structured outputs, strict
  json_object,  ///< any JSON, whose shape the prompt tells
  plain,        ///< a line
};

/// How a server that speaks like OpenAI's is asked.
struct OpenAiOptions {
  /// Up to where `/chat/completions` follows, with or without a slash at the end.
  std::string base_url = "https://api.openai.com/v1";
  std::string model{};    ///< required: there is no default model. Azure: the name of the deployment
  std::string api_key{};  ///< empty: none is sent
  RetryOptions retry{};   ///< left to the transport when that repeats by itself
  std::vector<std::pair<std::string, std::string>> headers{};  ///< more of them; may be secret, never logged
  std::vector<std::pair<std::string, std::string>> query{};    ///< as Azure's dated `api-version`; as above
  KeyHeader key_header = KeyHeader::bearer;
  OutputLimitName output_limit_name = OutputLimitName::max_completion_tokens;
  /// What the model thinks to itself counts, too: a summary needs 50, but one that was not finished is paid and of no
  /// use. It is part of the worst case that a budget sets aside.
  std::uint32_t maximum_output_tokens = 1'000;
  /// A server that refuses it is asked for plain answers from then on; of other options that it refuses, those that it
  /// can do without are left out from then on.
  AnswerForm answer_form = AnswerForm::json_schema;
  std::string reasoning_effort{};       ///< "low" and the like; empty: none is sent
  std::optional<double> temperature{};  ///< 0 to 2. Models that reason refuse it; 0 makes the others repeat themselves
  std::optional<std::int64_t> seed{};   ///< for servers that then answer the same again, as far as they can
  bool offers_batches = true;           ///< the server has OpenAI's Files and Batch API
  /// None: no ceiling. The worst case of each request is set aside before it is sent.
  std::shared_ptr<DollarBudget> budget{};
  ModelPrices prices = ModelPrices::bundled();  ///< of `cost` and `stats`; a budget has its own
};

/// OpenAI itself.
PILLING_API OpenAiOptions openai_options(std::string model, std::string api_key);

/// Azure's "v1" API: `base_url` is `https://RESOURCE.openai.azure.com/openai/v1`, `deployment` the name of a
/// deployment. Without batches, which need a deployment of their own: set `offers_batches` for one. Put what the
/// deployment's model costs under the deployment's name into `prices` and the budget.
PILLING_API OpenAiOptions azure_options(std::string base_url, std::string deployment, std::string api_key);

/// A server of one's own, at its usual port unless told otherwise. `api_key` is what it was started with, if anything.
///@{
PILLING_API OpenAiOptions vllm_options(std::string model, std::string base_url = "http://localhost:8000/v1",
                                       std::string api_key = {});
PILLING_API OpenAiOptions ollama_options(std::string model, std::string base_url = "http://localhost:11434/v1");
PILLING_API OpenAiOptions llama_cpp_options(std::string model, std::string base_url = "http://localhost:8080/v1",
                                            std::string api_key = {});
///@}

/// Chat Completions of OpenAI or of any server that speaks like it. No answer is kept or shown unchecked: it must be a
/// short Korean line, whole, no refusal, hold the keyword, and say nothing that the text does not say. One that does
/// not pass is asked for once more, and then replaced by the extractive summary, whose maker is named. Text is data:
/// instructions in it change nothing.
///
/// A request whose reply was lost may have been paid, so it is not repeated by itself; one that was refused is. Throws
/// InvalidArgument for options that make no sense.
PILLING_API std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http,
                                                               OpenAiOptions options);

}  // namespace pilling
