#include "sources/chat_completion.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <simdjson.h>
#include <system_error>

#include "pilling/error.hpp"
#include "sources/trim.hpp"

namespace pilling::sources {
namespace {

using std::chrono::milliseconds;

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

// A whole number at the beginning; a fraction after it counts as one more. Nothing for a date.
std::optional<std::uint32_t> number_rounded_up(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (!rest.empty() && (rest.front() != '.' || rest.find_first_not_of(".0123456789") != std::string_view::npos)) {
    return std::nullopt;
  }
  const bool has_fraction = rest.find_first_of("123456789") != std::string_view::npos;
  return has_fraction && number < UINT32_MAX ? number + 1 : number;
}

}  // namespace

std::string chat_request_body(const ChatQuestion& question) {
  std::string json = "{\"model\":" + json_text(question.model) + ",\"temperature\":0,\"messages\":[";
  json += "{\"role\":\"system\",\"content\":" + json_text(question.system) + "},";
  json += "{\"role\":\"user\",\"content\":" + json_text(question.user) + "}]}";
  return json;
}

std::string read_chat_reply(const std::string& body, const std::string& service) {
  simdjson::dom::parser parser;
  simdjson::dom::element reply;
  if (parser.parse(body).get(reply)) throw BadData(service + " answered with something that is not JSON", service);
  const auto choice = reply["choices"].at(0);
  std::string_view finish_reason;
  std::string_view content;
  if (choice["finish_reason"].get(finish_reason) || finish_reason != "stop") {
    throw BadData(service + " did not finish its answer", service);
  }
  if (choice["message"]["content"].get(content) || trim(content).empty()) {
    throw BadData(service + " gave an empty answer", service);
  }
  return std::string(trim(content));
}

std::optional<milliseconds> retry_after(const HttpResponse& response) {
  if (const auto exact = number_rounded_up(response.header("retry-after-ms"))) return milliseconds(*exact);
  if (const auto coarse = number_rounded_up(response.header("retry-after"))) return std::chrono::seconds(*coarse);
  return std::nullopt;
}

}  // namespace pilling::sources
