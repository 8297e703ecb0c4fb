#include "search/symptom_table.hpp"

#include <algorithm>
#include <utility>

#include "core/table_line.hpp"
#include "pilling/error.hpp"
#include "text/normalize.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

using core::blanks;
using core::take_word;
using core::trim;

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

class TableReader {
 public:
  explicit TableReader(std::string source) { table_.source = std::move(source); }

  void take(std::string_view line) {
    ++line_;
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (line_ == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    if (text::valid_utf8_length(line) != line.size()) fail("is not valid UTF-8");
    const std::string_view rest = trim(line.substr(0, line.find('#')));
    if (rest.empty()) return;
    if (blanks.find(line.front()) != std::string_view::npos) return take_property(rest);
    take_heading(rest);
  }

  SymptomTable finish() {
    check_last();
    if (table_.version.empty()) fail("ends the table without \"version WORD\"");
    return std::move(table_);
  }

 private:
  void take_heading(std::string_view rest) {
    const std::string_view word = take_word(rest);
    check_last();
    is_in_entry_ = false;
    if (word == "version") return take_version(rest);
    if (table_.version.empty()) fail("comes before \"version WORD\"");
    if (word == "words") return take_class(rest);
    if (word == "adverbs:") return take_adverbs(rest);
    if (word == "concept") return take_entry(TableKind::symptom, rest);
    if (word == "red-flag") return take_entry(TableKind::red_flag, rest);
    if (word == "note") return take_entry(TableKind::note, rest);
    fail("begins with " + in_quotes(word) + "; it should be version, words, adverbs:, concept, red-flag or note");
  }

  void take_version(std::string_view rest) {
    if (!table_.version.empty()) fail("names the version again");
    if (rest.empty()) fail("should read \"version WORD\", as in \"version 2026-11\"");
    table_.version = rest;
  }

  void take_class(std::string_view rest) {
    const std::size_t colon = rest.find(':');
    const std::string_view name = trim(rest.substr(0, colon));
    if (colon == std::string_view::npos || name.empty()) fail("should read \"words NAME: WORD WORD …\"");
    const auto is_same = [&](const TableClass& known) { return known.name == name; };
    auto found = std::ranges::find_if(table_.classes, is_same);
    if (found == table_.classes.end()) {
      table_.classes.push_back({.name = std::string(name), .words = {}});
      found = table_.classes.end() - 1;
    }
    std::string_view words = trim(rest.substr(colon + 1));
    if (words.empty()) fail("names no words for " + in_quotes(name));
    while (!words.empty()) found->words.push_back({std::string(take_word(words)), line_});
  }

  void take_adverbs(std::string_view words) {
    if (words.empty()) fail("names no adverbs");
    while (!words.empty()) table_.adverbs.push_back({std::string(take_word(words)), line_});
  }

  void take_entry(TableKind kind, std::string_view rest) {
    TableEntry entry;
    entry.kind = kind;
    entry.id = take_word(rest);
    entry.name = rest;
    entry.line = line_;
    if (entry.id.empty() || entry.name.empty()) fail("should give an id and a name, as in \"concept headache 두통\"");
    const bool is_known =
        std::ranges::any_of(table_.entries, [&](const TableEntry& known) { return known.id == entry.id; });
    if (is_known) fail("gives the id " + in_quotes(entry.id) + " again");
    table_.entries.push_back(std::move(entry));
    is_in_entry_ = true;
  }

  void take_property(std::string_view rest) {
    if (!is_in_entry_) fail("is indented, but stands below no concept, red-flag or note");
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) fail("should read \"KEY: …\", as in \"say: 머리 아프다\"");
    const std::string_view key = trim(rest.substr(0, colon));
    const std::string_view value = trim(rest.substr(colon + 1));
    if (value.empty()) fail("gives nothing for " + in_quotes(key));
    TableEntry& entry = table_.entries.back();
    if (key == "text") return add(entry.medical, value, ',');
    if (key == "near") return add(entry.wider, value, ',');
    if (key == "written") return add(entry.written, value, ',');
    if (key == "not") return add(entry.mistaken, value, ',');
    if (key == "say") return add(entry.spoken, value, '|');
    if (key == "except") return add(entry.harmless, value, '|');
    if (key == "role") return set_role(entry, value);
    if (key == "list") return set_list(entry, value);
    if (key == "from") return set(entry.source, value, key);
    if (key == "tell") return set(entry.sentence, value, key);
    if (key == "call") return set(entry.number, value, key);
    fail("has the key " + in_quotes(key) +
         "; it should be text, written, near, not, say, except, role, list, from, tell or call");
  }

  void add(std::vector<TableText>& texts, std::string_view value, char separator) {
    for (std::size_t begin = 0; begin <= value.size();) {
      const std::size_t end = std::min(value.find(separator, begin), value.size());
      const std::string_view part = trim(value.substr(begin, end - begin));
      if (part.empty()) fail("has nothing between two separators");
      if (text::normalize(part).text.empty()) fail("holds " + in_quotes(part) + ", which has no letter or digit");
      texts.push_back({std::string(part), line_});
      begin = end + 1;
    }
  }

  void set(std::string& property, std::string_view value, std::string_view key) {
    if (!property.empty()) fail("gives " + in_quotes(key) + " again");
    property = value;
  }

  void set_role(TableEntry& entry, std::string_view value) const {
    if (entry.kind != TableKind::symptom) fail("gives a role, which only concepts have");
    if (value != "circumstance" && value != "condition") {
      fail("has the role " + in_quotes(value) + "; it should be circumstance or condition");
    }
    entry.role = value == "condition" ? TableRole::condition : TableRole::circumstance;
  }

  void set_list(TableEntry& entry, std::string_view value) const {
    if (entry.kind != TableKind::note) fail("says what to list, which only notes do");
    if (value != "none" && value != "children first") {
      fail("lists " + in_quotes(value) + "; it should be none or children first");
    }
    entry.list = value == "none" ? TableList::none : TableList::children_first;
  }

  // What an entry lacks is known when the next one begins.
  void check_last() const {
    if (!is_in_entry_) return;
    const TableEntry& entry = table_.entries.back();
    const auto need = [&](bool holds, const char* what) {
      if (!holds) table_.fail(entry.line, "begins " + in_quotes(entry.id) + ", which has no \"" + what + "\" line");
    };
    if (entry.kind == TableKind::symptom) {
      need(!entry.medical.empty() || !entry.spoken.empty(), "text:\" or \"say:");
    } else {
      need(!entry.spoken.empty(), "say:");
      need(!entry.sentence.empty(), "tell:");
    }
    if (entry.kind == TableKind::red_flag) need(!entry.number.empty(), "call:");
    need(!entry.source.empty(), "from:");
  }

  [[noreturn]] void fail(const std::string& what) const { table_.fail(line_, what); }

  SymptomTable table_;
  std::size_t line_ = 0;
  bool is_in_entry_ = false;
};

}  // namespace

void SymptomTable::fail(std::size_t line, const std::string& what) const {
  throw BadData(source + ": line " + std::to_string(line) + " " + what, source);
}

SymptomTable read_symptom_table(std::string_view text, const std::string& source) {
  TableReader reader(source);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    reader.take(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return reader.finish();
}

}  // namespace pilling::search
