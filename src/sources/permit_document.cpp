#include "sources/permit_document.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "sources/trim.hpp"
#include "sources/xml.hpp"
#include "text/clean.hpp"

namespace pilling::sources {
namespace {

class DocumentReader final : public XmlVisitor {
 public:
  // The title of the whole document says what kind it is, which the field has said already.
  void begin(std::string_view element, const XmlAttributes& attributes) override {
    end_line();
    if (element == "DOC") return;
    for (const auto& [name, value] : attributes) {
      if (name == "title") line_ += value;
    }
    end_line();
  }

  void text(std::string_view piece) override { line_ += piece; }

  void end(std::string_view) override { end_line(); }

  std::string take() { return std::move(lines_); }

 private:
  void end_line() {
    const std::string clean = text::clean_text(line_);
    line_.clear();
    if (clean.empty()) return;
    if (!lines_.empty()) lines_ += '\n';
    lines_ += clean;
  }

  std::string line_;
  std::string lines_;
};

// The size of a mark that only these documents have, from '<' to '>'; 0 when the text begins with none.
std::size_t mark_size(std::string_view text) {
  static constexpr std::array<std::string_view, 4> marks = {"DOC", "SECTION", "ARTICLE", "PARAGRAPH"};
  const std::string_view name = text.substr(text.starts_with("</") ? 2 : 1);
  for (const std::string_view mark : marks) {
    if (!name.starts_with(mark) || name.find_first_of(" \t\r\n/>") != mark.size()) continue;
    const std::size_t end = text.find_first_of("<>", 1);
    return end != std::string_view::npos && text[end] == '>' ? end + 1 : 0;
  }
  return 0;
}

// Without those marks; `clean_text` knows the others.
std::string without_marks(std::string_view document) {
  std::string text;
  while (true) {
    const std::size_t opening = document.find('<');
    text += document.substr(0, opening);
    if (opening == std::string_view::npos) return text;
    document.remove_prefix(opening);
    const std::size_t size = mark_size(document);
    text += size > 0 ? '\n' : '<';
    document.remove_prefix(size > 0 ? size : 1);
  }
}

}  // namespace

std::string permit_document_text(std::string_view document) {
  document = trim(document);
  if (!document.starts_with('<')) return text::clean_text(document);
  DocumentReader reader;
  if (read_xml(document, reader)) return text::clean_text(without_marks(document));
  return reader.take();
}

}  // namespace pilling::sources
