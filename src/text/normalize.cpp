#include "text/normalize.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "text/symbols.hpp"
#include "text/utf8.hpp"

namespace pilling::text {
namespace {

// Keeps letters and numbers, and of what separates them only what tells two numbers or strengths apart.
class Selection {
 public:
  explicit Selection(const std::vector<Symbol>& symbols) : symbols_(symbols) { kept_.reserve(symbols.size() + 4); }

  std::vector<Symbol> take() {
    for (at_ = 0; at_ < symbols_.size(); ++at_) select(symbols_[at_]);
    return std::move(kept_);
  }

 private:
  void select(const Symbol& symbol) {
    if (is_digit(symbol.value)) return add_digit(symbol);
    if (is_percent(symbol.value)) return ends_in_digit() ? keep(symbol) : drop(symbol);
    switch (symbol.value) {
      case separator:
        return drop(symbol);
      case U'?':
        return add_question(symbol);
      case U'.':
        return add_point(symbol);
      case U',':
        return add_comma(symbol);
      default:
        return add_letter(symbol);
    }
  }

  void keep(const Symbol& symbol) {
    kept_.push_back(symbol);
    dropped_.reset();
    question_.reset();
    if (!is_digit(symbol.value)) number_ = {};
  }

  void drop(const Symbol& symbol) { dropped_ = symbol; }

  // Two numbers keep one space between them.
  void start_number() {
    if (dropped_ && ends_in_digit()) keep({.value = separator, .begin = dropped_->begin, .end = dropped_->end});
  }

  void add_digit(const Symbol& symbol) {
    start_number();
    if (number_.digits++ == 0) number_.starts_with_zero = symbol.value == U'0';
    keep(symbol);
  }

  void add_letter(const Symbol& symbol) {
    if (question_) {
      const Symbol question = *question_;
      keep(question);
    }
    keep(symbol);
  }

  // "50?g" has lost its "µ" on the way: it is neither 50 g nor 50 mg.
  void add_question(const Symbol& symbol) {
    drop(symbol);
    if (!question_ && ends_in_digit()) question_ = Symbol{.value = U'?', .begin = symbol.begin, .end = symbol.end};
  }

  // ".5" on its own is 0.5. After a letter the point may also be that of "Inj.5%": it stays as it is.
  void add_point(const Symbol& symbol) {
    const bool is_first = at_ == 0 || symbols_[at_ - 1].value != U'.';
    if (!is_first || !is_digit_at(at_ + 1)) return drop(symbol);
    if (dropped_ || kept_.empty()) {
      start_number();
      keep({.value = U'0', .begin = symbol.begin, .end = symbol.end});
    }
    keep(symbol);
    number_.is_fraction = true;
  }

  // "1,000" is one number, "1, 2" and "10,20" are two.
  void add_comma(const Symbol& symbol) {
    const bool groups = is_digit_at(at_ + 1) && is_digit_at(at_ + 2) && is_digit_at(at_ + 3) && !is_digit_at(at_ + 4);
    const bool may_follow = number_.is_grouped || (number_.digits <= 3 && !number_.starts_with_zero);
    if (dropped_ || !ends_in_digit() || number_.is_fraction || !groups || !may_follow) return drop(symbol);
    number_.is_grouped = true;
  }

  bool ends_in_digit() const { return !kept_.empty() && is_digit(kept_.back().value); }
  bool is_digit_at(std::size_t at) const { return at < symbols_.size() && is_digit(symbols_[at].value); }

  struct Number {
    std::size_t digits = 0;
    bool starts_with_zero = false;
    bool is_fraction = false;
    bool is_grouped = false;
  };

  const std::vector<Symbol>& symbols_;
  std::vector<Symbol> kept_;
  std::size_t at_ = 0;
  Number number_;                   // the one that `kept_` ends in
  std::optional<Symbol> dropped_;   // the last one since `kept_` grew
  std::optional<Symbol> question_;  // a lost letter, if a letter follows
};

struct Spelling {
  std::u32string_view written;
  std::string_view normal;
  bool after_digit = true;
};

// Those which are their own normal form, such as "mg", need no entry.
constexpr std::array<Spelling, 10> spellings = {{{U"밀리그램", "mg"},
                                                 {U"밀리그람", "mg"},
                                                 {U"밀리리터", "ml"},
                                                 {U"마이크로그램", "mcg"},
                                                 {U"마이크로그람", "mcg"},
                                                 {U"μg", "mcg"},
                                                 {U"ug", "mcg"},
                                                 {U"그램", "g"},
                                                 {U"그람", "g"},
                                                 {U"퍼센트", "%"}}};
constexpr Spelling capsule = {U"캅셀", "캡슐", false};

// Writes the text, with each unit after a number in its one spelling.
class Writer {
 public:
  explicit Writer(const std::vector<Symbol>& symbols) : symbols_(symbols) {
    const std::size_t bytes = 3 * symbols.size();
    form_.text.reserve(bytes);
    form_.begins.reserve(bytes);
    form_.ends.reserve(bytes);
  }

  NormalForm take() {
    for (std::size_t at = 0; at < symbols_.size();) {
      const Spelling* const spelling = spelling_at(at);
      const std::size_t size = spelling == nullptr ? 1 : spelling->written.size();
      if (spelling == nullptr) {
        append_utf8(form_.text, symbols_[at].value);
      } else {
        form_.text.append(spelling->normal);
      }
      form_.begins.resize(form_.text.size(), symbols_[at].begin);
      form_.ends.resize(form_.text.size(), symbols_[at + size - 1].end);
      at += size;
    }
    return std::move(form_);
  }

 private:
  const Spelling* spelling_at(std::size_t at) const {
    if (stands_at(at, capsule)) return &capsule;
    if (at == 0 || !is_digit(symbols_[at - 1].value)) return nullptr;
    const auto found = std::ranges::find_if(spellings, [&](const Spelling& unit) { return stands_at(at, unit); });
    return found == spellings.end() ? nullptr : &*found;
  }

  // A mark after it would join the new spelling.
  bool stands_at(std::size_t at, const Spelling& spelling) const {
    const std::u32string_view written = spelling.written;
    if (symbols_.size() - at < written.size()) return false;
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (symbols_[at + i].value != written[i]) return false;
    }
    return at + written.size() == symbols_.size() || !is_mark(symbols_[at + written.size()].value);
  }

  const std::vector<Symbol>& symbols_;
  NormalForm form_;
};

}  // namespace

bool is_unit(std::string_view form) noexcept {
  constexpr auto units = std::to_array<std::string_view>({"mg", "g", "kg", "mcg", "ug", "ng", "ml", "dl", "l", "iu",
                                                          "u", "unit", "meq", "mmol", "ppm", "mci", "mbq", "%"});
  return std::ranges::find(units, form) != units.end();
}

bool is_valid_utf8(std::string_view bytes) noexcept { return valid_utf8_length(bytes) == bytes.size(); }

ByteSpan NormalForm::original(std::size_t begin, std::size_t end) const {
  assert(begin < end && end <= text.size());
  return {.begin = begins[begin], .end = ends[end - 1]};
}

NormalForm normalize(std::string_view valid) {
  const std::vector<Symbol> symbols = expand(valid);
  const std::vector<Symbol> kept = Selection(symbols).take();
  return Writer(compose(kept)).take();
}

}  // namespace pilling::text
