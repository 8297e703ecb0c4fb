#include "sources/openai_client.hpp"

#include <optional>
#include <utility>

#include "http/reply_advice.hpp"
#include "pilling/error.hpp"
#include "pilling/resilient_transport.hpp"
#include "sources/trim.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

constexpr int ok = 200;

std::string advice_for(const HttpResponse& response, std::optional<std::chrono::milliseconds> retry_after) {
  const int status = response.status;
  if (is_quota_gone(response)) return "; the account's quota is used up, so no waiting helps";
  if (retry_after) return "; try again in " + std::to_string(retry_after->count()) + " ms";
  if (status == 401 || status == 403) return "; check the API key";
  if (status == 404) return "; check the base URL and the model";
  if (status == 429) return "; slow down, or check the account's quota";
  return {};
}

void check(const OpenAiOptions& options) {
  if (options.model.empty()) throw InvalidArgument("name a model: there is no default one");
  for (const std::string* text : {&options.model, &options.reasoning_effort}) {
    if (!text::is_valid_utf8(*text)) throw InvalidArgument("the name of the model or effort is not valid UTF-8");
  }
  if (options.maximum_output_tokens == 0) throw InvalidArgument("a model needs 1 token of output at least");
  const double temperature = options.temperature.value_or(0);
  if (!(temperature >= 0 && temperature <= 2)) throw InvalidArgument("the temperature of a model must be 0 to 2");
  if (!options.budget) return;
  try {
    // Says at once when the budget has no price for the model.
    (void)options.budget->reserve(options.model, {});
  } catch (const Refused&) {
    // Another day may have room.
  }
}

OpenAiOptions tidy(OpenAiOptions options) {
  for (std::string* given : {&options.base_url, &options.model, &options.api_key}) {
    *given = trim(std::string(*given));
  }
  while (options.base_url.ends_with('/')) options.base_url.pop_back();
  check(options);
  return options;
}

// What a server answers when it may have done the work all the same, and been paid for it.
bool may_be_paid(int status) {
  constexpr int request_timeout = 408;
  return (status >= 500 || status == request_timeout) && !core::is_refusal_http_status(status);
}

// An answer that was paid for is worth more than exact counters: when they fail, the worst case stays counted.
void settle(DollarBudget::Reservation& reservation, const std::optional<TokenUsage>& usage) {
  if (!usage) return reservation.keep();
  try {
    reservation.settle(*usage);
  } catch (const Error&) {
    reservation.keep();
  }
}

bool may_name_a_parameter(int status) { return status == 400 || status == 422; }

}  // namespace

OpenAiClient::OpenAiClient(std::shared_ptr<HttpTransport> http, OpenAiOptions options, core::RetryHooks hooks)
    : http_(std::move(http)),
      given_(tidy(std::move(options))),
      service_(http::host_of(given_.base_url) + " (" + given_.model + ")"),
      hooks_(core::complete(std::move(hooks))),
      policy_(core::shared_retry_policy(given_.retry, hooks_)),
      counts_(given_.prices, given_.model),
      options_(std::make_shared<const OpenAiOptions>(given_)) {
  if (!http_) throw InvalidArgument("a summarizer needs an HTTP transport");
  if (http_->repeats()) policy_.options.attempts = 1;
  policy_.service = service_;
}

std::shared_ptr<const OpenAiOptions> OpenAiClient::options() const {
  const std::scoped_lock lock(mutex_);
  return options_;
}

TokenUsage OpenAiClient::worst_case(std::size_t body_bytes) const {
  // No tokenizer makes more tokens than a text has bytes. What a server adds around the messages is little, and less
  // than the JSON around them. To be kept in a prompt cache costs more than to be read.
  const std::uint64_t input = body_bytes;
  return {.input = input, .cache_write = input, .output = given_.maximum_output_tokens};
}

HttpRequest OpenAiClient::make_request(std::string method, const std::string& path) const {
  HttpRequest request{.method = std::move(method), .url = given_.base_url + path, .query = given_.query};
  if (!given_.api_key.empty()) {
    if (given_.key_header == KeyHeader::bearer)
      request.headers.emplace_back("authorization", "Bearer " + given_.api_key);
    if (given_.key_header == KeyHeader::api_key) request.headers.emplace_back("api-key", given_.api_key);
  }
  request.headers.insert(request.headers.end(), given_.headers.begin(), given_.headers.end());
  return request;
}

std::optional<ChatReply> OpenAiClient::try_ask(const std::shared_ptr<const OpenAiOptions>& form,
                                               const ChatQuestion& question, const CallOptions& call) {
  HttpRequest request = make_request("POST", "/chat/completions");
  request.headers.emplace_back("content-type", "application/json");
  request.body = chat_request_body(*form, question);
  request.is_repeatable_when_refused = true;
  core::RetryPolicy policy = policy_;
  policy.is_loss_repeated = false;
  policy.is_transient = [](int status) {
    return core::is_transient_http_status(status) && core::is_refusal_http_status(status);
  };
  std::optional<DollarBudget::Reservation> reservation;
  const HttpResponse response = core::retry(policy, call, hooks_, [&] {
    reservation.reset();
    if (given_.budget) reservation = given_.budget->reserve(given_.model, worst_case(request.body.size()));
    return send_paid(request, reservation, call);
  });
  if (response.status != ok) {
    if (leave_out(refused_parameter(response.body), form)) return std::nullopt;
    refuse(response);
  }
  counts_.add_call();
  try {
    ChatReply reply = read_chat_reply(response.body, service_);
    if (reply.usage) counts_.add_usage(*reply.usage, today(), false);
    if (reservation) settle(*reservation, reply.usage);
    return reply;
  } catch (...) {
    if (reservation) reservation->keep();
    throw;
  }
}

// The reservation stays open after status 200, and after one that may name a parameter.
HttpResponse OpenAiClient::send_paid(const HttpRequest& request, std::optional<DollarBudget::Reservation>& reservation,
                                     const CallOptions& call) {
  const auto assume_paid = [&] {
    counts_.add_call();
    if (reservation) reservation->keep();
  };
  HttpResponse response;
  try {
    response = http_->send(request, call);
  } catch (const NetworkError& error) {
    if (error.may_have_arrived()) assume_paid();
    throw;
  } catch (const Refused&) {
    throw;
  } catch (const InvalidArgument&) {
    throw;
  } catch (...) {
    assume_paid();
    throw;
  }
  if (response.status == ok || may_name_a_parameter(response.status)) return response;
  if (may_be_paid(response.status)) assume_paid();
  refuse(response);
}

bool OpenAiClient::leave_out(std::string_view parameter, const std::shared_ptr<const OpenAiOptions>& used) {
  if (parameter.empty()) return false;
  const std::scoped_lock lock(mutex_);
  if (used != options_) return true;  // another call has done so meanwhile
  auto changed = std::make_shared<OpenAiOptions>(*options_);
  if (parameter == "response_format" && changed->answer_form != AnswerForm::plain) {
    changed->answer_form = AnswerForm::plain;
  } else if (parameter == "temperature" && changed->temperature) {
    changed->temperature.reset();
  } else if (parameter == "seed" && changed->seed) {
    changed->seed.reset();
  } else if (parameter == "reasoning_effort" && !changed->reasoning_effort.empty()) {
    changed->reasoning_effort.clear();
  } else if (parameter.starts_with("max_") && !is_limit_renamed_) {
    is_limit_renamed_ = true;
    const bool was_new = changed->output_limit_name == OutputLimitName::max_completion_tokens;
    changed->output_limit_name = was_new ? OutputLimitName::max_tokens : OutputLimitName::max_completion_tokens;
  } else {
    return false;
  }
  options_ = std::move(changed);
  return true;
}

std::string OpenAiClient::get(const std::string& path, std::vector<std::pair<std::string, std::string>> query,
                              const CallOptions& call) {
  HttpRequest request = make_request("GET", path);
  request.query.insert(request.query.end(), query.begin(), query.end());
  return send_free(request, true, call);
}

std::string OpenAiClient::post(const std::string& path, std::string content_type, std::string body, Again again,
                               const CallOptions& call) {
  HttpRequest request = make_request("POST", path);
  request.headers.emplace_back("content-type", std::move(content_type));
  request.body = std::move(body);
  request.is_repeatable = again == Again::always;
  request.is_repeatable_when_refused = true;
  return send_free(request, request.is_repeatable, call);
}

std::string OpenAiClient::send_free(const HttpRequest& request, bool is_loss_repeated, const CallOptions& call) {
  core::RetryPolicy policy = policy_;
  policy.is_loss_repeated = is_loss_repeated;
  if (!is_loss_repeated) {
    policy.is_transient = [](int status) {
      return core::is_transient_http_status(status) && core::is_refusal_http_status(status);
    };
  }
  return core::retry(policy, call, hooks_, [&] {
    HttpResponse response = http_->send(request, call);
    if (response.status != ok) refuse(response);
    return std::move(response.body);
  });
}

void OpenAiClient::refuse(const HttpResponse& response) const {
  const auto wait = http::retry_after(response, hooks_.utc_now());
  const std::string what =
      service_ + " answered with HTTP status " + std::to_string(response.status) + advice_for(response, wait);
  if (is_quota_gone(response)) throw core::QuotaGone(what, service_, response.status, wait);
  if (!http::should_retry(response).value_or(true)) {
    throw core::FinalServiceError(what, service_, response.status, wait);
  }
  throw ServiceError(what, service_, response.status, wait);
}

}  // namespace pilling::sources
