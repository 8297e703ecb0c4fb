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

struct SummaryRequest {
  std::string_view text{};     ///< an efficacy text
  std::string_view keyword{};  ///< the symptom asked for; empty: the whole text
};

/// What a summary may be expected to cost, which is less than the worst case that a budget sets aside.
struct SummaryCost {
  TokenUsage tokens{};
  std::optional<double> dollars{};  ///< at list prices; nothing for a model without a price
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
  double dollars = 0;   ///< for these, at list prices; 0 for a model without a price
};

/// One text of a batch.
struct BatchEntry {
  std::string id;  ///< 1 to 64 of A-Z a-z 0-9 _ -, each once in a batch
  std::string text;
};

struct BatchStatus {
  std::string id;
  std::string state;  ///< in the service's words, as "in_progress"
  bool is_over = false;
  std::uint64_t total = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  bool operator==(const BatchStatus&) const = default;
};

/// What became of one text.
struct BatchAnswer {
  std::string id;
  std::optional<Summary> summary;
  bool is_replaced = false;  ///< by the extractive summary, since the model's answer did not pass the check
  std::string failure;       ///< why there is no summary; empty without one: the text holds no indication
};

/// Summaries of many texts at once: later, within a day, and at half the price. Thread-safe. All calls throw
/// NetworkError, ServiceError or BadData.
class PILLING_API SummaryBatches {
 public:
  virtual ~SummaryBatches();

  virtual std::size_t maximum_entries() const = 0;  ///< of one batch

  /// Hands over the texts and returns the batch's id. `label` is kept with the batch: `find` it before submitting again
  /// after an error or a crash, since the batch may have been made all the same. Throws InvalidArgument for entries or
  /// a label that are not as described, and Refused when a budget has no room for the worst case.
  virtual std::string submit(std::span<const BatchEntry> entries, std::string_view label, const CallOptions& call) = 0;

  /// The batches that were submitted with this label, newest first, those of former processes included.
  virtual std::vector<BatchStatus> find(std::string_view label, const CallOptions& call) = 0;

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

struct OpenAiOptions {
  std::string base_url = "https://api.openai.com/v1";
  std::string model{};    ///< required: there is no default model
  std::string api_key{};  ///< empty: none is sent
  RetryOptions retry{};   ///< left to the transport when that repeats by itself
};

/// Chat Completions of OpenAI or of any server that speaks like it.
PILLING_API std::shared_ptr<Summarizer> make_openai_summarizer(std::shared_ptr<HttpTransport> http,
                                                               OpenAiOptions options);

}  // namespace pilling
