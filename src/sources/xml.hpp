#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pilling::sources {

using XmlAttributes = std::vector<std::pair<std::string_view, std::string_view>>;

/// Takes the pieces of an XML text in their order. Views end with the call.
class XmlVisitor {
 public:
  virtual ~XmlVisitor() = default;
  virtual void begin(std::string_view element, const XmlAttributes& attributes) = 0;
  virtual void text(std::string_view piece) = 0;  ///< one text may come in several pieces
  virtual void end(std::string_view element) = 0;
};

/// Why the text is no XML, or nothing; what was read before may have been handed out. A document type declaration is
/// refused: it could define entities without end, and no service sends one. An exception of the visitor goes through.
std::optional<std::string> read_xml(std::string_view xml, XmlVisitor& visitor);

}  // namespace pilling::sources
