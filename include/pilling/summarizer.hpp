#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/http.hpp"
#include "pilling/medicine.hpp"
#include "pilling/retry.hpp"

namespace pilling {

struct SummaryRequest {
  std::string_view text{};     ///< an efficacy text
  std::string_view keyword{};  ///< the symptom asked for; empty: the whole text
};

/// Writes what a text says in few words. Implementations are thread-safe.
class PILLING_API Summarizer {
 public:
  virtual ~Summarizer();

  /// What `Summary::maker` will say. Changes whenever the same text may give another summary.
  virtual std::string maker() const = 0;

  /// Whether it answers at once and at no cost, so that it need not be cached.
  virtual bool is_free() const = 0;

  /// Nothing when the text holds no indication, or does not speak of the keyword, as of one without a letter or
  /// digit. Throws NetworkError, ServiceError or BadData, and InvalidArgument for a request that is not UTF-8.
  virtual std::optional<Summary> summarize(const SummaryRequest& request, const CallOptions& call) = 0;
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
