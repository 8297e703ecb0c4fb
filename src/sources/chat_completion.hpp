#pragma once

#include <string>
#include <string_view>

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

}  // namespace pilling::sources
