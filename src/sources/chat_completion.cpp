#include "sources/chat_completion.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <simdjson.h>

#include "pilling/error.hpp"
#include "sources/trim.hpp"

namespace pilling::sources {
namespace {

using simdjson::dom::element;

// By one member, since a server may be asked for one thing only: the line.
constexpr std::string_view schema_form =
    R"({"type":"json_schema","json_schema":{"name":"summary","strict":true,"schema":{"type":"object",)"
    R"("additionalProperties":false,"required":["summary"],"properties":{"summary":{"type":"string"}}}}})";
constexpr std::string_view object_form = R"({"type":"json_object"})";

std::string number_text(double number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), end};
}

std::string_view text_at(const simdjson::simdjson_result<element>& value) {
  std::string_view text;
  return value.get(text) ? std::string_view() : text;
}

// A reply may name any number: a budget must not be upset by one that no model can have used.
std::optional<std::uint64_t> count_at(const simdjson::simdjson_result<element>& value) {
  constexpr std::uint64_t most = 1'000'000'000;
  std::uint64_t count = 0;
  if (value.get(count) || count > most) return std::nullopt;
  return count;
}

std::optional<TokenUsage> read_usage(const simdjson::simdjson_result<element>& usage) {
  const auto input = count_at(usage["prompt_tokens"]);
  const auto output = count_at(usage["completion_tokens"]);
  if (!input || !output) return std::nullopt;
  TokenUsage used{.input = *input, .output = *output};
  used.cached_input = count_at(usage["prompt_tokens_details"]["cached_tokens"]).value_or(0);
  used.cache_write = count_at(usage["prompt_tokens_details"]["cache_write_tokens"]).value_or(0);
  // These are part of the input; what says otherwise is not believed.
  if (used.cached_input + used.cache_write > used.input) used.cached_input = used.cache_write = 0;
  return used;
}

// Models that think aloud may leave their thoughts before the answer.
std::string_view without_thoughts(std::string_view content) {
  constexpr std::string_view end = "</think>";
  const std::size_t found = content.rfind(end);
  return found == std::string_view::npos ? content : content.substr(found + end.size());
}

std::string_view in_fence(std::string_view content) {
  constexpr std::string_view fence = "```";
  const std::size_t open = content.find(fence);
  if (open == std::string_view::npos) return content;
  const std::size_t line_end = content.find('\n', open);
  const std::size_t close = content.find(fence, open + fence.size());
  if (line_end == std::string_view::npos || close == std::string_view::npos || close < line_end) return content;
  return content.substr(line_end + 1, close - line_end - 1);
}

}  // namespace

std::string json_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (json += '\\') += c;
    } else if (byte < 0x20) {
      ((json += "\\u00") += digits[byte >> 4U]) += digits[byte & 0x0fU];
    } else {
      json += c;
    }
  }
  return json += '"';
}

std::string chat_request_body(const OpenAiOptions& options, const ChatQuestion& question) {
  std::string json = "{\"model\":" + json_text(options.model);
  if (options.temperature) json += ",\"temperature\":" + number_text(*options.temperature);
  if (options.seed) json += ",\"seed\":" + std::to_string(*options.seed);
  if (!options.reasoning_effort.empty()) json += ",\"reasoning_effort\":" + json_text(options.reasoning_effort);
  const bool is_new = options.output_limit_name == OutputLimitName::max_completion_tokens;
  json += is_new ? ",\"max_completion_tokens\":" : ",\"max_tokens\":";
  json += std::to_string(options.maximum_output_tokens);
  if (options.answer_form != AnswerForm::plain) {
    (json += ",\"response_format\":") += options.answer_form == AnswerForm::json_schema ? schema_form : object_form;
  }
  json += ",\"messages\":[{\"role\":\"system\",\"content\":" + json_text(question.system) + "},";
  json += "{\"role\":\"user\",\"content\":" + json_text(question.user) + "}]}";
  return json;
}

ChatReply read_chat_reply(std::string_view body, const std::string& service) {
  simdjson::dom::parser parser;
  element reply;
  if (parser.parse(body.data(), body.size()).get(reply)) {
    throw BadData(service + " answered with something that is not JSON", service);
  }
  const auto choice = reply["choices"].at(0);
  element message;
  if (choice["message"].get(message) || !message.is_object()) {
    throw BadData(service + " answered with something that holds no message of a model", service);
  }
  return {.answer = {.content = std::string(text_at(message["content"])),
                     .refusal = std::string(text_at(message["refusal"])),
                     .finish_reason = std::string(text_at(choice["finish_reason"]))},
          .usage = read_usage(reply["usage"])};
}

std::optional<std::string> summary_in(std::string_view content) {
  content = trim(in_fence(without_thoughts(content)));
  if (!content.starts_with('{')) return std::string(content);
  simdjson::dom::parser parser;
  element answer;
  std::string_view summary;
  if (parser.parse(content.data(), content.size()).get(answer) || answer["summary"].get(summary)) return std::nullopt;
  return std::string(trim(summary));
}

std::string_view refused_parameter(std::string_view body) {
  constexpr std::size_t longest_error = 16'384;
  static constexpr auto parameters = std::to_array<std::string_view>(
      {"response_format", "temperature", "max_completion_tokens", "max_tokens", "reasoning_effort", "seed"});
  simdjson::dom::parser parser;
  element reply;
  if (body.size() > longest_error || parser.parse(body.data(), body.size()).get(reply)) return {};
  // OpenAI names it, others only speak of it; in either shape of an error.
  element error = reply;
  if (reply["error"].get(error)) error = reply;
  const std::string_view named = error.is_object() ? text_at(error["param"]) : std::string_view();
  const std::string_view message = error.is_string() ? std::string_view(error) : text_at(error["message"]);
  for (const std::string_view parameter : parameters) {
    if (named.starts_with(parameter)) return parameter;
  }
  if (!named.empty()) return {};
  for (const std::string_view parameter : parameters) {
    if (message.find(parameter) != std::string_view::npos) return parameter;
  }
  return {};
}

}  // namespace pilling::sources
