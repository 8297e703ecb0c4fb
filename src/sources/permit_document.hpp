#pragma once

#include <string>
#include <string_view>

namespace pilling::sources {

/// What a document of the permit service says, in plain lines: its titles, and its paragraphs without their markup.
/// They come as XML inside of a field: <DOC><SECTION title=…><ARTICLE title=…><PARAGRAPH><![CDATA[…]]>. A text that is
/// no such XML is cleaned of marks as it stands.
std::string permit_document_text(std::string_view document);

}  // namespace pilling::sources
