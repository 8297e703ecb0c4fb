#include "sources/xml.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <expat.h>
#include <memory>
#include <type_traits>

#include "pilling/error.hpp"

namespace pilling::sources {
namespace {

using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)>;

struct Reading {
  XML_Parser parser = nullptr;
  XmlVisitor* visitor = nullptr;
  XmlAttributes attributes{};
  bool has_document_type = false;
  std::exception_ptr failure{};

  // Expat is C: an exception must not fly through it.
  template <class Work>
  void run(const Work& work) {
    if (failure) return;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
      XML_StopParser(parser, XML_FALSE);
    }
  }
};

Reading& reading_of(void* data) { return *static_cast<Reading*>(data); }

void XMLCALL begin_element(void* data, const XML_Char* name, const XML_Char** pairs) {
  Reading& reading = reading_of(data);
  reading.run([&] {
    reading.attributes.clear();
    for (; *pairs != nullptr; pairs += 2) reading.attributes.emplace_back(pairs[0], pairs[1]);
    reading.visitor->begin(name, reading.attributes);
  });
}

void XMLCALL end_element(void* data, const XML_Char* name) {
  Reading& reading = reading_of(data);
  reading.run([&] { reading.visitor->end(name); });
}

void XMLCALL take_text(void* data, const XML_Char* text, int length) {
  Reading& reading = reading_of(data);
  reading.run([&] { reading.visitor->text({text, static_cast<std::size_t>(length)}); });
}

void XMLCALL refuse_document_type(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  Reading& reading = reading_of(data);
  reading.has_document_type = true;
  XML_StopParser(reading.parser, XML_FALSE);
}

std::string describe(const Reading& reading) {
  if (reading.has_document_type) return "has a document type declaration";
  switch (XML_GetErrorCode(reading.parser)) {
    case XML_ERROR_NO_ELEMENTS:
    case XML_ERROR_UNCLOSED_TOKEN:
    case XML_ERROR_PARTIAL_CHAR:
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
      return "is cut off XML";
    case XML_ERROR_UNKNOWN_ENCODING:
    case XML_ERROR_INCORRECT_ENCODING:
      return "is XML in an encoding that is not known";
    default:
      return "is broken XML";
  }
}

}  // namespace

std::optional<std::string> read_xml(std::string_view xml, XmlVisitor& visitor) {
  const Parser parser(XML_ParserCreate(nullptr), &XML_ParserFree);
  if (!parser) throw Error("there is no memory to read XML");
  Reading reading{.parser = parser.get(), .visitor = &visitor};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), &begin_element, &end_element);
  XML_SetCharacterDataHandler(parser.get(), &take_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), &refuse_document_type);
  // Expat counts in int.
  constexpr std::size_t largest_piece = std::size_t{1} << 24;
  bool is_last = false;
  while (!is_last) {
    const std::string_view piece = xml.substr(0, std::min(xml.size(), largest_piece));
    xml.remove_prefix(piece.size());
    is_last = xml.empty();
    if (XML_Parse(parser.get(), piece.data(), static_cast<int>(piece.size()), is_last ? XML_TRUE : XML_FALSE) ==
        XML_STATUS_ERROR) {
      if (reading.failure) std::rethrow_exception(reading.failure);
      return describe(reading);
    }
  }
  return std::nullopt;
}

}  // namespace pilling::sources
