#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pilling::sources {

/// One flat row as text, of a JSON object or an XML element. Numbers keep their spelling, since the services write 0900
/// and 1900 in one row; null is the empty text. What holds an object or a list is left out. Views end with the call
/// that handed it out.
class JsonRow {
 public:
  /// Empty when the name is absent.
  std::string_view operator[](std::string_view name) const noexcept;
  bool holds(std::string_view name) const noexcept;
  const std::vector<std::pair<std::string_view, std::string_view>>& fields() const noexcept { return fields_; }

  /// Whether a text of it could not be read. Such a row is handed to `broken`.
  bool is_broken() const noexcept { return is_broken_; }

  void clear() {
    fields_.clear();
    is_broken_ = false;
  }
  void mark_broken() noexcept { is_broken_ = true; }
  void add(std::string_view name, std::string_view text) { fields_.emplace_back(name, text); }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> fields_;
  bool is_broken_ = false;
};

/// Who takes rows as they are read. `number` is the line, or the 1-based number of the record.
struct JsonRowVisitor {
  std::function<void(std::uint64_t number, const JsonRow& row)> row;
  std::function<void(std::uint64_t number, std::string reason)> broken;
};

/// What a reply body says besides its rows.
struct ApiEnvelope {
  bool is_envelope = false;  ///< has a header, a body or a gateway error
  bool is_gateway_error = false;
  std::string code{};     ///< `resultCode` or `returnReasonCode`, as spelled
  std::string message{};  ///< all that may hold the name of the code; not to be shown to people
  std::optional<std::size_t> total{};
  std::size_t rows = 0;
};

/// Where a JSON document stops making sense.
struct JsonFault {
  std::string what;
  std::optional<std::uint64_t> byte_offset{};
};

/// Keeps what a field of an envelope says, if it is one that matters.
void take_api_statement(std::string_view name, std::string_view text, ApiEnvelope& envelope);

/// One JSON object a line; empty lines are passed over.
void read_json_lines(std::string& json, const JsonRowVisitor& visit);

/// A JSON array of objects. The fault, when it does not hold together: rows may have been handed out before it.
std::optional<JsonFault> read_json_array(std::string& json, const JsonRowVisitor& visit);

/// A reply of data.go.kr in JSON, in any of its shapes: with or without the `response` wrapper; `items` as a list, a
/// list of {"item": …}, {"item": […]}, {"item": {…}}, an empty text, or not there.
std::optional<JsonFault> read_api_body(std::string& json, const JsonRowVisitor& visit, ApiEnvelope& envelope);

enum class JsonObjectKind { broken, row, envelope };

/// Whether the first `length` bytes are a whole JSON object, and whether that object is a reply body.
JsonObjectKind json_object_kind(std::string& json, std::size_t length);

}  // namespace pilling::sources
