#include "sources/chat_completion.hpp"

#include <cstddef>
#include <simdjson.h>

#include "pilling/error.hpp"
#include "sources/trim.hpp"

namespace pilling::sources {
namespace {

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

}  // namespace pilling::sources
