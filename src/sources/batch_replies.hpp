#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pilling/summarizer.hpp"
#include "sources/chat_completion.hpp"

namespace pilling::sources {

/// Marks the batches of this library, and tells one job's from another's, in the metadata of a batch.
inline constexpr std::string_view batch_label_key = "pilling_label";

/// A batch, as its server describes it.
struct BatchDocument {
  BatchStatus status{};
  std::string label{};
  std::string output_file{};  ///< empty: none, as when all lines failed
  std::string error_file{};
};

/// All of them throw BadData naming `service`, and never the reply, for what is no such document.
BatchDocument read_batch(std::string_view body, const std::string& service);

struct BatchPage {
  std::vector<BatchDocument> batches{};
  std::string next{};  ///< after which the next page begins; empty: there is none
};
BatchPage read_batch_page(std::string_view body, const std::string& service);

/// The id of a file that was uploaded.
std::string read_file_id(std::string_view body, const std::string& service);

/// What became of one line.
struct BatchLine {
  std::optional<ChatReply> reply{};
  std::string failure{};  ///< why there is none: a status or a code, and nothing else of what the server wrote
  std::string refused_parameter{};  ///< the parameter that the server refused
};

/// By id of the entry.
using BatchLines = std::map<std::string, BatchLine, std::less<>>;

/// Adds the lines of an output or error file. What cannot be read stands for no line; of two with one id, the first
/// with an answer counts.
void read_batch_file(std::string_view body, const std::string& service, BatchLines& lines);

}  // namespace pilling::sources
