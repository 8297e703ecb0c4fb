#include "text/symbols.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utf8proc.h>

#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::text {
namespace {

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

const utf8proc_property_t& property(char32_t c) { return *utf8proc_get_property(static_cast<utf8proc_int32_t>(c)); }

bool is_letter_or_number(utf8proc_category_t kind) {
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NO && kind != UTF8PROC_CATEGORY_ME;
}

bool is_spelled_out(utf8proc_category_t kind) { return is_letter_or_number(kind) || kind == UTF8PROC_CATEGORY_SO; }

// Compatibility folding makes a vowel of U+318D, a full stop of U+2024 and letters of the trade marks, so these are
// told apart before it. U+119E is that vowel, in texts which somebody else has folded already.
bool is_look_alike(char32_t c) {
  constexpr std::u32string_view dots_and_trade_marks = U"ㆍᆞ․·‧∙⋅•・･™℠";
  return dots_and_trade_marks.find(c) != std::u32string_view::npos;
}

// Unicode keeps the digits of each script together and in order.
char32_t plain_digit(char32_t c) {
  char32_t before = 0;
  while (before < 10 && category(c - before - 1) == UTF8PROC_CATEGORY_ND) ++before;
  return U'0' + before % 10;
}

// Digits which are written in one row, such as those of "B₁₂", are one number; others are numbers of their own.
enum class Row { plain, raised, lowered, own };

Row row(char32_t c) {
  if (category(c) == UTF8PROC_CATEGORY_ND) return Row::plain;
  if (c == 0xB2 || c == 0xB3 || c == 0xB9 || (c >= 0x2070 && c <= 0x2079)) return Row::raised;
  if (c >= 0x2080 && c <= 0x2089) return Row::lowered;
  return Row::own;
}

class Expansion {
 public:
  explicit Expansion(std::string_view valid) { symbols_.reserve(valid.size() / 2 + 8); }

  void add(char32_t c, std::uint32_t begin, std::uint32_t end) {
    begin_ = begin;
    end_ = end;
    if (c < 0x80) {
      add_ascii(c);
    } else if (is_syllable(c)) {
      put(c);
    } else {
      add_other(c);
    }
  }

  std::vector<Symbol> take() { return std::move(symbols_); }

 private:
  void put(char32_t c) {
    symbols_.push_back({.value = c, .begin = begin_, .end = end_});
    last_row_ = Row::plain;
  }

  void add_ascii(char32_t c) {
    const bool is_lower = c >= U'a' && c <= U'z';
    const bool is_upper = c >= U'A' && c <= U'Z';
    const bool may_matter = c == U'.' || c == U',' || c == U'%' || c == U'?';
    if (is_upper) return put(c - U'A' + U'a');
    if (is_digit(c) && last_row_ != Row::plain) put(separator);
    put(is_lower || is_digit(c) || may_matter ? c : separator);
  }

  void add_other(char32_t c) {
    if (is_look_alike(c) || property(c).ignorable) return put(separator);
    if (c == replacement_character) return put(U'?');
    if (is_percent(c)) return put(c);
    std::array<utf8proc_int32_t, 64> parts{};
    int last_boundary = 0;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
    const utf8proc_ssize_t size =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                static_cast<utf8proc_ssize_t>(parts.size()), options, &last_boundary);
    if (size <= 0 || size > static_cast<utf8proc_ssize_t>(parts.size())) return put(separator);
    add_parts(c, std::span(parts).first(static_cast<std::size_t>(size)));
  }

  void add_parts(char32_t original, std::span<const utf8proc_int32_t> parts) {
    const auto first = static_cast<char32_t>(parts.front());
    const auto last = static_cast<char32_t>(parts.back());
    if (!is_spelled_out(category(original)))
      return parts.size() == 1 && first < 0x80 ? add_ascii(first) : put(separator);

    const Row this_row = row(original);
    if (is_digit(first) && (this_row == Row::own || this_row != last_row_)) put(separator);
    for (const utf8proc_int32_t part : parts) add_part(static_cast<char32_t>(part));
    if (is_digit(last) && this_row == Row::own) put(separator);
    last_row_ = this_row == Row::own ? Row::plain : this_row;
  }

  void add_part(char32_t part) {
    const utf8proc_category_t kind = category(part);
    if (kind == UTF8PROC_CATEGORY_ND) return put(is_digit(part) ? part : plain_digit(part));
    put(is_letter_or_number(kind) ? part : separator);
  }

  std::vector<Symbol> symbols_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  Row last_row_ = Row::plain;
};

// Vowel and final jamo join the syllable before them, as marks join their letter.
bool joins_previous(char32_t c) {
  if (c < 0x300 || is_syllable(c)) return false;
  return (c >= 0x1160 && c <= 0x11FF) || (c >= 0xD7B0 && c <= 0xD7FF) || is_mark(c);
}

void compose_cluster(std::span<const Symbol> cluster, std::vector<Symbol>& composed) {
  std::vector<utf8proc_int32_t> characters;
  for (const Symbol& symbol : cluster) characters.push_back(static_cast<utf8proc_int32_t>(symbol.value));
  const auto combining_class = [](utf8proc_int32_t c) { return property(static_cast<char32_t>(c)).combining_class; };
  for (auto run = characters.begin(); run != characters.end();) {
    const auto end = std::find_if(run + 1, characters.end(), [&](auto c) { return combining_class(c) == 0; });
    std::stable_sort(run + (combining_class(*run) == 0 ? 1 : 0), end,
                     [&](auto a, auto b) { return combining_class(a) < combining_class(b); });
    run = end;
  }
  const utf8proc_ssize_t size =
      utf8proc_normalize_utf32(characters.data(), static_cast<utf8proc_ssize_t>(characters.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  for (utf8proc_ssize_t i = 0; i < size; ++i) {
    composed.push_back({.value = static_cast<char32_t>(characters[static_cast<std::size_t>(i)]),
                        .begin = cluster.front().begin,
                        .end = cluster.back().end});
  }
}

}  // namespace

bool is_mark(char32_t c) {
  if (c < 0x300 || is_syllable(c)) return false;
  const utf8proc_category_t kind = category(c);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC;
}

std::vector<Symbol> expand(std::string_view valid) {
  Expansion expansion(valid);
  for (std::size_t at = 0; at < valid.size();) {
    const Character character = decode(valid, at);
    const auto begin = static_cast<std::uint32_t>(at);
    expansion.add(character.value, begin, begin + character.size);
    at += character.size;
  }
  return expansion.take();
}

std::vector<Symbol> compose(const std::vector<Symbol>& symbols) {
  std::vector<Symbol> composed;
  composed.reserve(symbols.size());
  for (auto cluster = symbols.begin(); cluster != symbols.end();) {
    const auto end = std::find_if(cluster + 1, symbols.end(), [](const Symbol& s) { return !joins_previous(s.value); });
    if (end - cluster == 1) {
      composed.push_back(*cluster);
    } else {
      compose_cluster(std::span(cluster, end), composed);
    }
    cluster = end;
  }
  return composed;
}

}  // namespace pilling::text
