#include "sources/json_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <simdjson.h>
#include <system_error>

namespace pilling::sources {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view json_blanks = " \t\r\n";
constexpr std::string_view not_an_object = "is not a JSON object";

std::string_view trim_end(std::string_view token) { return token.substr(0, token.find_last_not_of(json_blanks) + 1); }

// Numbers, true and false as they are spelled; leading zeros are let through, because gateways write them.
bool is_plain_token(std::string_view token) {
  if (token == "true" || token == "false") return true;
  return !token.empty() && token.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

// The text of a scalar; nothing for an object or a list. The error when there is no such value.
simdjson::error_code read_scalar(ondemand::value value, std::optional<std::string_view>& text) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object || type == ondemand::json_type::array) return simdjson::SUCCESS;
  if (type == ondemand::json_type::string) {
    std::string_view unescaped;
    if (const auto error = value.get_string().get(unescaped)) return error;
    text = unescaped;
    return simdjson::SUCCESS;
  }
  const std::string_view token = trim_end(value.raw_json_token());
  if (token != "null" && !is_plain_token(token)) return simdjson::TAPE_ERROR;
  text = token == "null" ? std::string_view() : token;
  return simdjson::SUCCESS;
}

// `may_wrap`: some services wrap each row as {"item": {…}}.
simdjson::error_code read_row(ondemand::object object, JsonRow& row, bool may_wrap = true) {
  for (auto field : object) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return error;
    ondemand::value value;
    if (const auto error = field.value().get(value)) return error;
    ondemand::object wrapped;
    if (may_wrap && name == "item" && value.get_object().get(wrapped) == simdjson::SUCCESS) {
      if (const auto error = read_row(wrapped, row, false)) return error;
      continue;
    }
    std::optional<std::string_view> text;
    const auto error = read_scalar(value, text);
    if (error && error != simdjson::STRING_ERROR) return error;
    if (error) row.mark_broken();
    if (text) row.add(name, *text);
  }
  return simdjson::SUCCESS;
}

std::string describe(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "is not valid UTF-8";
    case simdjson::UNCLOSED_STRING:
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "is cut off JSON";
    default:
      return "is broken JSON";
  }
}

simdjson::padded_string_view padded(std::string& json) {
  json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  return simdjson::padded_string_view(json.data(), json.size(), json.capacity());
}

bool is_at_end(ondemand::document& document) { return document.current_location().error() == simdjson::OUT_OF_BOUNDS; }

JsonFault fault_at(ondemand::document& document, const std::string& json, simdjson::error_code error) {
  const char* position = nullptr;
  JsonFault fault{.what = describe(error)};
  if (document.current_location().get(position) == simdjson::SUCCESS && position >= json.data()) {
    const auto offset = static_cast<std::uint64_t>(position - json.data());
    if (offset <= json.size()) fault.byte_offset = offset;
  }
  return fault;
}

void hand_out(const JsonRowVisitor& visit, std::uint64_t number, const JsonRow& row) {
  if (row.is_broken()) {
    visit.broken(number, "has a broken escape in a text");
  } else {
    visit.row(number, row);
  }
}

class RowReader {
 public:
  explicit RowReader(const JsonRowVisitor& visit) : visit_(visit) {}

  std::size_t count() const noexcept { return number_; }

  simdjson::error_code read_list(ondemand::array list) {
    for (auto element : list) {
      ondemand::value value;
      if (const auto error = element.get(value)) return error;
      if (const auto error = read_one(value)) return error;
    }
    return simdjson::SUCCESS;
  }

  // `item` is a list, or the only row itself.
  simdjson::error_code read_item(ondemand::value value) {
    ondemand::array list;
    if (value.get_array().get(list) == simdjson::SUCCESS) return read_list(list);
    return read_one(value);
  }

  simdjson::error_code read_items(ondemand::value value) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    if (type == ondemand::json_type::array) return read_item(value);
    ondemand::object wrapper;
    if (value.get_object().get(wrapper)) return simdjson::SUCCESS;
    for (auto field : wrapper) {
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name)) return error;
      ondemand::value inner;
      if (const auto error = field.value().get(inner)) return error;
      if (name != "item") continue;
      if (const auto error = read_item(inner)) return error;
    }
    return simdjson::SUCCESS;
  }

 private:
  simdjson::error_code read_one(ondemand::value value) {
    ++number_;
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    if (type != ondemand::json_type::object) {
      visit_.broken(number_, std::string(not_an_object));
      return simdjson::SUCCESS;
    }
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    row_.clear();
    if (const auto error = read_row(object, row_)) return error;
    hand_out(visit_, number_, row_);
    return simdjson::SUCCESS;
  }

  const JsonRowVisitor& visit_;
  JsonRow row_;
  std::size_t number_ = 0;
};

bool is_wrapper(std::string_view name) {
  static constexpr std::array<std::string_view, 5> wrappers = {"response", "header", "body", "cmmMsgHeader",
                                                               "OpenAPI_ServiceResponse"};
  return std::ranges::find(wrappers, name) != wrappers.end();
}

class EnvelopeReader {
 public:
  EnvelopeReader(const JsonRowVisitor& visit, ApiEnvelope& envelope) : rows_(visit), envelope_(envelope) {}

  simdjson::error_code read(ondemand::object object, int depth = 0) {
    for (auto field : object) {
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name)) return error;
      ondemand::value value;
      if (const auto error = field.value().get(value)) return error;
      if (const auto error = read_member(name, value, depth)) return error;
    }
    envelope_.rows = rows_.count();
    return simdjson::SUCCESS;
  }

 private:
  // The deepest known is response, body, items.
  static constexpr int maximum_depth = 4;

  simdjson::error_code read_member(std::string_view name, ondemand::value value, int depth) {
    if (name == "items") {
      envelope_.is_envelope = true;
      return rows_.read_items(value);
    }
    ondemand::object object;
    if (is_wrapper(name) && depth < maximum_depth && value.get_object().get(object) == simdjson::SUCCESS) {
      envelope_.is_envelope = true;
      if (name == "cmmMsgHeader" || name == "OpenAPI_ServiceResponse") envelope_.is_gateway_error = true;
      return read(object, depth + 1);
    }
    std::optional<std::string_view> text;
    if (const auto error = read_scalar(value, text)) return error;
    if (text) take_api_statement(name, *text, envelope_);
    return simdjson::SUCCESS;
  }

  RowReader rows_;
  ApiEnvelope& envelope_;
};

simdjson::error_code read_line(ondemand::parser& parser, simdjson::padded_string_view line, JsonRow& row) {
  ondemand::document document;
  if (const auto error = parser.iterate(line).get(document)) return error;
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  if (const auto error = read_row(object, row)) return error;
  return is_at_end(document) ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

}  // namespace

std::string_view JsonRow::operator[](std::string_view name) const noexcept {
  const auto field = std::ranges::find(fields_, name, [](const auto& pair) { return pair.first; });
  return field == fields_.end() ? std::string_view() : field->second;
}

bool JsonRow::holds(std::string_view name) const noexcept {
  return std::ranges::find(fields_, name, [](const auto& pair) { return pair.first; }) != fields_.end();
}

void take_api_statement(std::string_view name, std::string_view text, ApiEnvelope& envelope) {
  if (name == "resultCode" || name == "returnReasonCode") {
    envelope.code = text;
  } else if (name == "resultMsg" || name == "errMsg" || name == "returnAuthMsg") {
    (envelope.message += text) += '\n';
  } else if (name == "totalCount") {
    std::size_t total = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
    if (error == std::errc() && end == text.data() + text.size()) envelope.total = total;
  }
}

void read_json_lines(std::string& json, const JsonRowVisitor& visit) {
  const simdjson::padded_string_view all = padded(json);
  ondemand::parser parser;
  JsonRow row;
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < json.size();) {
    const std::size_t end = std::min(json.find('\n', begin), json.size());
    const std::string_view line = std::string_view(json).substr(begin, end - begin);
    ++number;
    if (line.find_first_not_of(json_blanks) != std::string_view::npos) {
      row.clear();
      const simdjson::padded_string_view view(line.data(), line.size(), all.capacity() - begin);
      const auto error = read_line(parser, view, row);
      if (error == simdjson::INCORRECT_TYPE) {
        visit.broken(number, std::string(not_an_object));
      } else if (error) {
        visit.broken(number, describe(error));
      } else {
        hand_out(visit, number, row);
      }
    }
    begin = end + 1;
  }
}

std::optional<JsonFault> read_json_array(std::string& json, const JsonRowVisitor& visit) {
  ondemand::parser parser;
  ondemand::document document;
  if (const auto error = parser.iterate(padded(json)).get(document)) return JsonFault{.what = describe(error)};
  ondemand::array list;
  auto error = document.get_array().get(list);
  if (!error) error = RowReader(visit).read_list(list);
  if (!error && !is_at_end(document)) error = simdjson::TRAILING_CONTENT;
  return error ? std::optional(fault_at(document, json, error)) : std::nullopt;
}

std::optional<JsonFault> read_api_body(std::string& json, const JsonRowVisitor& visit, ApiEnvelope& envelope) {
  ondemand::parser parser;
  ondemand::document document;
  if (const auto error = parser.iterate(padded(json)).get(document)) return JsonFault{.what = describe(error)};
  ondemand::object object;
  auto error = document.get_object().get(object);
  if (!error) error = EnvelopeReader(visit, envelope).read(object);
  if (!error && !is_at_end(document)) error = simdjson::TRAILING_CONTENT;
  return error ? std::optional(fault_at(document, json, error)) : std::nullopt;
}

JsonObjectKind json_object_kind(std::string& json, std::size_t length) {
  const simdjson::padded_string_view all = padded(json);
  ondemand::parser parser;
  ondemand::document document;
  if (parser.iterate(json.data(), length, all.capacity()).get(document)) return JsonObjectKind::broken;
  ondemand::object object;
  if (document.get_object().get(object)) return JsonObjectKind::broken;
  bool is_envelope = false;
  for (auto field : object) {
    std::string_view name;
    if (field.unescaped_key().get(name)) return JsonObjectKind::broken;
    is_envelope = is_envelope || name == "items" || is_wrapper(name);
  }
  if (!is_at_end(document)) return JsonObjectKind::broken;
  return is_envelope ? JsonObjectKind::envelope : JsonObjectKind::row;
}

}  // namespace pilling::sources
