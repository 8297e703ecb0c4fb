#include "sources/xml_rows.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "sources/trim.hpp"
#include "sources/xml.hpp"

namespace pilling::sources {
namespace {

// Rows of elements such as <item><name>text</name>…</item>. What holds further elements is left out, as in JSON.
class RowsInXml final : public XmlVisitor {
 public:
  RowsInXml(const JsonRowVisitor& visit, ApiEnvelope& envelope) : visit_(visit), envelope_(envelope) {}

  void begin(std::string_view element, const XmlAttributes&) override {
    ++depth_;
    text_.clear();
    is_leaf_ = true;
    if (item_depth_ > 0) return;
    if (items_depth_ > 0 && element == "item") {
      item_depth_ = depth_;
      fields_.clear();
    } else if (element == "items") {
      items_depth_ = depth_;
    }
    note_wrapper(element);
  }

  void text(std::string_view piece) override {
    if (is_leaf_) text_ += piece;
  }

  void end(std::string_view element) override {
    if (item_depth_ > 0 && depth_ == item_depth_ + 1 && is_leaf_) fields_.emplace_back(element, std::move(text_));
    if (depth_ == item_depth_) {
      hand_out();
      item_depth_ = 0;
    } else if (depth_ == items_depth_) {
      items_depth_ = 0;
    } else if (items_depth_ == 0 && is_leaf_) {
      take_api_statement(element, trim(text_), envelope_);
    }
    is_leaf_ = false;
    --depth_;
  }

 private:
  void note_wrapper(std::string_view element) {
    const bool is_gateway = element == "cmmMsgHeader" || element == "OpenAPI_ServiceResponse";
    envelope_.is_gateway_error = envelope_.is_gateway_error || is_gateway;
    const bool is_part = depth_ == 2 && is_in_response_ && (element == "header" || element == "body");
    envelope_.is_envelope = envelope_.is_envelope || is_gateway || is_part;
    if (depth_ == 1) is_in_response_ = element == "response";
  }

  void hand_out() {
    JsonRow row;
    for (const auto& [name, text] : fields_) row.add(name, text);
    visit_.row(++envelope_.rows, row);
  }

  const JsonRowVisitor& visit_;
  ApiEnvelope& envelope_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string text_;
  bool is_leaf_ = false;  // the innermost element has had no element in it so far
  bool is_in_response_ = false;
  std::size_t depth_ = 0;
  std::size_t items_depth_ = 0;  // 0: outside
  std::size_t item_depth_ = 0;   // 0: outside
};

}  // namespace

std::optional<std::string> read_xml_body(std::string_view xml, const JsonRowVisitor& visit, ApiEnvelope& envelope) {
  RowsInXml rows(visit, envelope);
  return read_xml(xml, rows);
}

}  // namespace pilling::sources
