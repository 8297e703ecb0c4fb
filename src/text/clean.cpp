#include "text/clean.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "text/character_reference.hpp"
#include "text/utf8.hpp"

namespace pilling::text {
namespace {

enum class Blank { none, space, line };

Blank blank(char32_t c) {
  if (c == U'\n' || c == U'\r' || c == U'\v' || c == U'\f' || c == 0x85 || c == 0x2028 || c == 0x2029)
    return Blank::line;
  if (c <= U' ' || (c >= 0x7F && c <= 0xA0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200B)) return Blank::space;
  if (c == 0x202F || c == 0x205F || c == 0x3000) return Blank::space;
  return Blank::none;
}

// Soft hyphens, joiners, direction marks and byte-order marks: nothing that a reader sees.
bool is_invisible(char32_t c) {
  return c == 0xAD || (c >= 0x200C && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

// Without this, 10<sup>2</sup> would read 102.
char32_t superscript(char32_t c) {
  constexpr std::u32string_view plain = U"0123456789+-";
  constexpr std::u32string_view raised = U"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
  const std::size_t found = plain.find(c);
  return found == std::u32string_view::npos ? c : raised[found];
}

// How many bytes a character takes that begins with this byte and stays as it is, whatever its neighbours: neither
// blank, nor invisible, nor the beginning of a mark. Visible ASCII, and U+A000 to U+D7FF, the Korean syllables among
// them.
constexpr std::array<unsigned char, 256> plain_sizes = [] {
  std::array<unsigned char, 256> sizes{};
  for (std::size_t c = '!'; c <= '~'; ++c) sizes[c] = 1;
  for (const char mark : {'<', ']', '&'}) sizes[static_cast<unsigned char>(mark)] = 0;
  for (std::size_t lead = 0xEA; lead <= 0xED; ++lead) sizes[lead] = 3;
  return sizes;
}();

// 0: the next character is not plain, or ill-formed.
std::size_t plain_size(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (at >= text.size()) return 0;
  const std::size_t size = plain_sizes[byte(0)];
  if (size < 3) return size;
  const bool is_whole = at + 2 < text.size() && (byte(1) & 0xC0) == 0x80 && (byte(2) & 0xC0) == 0x80;
  return is_whole && (byte(0) != 0xED || byte(1) <= 0x9F) ? size : 0;
}

// How long a text goes on with plain characters and single spaces between them: most of most texts.
std::size_t plain_length(std::string_view text) noexcept {
  std::size_t at = 0;
  while (true) {
    if (const std::size_t size = plain_size(text, at); size > 0) {
      at += size;
    } else if (at > 0 && at < text.size() && text[at] == ' ' && plain_size(text, at + 1) > 0) {
      ++at;
    } else {
      return at;
    }
  }
}

// Text with its blanks folded as it grows: never two in a row, none at either end.
class FoldedText {
 public:
  explicit FoldedText(std::size_t expected_bytes) { text_.reserve(expected_bytes); }

  void put(char32_t c) {
    if (is_invisible(c)) return;
    if (const Blank kind = blank(c); kind != Blank::none) return put(kind);
    end_blank();
    append_utf8(text_, c);
  }

  void put_plain(std::string_view run) {
    end_blank();
    text_ += run;
  }

  void put(Blank kind) { waiting_ = std::max(waiting_, kind); }

  std::string take() { return std::move(text_); }

 private:
  void end_blank() {
    if (!text_.empty() && waiting_ != Blank::none) text_.push_back(waiting_ == Blank::line ? '\n' : ' ');
    waiting_ = Blank::none;
  }

  std::string text_;
  Blank waiting_ = Blank::none;
};

struct Tag {
  std::string name;  // lower case
  bool is_closing = false;
  std::size_t size = 0;
};

template <std::size_t size>
bool is_one_of(std::string_view name, const std::array<std::string_view, size>& names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 32> line_tags = {
    "address", "article", "blockquote", "body",    "br",    "caption", "center", "dd",    "div", "dl",   "dt",
    "footer",  "h1",      "h2",         "h3",      "h4",    "h5",      "h6",     "head",  "hr",  "html", "li",
    "ol",      "p",       "pre",        "section", "table", "tbody",   "tfoot",  "thead", "tr",  "ul"};
constexpr std::array<std::string_view, 2> cell_tags = {"td", "th"};
constexpr std::array<std::string_view, 23> inline_tags = {
    "a",   "abbr", "b", "big",   "code", "col",    "colgroup", "del", "em",  "font", "i", "img",
    "ins", "mark", "s", "small", "span", "strike", "strong",   "sub", "sup", "tt",   "u"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// What follows the name within a real tag: nothing, or attributes. "a<b and c>d" must stay text.
bool looks_like_attributes(std::string_view rest) {
  const std::size_t first = rest.find_first_not_of(" \t\r\n/");
  if (first == std::string_view::npos) return true;
  return first > 0 && is_letter(rest[first]) && rest.find('=') != std::string_view::npos;
}

// The tag that `text` begins with; its size is 0 when it is none that is known. Looks no further than the next '<'.
Tag read_tag(std::string_view text) {
  const std::size_t end = text.find_first_of("<>", 1);
  if (end == std::string_view::npos || text[end] != '>') return {};
  Tag tag;
  tag.is_closing = text[1] == '/';
  std::size_t at = tag.is_closing ? 2 : 1;
  while (is_letter(text[at]) || (text[at] >= '1' && text[at] <= '6')) tag.name.push_back(lower(text[at++]));
  const bool is_known =
      is_one_of(tag.name, line_tags) || is_one_of(tag.name, cell_tags) || is_one_of(tag.name, inline_tags);
  if (is_known && looks_like_attributes(text.substr(at, end - at))) tag.size = end + 1;
  return tag;
}

class Cleaner {
 public:
  explicit Cleaner(std::string_view raw) : raw_(raw), text_(raw.size()) {}

  std::string clean() {
    while (at_ < raw_.size()) {
      if (copy_plain()) continue;
      const char c = raw_[at_];
      if (c == '<' && (skip_comment() || open_data() || resolve_tag())) continue;
      if (c == ']' && close_data()) continue;
      if (c == '&' && resolve_reference()) continue;
      const Character character = decode(raw_, at_);
      put(character.value);
      at_ += character.size;
    }
    return text_.take();
  }

 private:
  bool copy_plain() {
    const std::size_t length = is_raised_ ? 0 : plain_length(raw_.substr(at_));
    if (length == 0) return false;
    text_.put_plain(raw_.substr(at_, length));
    at_ += length;
    return true;
  }

  void put(char32_t c) { text_.put(is_raised_ ? superscript(c) : c); }

  bool skip_comment() {
    const std::string_view rest = raw_.substr(at_);
    if (has_open_comment_ || !rest.starts_with("<!--")) return false;
    const std::size_t end = rest.find("-->", 4);
    has_open_comment_ = end == std::string_view::npos;
    if (!has_open_comment_) at_ += end + 3;
    return !has_open_comment_;
  }

  // Of CDATA sections only the marks go: what they hold is often marked up itself.
  bool open_data() {
    constexpr std::string_view mark = "<![CDATA[";
    if (!raw_.substr(at_).starts_with(mark)) return false;
    is_in_data_ = true;
    at_ += mark.size();
    return true;
  }

  bool close_data() {
    constexpr std::string_view mark = "]]>";
    if (!is_in_data_ || !raw_.substr(at_).starts_with(mark)) return false;
    is_in_data_ = false;
    at_ += mark.size();
    return true;
  }

  bool resolve_tag() {
    const Tag tag = read_tag(raw_.substr(at_));
    if (tag.size == 0) return false;
    if (is_one_of(tag.name, line_tags)) {
      text_.put(Blank::line);
      is_raised_ = false;
    }
    if (is_one_of(tag.name, cell_tags)) text_.put(Blank::space);
    if (tag.name == "sup") is_raised_ = !tag.is_closing;
    at_ += tag.size;
    return true;
  }

  bool resolve_reference() {
    const auto reference = read_character_reference(raw_.substr(at_));
    if (!reference) return false;
    put(reference->value);
    at_ += reference->size;
    return true;
  }

  std::string_view raw_;
  std::size_t at_ = 0;
  bool is_raised_ = false;
  bool is_in_data_ = false;
  bool has_open_comment_ = false;  // one without an end, which therefore is text
  FoldedText text_;
};

}  // namespace

std::string clean_text(std::string_view raw) { return Cleaner(raw).clean(); }

}  // namespace pilling::text
