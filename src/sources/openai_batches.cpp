#include "sources/openai_batches.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "pilling/error.hpp"
#include "sources/summary_prompt.hpp"
#include "text/fingerprint.hpp"
#include "text/normalize.hpp"

namespace pilling::sources {
namespace {

constexpr std::size_t most_entries = 50'000;
constexpr std::size_t most_bytes = 200'000'000;
// Of metadata.
constexpr std::size_t longest_label = 512;
constexpr std::size_t longest_id = 64;

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void check(std::span<const BatchEntry> entries) {
  if (entries.empty()) throw InvalidArgument("a batch needs 1 text at least");
  if (entries.size() > most_entries) {
    throw InvalidArgument("a batch holds " + std::to_string(most_entries) + " texts at most, not " +
                          std::to_string(entries.size()));
  }
  std::unordered_set<std::string_view> ids;
  for (const BatchEntry& entry : entries) {
    const bool is_id =
        !entry.id.empty() && entry.id.size() <= longest_id && std::ranges::all_of(entry.id, &is_id_character);
    if (!is_id) throw InvalidArgument("the id of a text in a batch is 1 to 64 of A-Z a-z 0-9 _ -");
    if (!ids.insert(entry.id).second) throw InvalidArgument("two texts of a batch have the id " + entry.id);
    if (!text::is_valid_utf8(entry.text)) throw InvalidArgument("text " + entry.id + " is not valid UTF-8");
  }
}

void check_label(std::string_view label) {
  if (label.empty() || label.size() > longest_label || !text::is_valid_utf8(label)) {
    throw InvalidArgument("the label of a batch is 1 to 512 bytes of UTF-8");
  }
}

// An id as a part of a path, whatever a server puts into it.
std::string in_path(std::string_view id) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_id_character(c)) {
      escaped += c;
    } else {
      ((escaped += '%') += digits[byte >> 4U]) += digits[byte & 0x0fU];
    }
  }
  return escaped;
}

using Money = std::vector<DollarBudget::Reservation>;

// The sum of more than that would be priced as one long prompt.
constexpr std::uint64_t most_tokens_at_once = 200'000;

void keep(Money& money) {
  for (DollarBudget::Reservation& reservation : money) reservation.keep();
}

// What is left over comes back.
void settle(Money& money, const std::vector<TokenUsage>& used) {
  std::size_t next = 0;
  TokenUsage sum;
  const auto settle_sum = [&] {
    if (next == money.size()) return;
    try {
      money[next++].settle(sum);
    } catch (const Error&) {
      // Counters that cannot be used keep it as spent, which is the safe side.
    }
    sum = {};
  };
  for (const TokenUsage& one : used) {
    sum.input += one.input;
    sum.cached_input += one.cached_input;
    sum.cache_write += one.cache_write;
    sum.output += one.output;
    if (sum.input >= most_tokens_at_once && next + 1 < money.size()) settle_sum();
  }
  settle_sum();
}

}  // namespace

// The batches go on without this object, and will be paid.
OpenAiBatches::~OpenAiBatches() {
  for (auto& [id, money] : money_) keep(money);
}

std::size_t OpenAiBatches::maximum_entries() const { return most_entries; }

std::string OpenAiBatches::submit(std::span<const BatchEntry> entries, std::string_view label,
                                  const CallOptions& call) {
  check(entries);
  check_label(label);
  const std::vector<std::string> lines = make_lines(entries);
  Money money = reserve(lines);
  const std::string file = upload(lines, call);
  std::string id;
  try {
    id = create(file, label, call);
  } catch (const NetworkError& error) {
    if (error.may_have_arrived()) keep(money);
    throw;
  } catch (const BadData&) {
    keep(money);
    throw;
  }
  const std::scoped_lock lock(mutex_);
  money_.insert_or_assign(id, std::move(money));
  return id;
}

std::vector<std::string> OpenAiBatches::make_lines(std::span<const BatchEntry> entries) const {
  const auto options = client_.options();
  std::vector<std::string> lines;
  lines.reserve(entries.size());
  std::size_t bytes = 0;
  for (const BatchEntry& entry : entries) {
    const ChatQuestion question = summary_question({.text = entry.text, .keyword = {}}, options->answer_form);
    std::string line = "{\"custom_id\":" + json_text(entry.id);
    line += R"(,"method":"POST","url":"/v1/chat/completions","body":)" + chat_request_body(*options, question) + "}\n";
    bytes += line.size();
    lines.push_back(std::move(line));
  }
  if (bytes > most_bytes) {
    throw InvalidArgument("a batch holds " + std::to_string(most_bytes) + " bytes at most, and these texts make " +
                          std::to_string(bytes) + "; submit fewer at once");
  }
  return lines;
}

OpenAiBatches::Money OpenAiBatches::reserve(const std::vector<std::string>& lines) const {
  Money money;
  DollarBudget* const budget = client_.given().budget.get();
  if (budget == nullptr) return money;
  TokenUsage worst;
  const auto set_aside = [&] {
    money.push_back(budget->reserve(client_.given().model, worst, true));
    worst = {};
  };
  for (const std::string& line : lines) {
    const TokenUsage one = client_.worst_case(line.size());
    if (worst.input > 0 && worst.input + one.input > most_tokens_at_once) set_aside();
    worst.input += one.input;
    worst.cache_write += one.cache_write;
    worst.output += one.output;
  }
  set_aside();
  return money;
}

// Repeated, it leaves a second copy that nobody uses and nobody pays.
std::string OpenAiBatches::upload(const std::vector<std::string>& lines, const CallOptions& call) {
  std::string content;
  for (const std::string& line : lines) content += line;
  // Every line of the content begins with a brace, so none is the boundary.
  const std::string boundary = "pilling-" + text::fingerprint(content);
  const std::string part = "--" + boundary + "\r\nContent-Disposition: form-data; name=";
  std::string body = part + "\"purpose\"\r\n\r\nbatch\r\n" + part +
                     "\"file\"; filename=\"summaries.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n";
  body += content;
  body += "\r\n--" + boundary + "--\r\n";
  const std::string reply = client_.post("/files", "multipart/form-data; boundary=" + boundary, std::move(body),
                                         OpenAiClient::Again::always, call);
  return read_file_id(reply, client_.service());
}

std::string OpenAiBatches::create(const std::string& file, std::string_view label, const CallOptions& call) {
  std::string body = "{\"input_file_id\":" + json_text(file);
  body += R"(,"endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{)";
  body += json_text(batch_label_key) + ":" + json_text(label) + "}}";
  const std::string reply =
      client_.post("/batches", "application/json", std::move(body), OpenAiClient::Again::when_refused, call);
  return read_batch(reply, client_.service()).status.id;
}

std::vector<BatchStatus> OpenAiBatches::find(std::string_view label, const CallOptions& call) {
  // Of 100 each: more batches than an account can make while one of them lasts.
  constexpr int most_pages = 1'000;
  check_label(label);
  std::vector<BatchStatus> found;
  std::string after;
  for (int page = 0; page < most_pages; ++page) {
    std::vector<std::pair<std::string, std::string>> query{{"limit", "100"}};
    if (!after.empty()) query.emplace_back("after", after);
    const BatchPage read = read_batch_page(client_.get("/batches", std::move(query), call), client_.service());
    for (const BatchDocument& batch : read.batches) {
      if (batch.label == label) found.push_back(batch.status);
    }
    if (read.next.empty() || read.next == after) break;
    after = read.next;
  }
  return found;
}

BatchDocument OpenAiBatches::look_at(const std::string& id, const CallOptions& call) {
  if (id.empty()) throw InvalidArgument("a batch has an id that is not empty");
  return read_batch(client_.get("/batches/" + in_path(id), {}, call), client_.service());
}

BatchStatus OpenAiBatches::status(const std::string& id, const CallOptions& call) { return look_at(id, call).status; }

void OpenAiBatches::cancel(const std::string& id, const CallOptions& call) {
  if (id.empty()) throw InvalidArgument("a batch has an id that is not empty");
  client_.post("/batches/" + in_path(id) + "/cancel", "application/json", "{}", OpenAiClient::Again::always, call);
}

BatchLines OpenAiBatches::download(const BatchDocument& batch, const CallOptions& call) {
  BatchLines lines;
  for (const std::string& file : {batch.output_file, batch.error_file}) {
    if (file.empty()) continue;
    read_batch_file(client_.get("/files/" + in_path(file) + "/content", {}, call), client_.service(), lines);
  }
  return lines;
}

std::vector<BatchAnswer> OpenAiBatches::answers(const std::string& id, std::span<const BatchEntry> entries,
                                                const CallOptions& call) {
  check(entries);
  const BatchDocument batch = look_at(id, call);
  if (!batch.status.is_over) {
    throw InvalidArgument("batch " + id + " is not over yet: " + batch.status.state + "; ask again later");
  }
  const BatchLines lines = download(batch, call);
  const bool is_counted = is_first_time(id);
  if (is_counted) count(batch, lines);
  std::vector<BatchAnswer> answers;
  answers.reserve(entries.size());
  for (const BatchEntry& entry : entries) {
    answers.push_back(answer(entry, lines, is_counted));
    if (answers.back().failure.empty() || lines.contains(entry.id)) continue;
    answers.back().failure += " (" + batch.status.state + ")";
  }
  return answers;
}

bool OpenAiBatches::is_first_time(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  return counted_.insert(id).second;
}

BatchAnswer OpenAiBatches::answer(const BatchEntry& entry, const BatchLines& lines, bool is_counted) {
  BatchAnswer answer{.id = entry.id};
  const auto line = lines.find(entry.id);
  if (line == lines.end() || !line->second.reply) {
    answer.failure = line == lines.end() ? "the batch holds no answer to it" : line->second.failure;
    return answer;
  }
  const SummaryCheck check(entry.text, {}, writer_.synonyms());
  std::string written;
  const SummaryFault fault = check.find_fault(line->second.reply->answer, written);
  SummaryCounts& counts = client_.counts();
  if (fault == SummaryFault::none) {
    answer.summary = writer_.by_model(std::move(written));
    if (is_counted) counts.add_made();
    return answer;
  }
  answer.summary = writer_.by_extraction({.text = entry.text, .keyword = {}});
  answer.is_replaced = answer.summary.has_value();
  if (!is_counted) return answer;
  counts.add_fault(to_string(fault));
  counts.add_replaced();
  return answer;
}

void OpenAiBatches::count(const BatchDocument& batch, const BatchLines& lines) {
  std::vector<TokenUsage> used;
  std::uint64_t answered = 0;
  for (const auto& [name, line] : lines) {
    client_.leave_out(line.refused_parameter, client_.options());
    if (!line.reply) continue;
    ++answered;
    client_.counts().add_call();
    if (!line.reply->usage) continue;
    client_.counts().add_usage(*line.reply->usage, client_.today(), true);
    used.push_back(*line.reply->usage);
  }
  Money money;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = money_.find(batch.status.id); found != money_.end()) {
      money = std::move(found->second);
      money_.erase(found);
    }
  }
  // What was not told may have been as much as was set aside.
  if (used.size() < answered || answered < batch.status.completed) return keep(money);
  settle(money, used);
}

}  // namespace pilling::sources
