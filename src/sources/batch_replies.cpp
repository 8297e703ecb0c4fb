#include "sources/batch_replies.hpp"

#include <algorithm>
#include <array>
#include <simdjson.h>
#include <utility>

#include "pilling/error.hpp"
#include "sources/indication_words.hpp"

namespace pilling::sources {
namespace {

using simdjson::dom::element;
using Value = simdjson::simdjson_result<element>;

constexpr int ok = 200;

std::string text_at(const Value& value) {
  std::string_view text;
  return value.get(text) ? std::string() : std::string(text);
}

std::uint64_t count_at(const Value& value) {
  std::uint64_t count = 0;
  return value.get(count) ? 0 : count;
}

element parse(simdjson::dom::parser& parser, std::string_view body, const std::string& service) {
  element document;
  if (parser.parse(body.data(), body.size()).get(document)) {
    throw BadData(service + " answered with something that is not JSON", service);
  }
  return document;
}

BatchDocument read_document(const element& batch, const std::string& service) {
  constexpr auto ends = std::to_array<std::string_view>({"completed", "failed", "expired", "cancelled"});
  BatchDocument document{.status = {.id = text_at(batch["id"]), .state = text_at(batch["status"])},
                         .label = text_at(batch["metadata"][batch_label_key]),
                         .output_file = text_at(batch["output_file_id"]),
                         .error_file = text_at(batch["error_file_id"])};
  BatchStatus& status = document.status;
  if (status.id.empty() || status.state.empty()) {
    throw BadData(service + " answered with something that is not a batch", service);
  }
  status.is_over = words::any_is(status.state, ends);
  status.total = count_at(batch["request_counts"]["total"]);
  status.completed = count_at(batch["request_counts"]["completed"]);
  status.failed = count_at(batch["request_counts"]["failed"]);
  return document;
}

// A code is a word; anything else may be a message, which may repeat the account's name.
std::string code_in_words(const std::string& code) {
  constexpr std::size_t longest = 64;
  const bool is_code = !code.empty() && code.size() <= longest && std::ranges::all_of(code, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  return is_code ? code : "an unknown error";
}

BatchLine read_line(const element& line, const std::string& service) {
  BatchLine read;
  element response;
  if (line["response"].get(response) || !response.is_object()) {
    read.failure = "the service did not run it: " + code_in_words(text_at(line["error"]["code"]));
    return read;
  }
  const std::uint64_t status = count_at(response["status_code"]);
  element body;
  if (response["body"].get(body)) {
    read.failure = "the service answered it with nothing";
    return read;
  }
  const std::string text = simdjson::minify(body);
  if (status != ok) {
    read.failure = "the service answered it with HTTP status " + std::to_string(status);
    read.refused_parameter = refused_parameter(text);
    return read;
  }
  try {
    read.reply = read_chat_reply(text, service);
  } catch (const BadData& error) {
    read.failure = error.what();
  }
  return read;
}

}  // namespace

BatchDocument read_batch(std::string_view body, const std::string& service) {
  simdjson::dom::parser parser;
  return read_document(parse(parser, body, service), service);
}

BatchPage read_batch_page(std::string_view body, const std::string& service) {
  simdjson::dom::parser parser;
  const element page = parse(parser, body, service);
  simdjson::dom::array batches;
  if (page["data"].get(batches)) throw BadData(service + " answered with something that lists no batches", service);
  BatchPage read;
  for (const element batch : batches) read.batches.push_back(read_document(batch, service));
  bool has_more = false;
  if (page["has_more"].get(has_more)) has_more = false;
  if (has_more && !read.batches.empty()) read.next = read.batches.back().status.id;
  return read;
}

std::string read_file_id(std::string_view body, const std::string& service) {
  simdjson::dom::parser parser;
  std::string id = text_at(parse(parser, body, service)["id"]);
  if (id.empty()) throw BadData(service + " answered an upload with something that names no file", service);
  return id;
}

void read_batch_file(std::string_view body, const std::string& service, BatchLines& lines) {
  simdjson::dom::parser parser;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view text = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    element line;
    if (parser.parse(text.data(), text.size()).get(line) || !line.is_object()) continue;
    const std::string id = text_at(line["custom_id"]);
    if (id.empty()) continue;
    BatchLine read = read_line(line, service);
    const auto [known, is_new] = lines.try_emplace(id);
    if (is_new || (!known->second.reply && read.reply)) known->second = std::move(read);
  }
}

}  // namespace pilling::sources
