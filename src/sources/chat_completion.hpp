#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pilling/spending.hpp"
#include "pilling/summarizer.hpp"
#include "sources/summary_check.hpp"

namespace pilling::sources {

/// What a model is asked: rules, and data under them. Both are well-formed UTF-8.
struct ChatQuestion {
  std::string system;
  std::string user;
};

/// The body of a Chat Completions request, as the options of a server want it.
std::string chat_request_body(const OpenAiOptions& options, const ChatQuestion& question);

/// The text as a JSON string. It must be well-formed UTF-8.
std::string json_text(std::string_view text);

/// A reply to a Chat Completions request.
struct ChatReply {
  ModelAnswer answer{};
  std::optional<TokenUsage> usage{};  ///< nothing when the server told none that makes sense
};

/// Throws BadData, naming `service` and never the reply, when it is no such reply at all.
ChatReply read_chat_reply(std::string_view body, const std::string& service);

/// The summary that a model wrote: the one in the JSON that it was asked for, in a fenced block or not, or else the
/// line itself. Without outer blanks. Nothing for JSON of another shape.
std::optional<std::string> summary_in(std::string_view content);

/// Which part of a request a server does not know, as its reply of status 400 or 422 says: "temperature", or nothing
/// when it says nothing of the kind.
std::string_view refused_parameter(std::string_view body);

}  // namespace pilling::sources
