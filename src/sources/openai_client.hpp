#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/retry.hpp"
#include "pilling/summarizer.hpp"
#include "sources/chat_completion.hpp"
#include "sources/summary_counts.hpp"

namespace pilling::sources {

/// A server that speaks like OpenAI's: what it wants in a request, what may be sent to it again, and what it costs.
/// Thread-safe.
class OpenAiClient {
 public:
  /// Throws InvalidArgument for options that make no sense.
  OpenAiClient(std::shared_ptr<HttpTransport> http, OpenAiOptions options, core::RetryHooks hooks);

  /// Those that were given, but for what the server has refused since.
  std::shared_ptr<const OpenAiOptions> options() const;

  const OpenAiOptions& given() const noexcept { return given_; }

  const std::string& service() const noexcept { return service_; }  ///< for messages
  SummaryCounts& counts() noexcept { return counts_; }
  const SummaryCounts& counts() const noexcept { return counts_; }
  std::chrono::system_clock::time_point now() const { return hooks_.utc_now(); }
  std::chrono::year_month_day today() const { return std::chrono::floor<std::chrono::days>(now()); }

  /// Asks the model, with the question in the form of the options that hold then. Sets the worst case aside before,
  /// settles and counts it after. Throws as `Summarizer::summarize`.
  template <class MakeQuestion>
  ChatReply ask(const MakeQuestion& make_question, const CallOptions& call) {
    while (true) {
      const std::shared_ptr<const OpenAiOptions> form = options();
      if (auto reply = try_ask(form, make_question(form->answer_form), call)) return *std::move(reply);
    }
  }

  /// The worst case of a request with this body.
  TokenUsage worst_case(std::size_t body_bytes) const;

  enum class Again { always, when_refused };
  /// What came with HTTP status 200. Throws otherwise.
  std::string get(const std::string& path, std::vector<std::pair<std::string, std::string>> query,
                  const CallOptions& call);
  std::string post(const std::string& path, std::string content_type, std::string body, Again again,
                   const CallOptions& call);

  /// Leaves out from now on what the server does not know. False when there is nothing to leave out. `used` are the
  /// options of the refused request.
  bool leave_out(std::string_view parameter, const std::shared_ptr<const OpenAiOptions>& used);

 private:
  // Nothing when the server refused a part of it that can be left out.
  std::optional<ChatReply> try_ask(const std::shared_ptr<const OpenAiOptions>& form, const ChatQuestion& question,
                                   const CallOptions& call);
  HttpResponse send_paid(const HttpRequest& request, std::optional<DollarBudget::Reservation>& reservation,
                         const CallOptions& call);
  HttpRequest make_request(std::string method, const std::string& path) const;
  std::string send_free(const HttpRequest& request, bool is_loss_repeated, const CallOptions& call);
  [[noreturn]] void refuse(const HttpResponse& response) const;

  std::shared_ptr<HttpTransport> http_;
  const OpenAiOptions given_;
  std::string service_;
  core::RetryHooks hooks_;
  core::RetryPolicy policy_;
  SummaryCounts counts_;
  mutable std::mutex mutex_;
  std::shared_ptr<const OpenAiOptions> options_;
  bool is_limit_renamed_ = false;
};

}  // namespace pilling::sources
