#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "pilling/http.hpp"

namespace pilling::sources {

/// What a model is asked: a rule and a text under it.
struct ChatQuestion {
  std::string_view model;
  std::string system;
  std::string user;
};

/// The body of a Chat Completions request. All texts must be well-formed UTF-8.
std::string chat_request_body(const ChatQuestion& question);

/// What the model wrote, without outer blanks. Throws BadData, naming `service` and never the reply, when the reply
/// holds no finished text.
std::string read_chat_reply(const std::string& body, const std::string& service);

/// How long a reply asks to wait: `retry-after-ms`, else `retry-after` in seconds.
std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response);

}  // namespace pilling::sources
