#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pilling::search {

/// A word or phrase of the table, as written, and the line it stands in.
struct TableText {
  std::string text;
  std::size_t line = 0;
};

/// `words NAME: …`: words of which any may stand where a phrase names <NAME>.
struct TableClass {
  std::string name;
  std::vector<TableText> words;
};

enum class TableKind { symptom, red_flag, note };

/// `role:` of a concept, beside another one.
enum class TableRole {
  complaint,     ///< nothing special
  circumstance,  ///< what brings another complaint about or comes of it: fatigue, lost sleep
  condition,     ///< an illness that somebody has while asking for something else
};

/// `list:` of a note: which medicines may be named.
enum class TableList { any, children_first, none };

/// `concept ID NAME`, `red-flag ID NAME` or `note ID NAME`, and the lines below it.
struct TableEntry {
  TableKind kind = TableKind::symptom;
  std::string id;
  std::string name;
  std::size_t line = 0;
  std::vector<TableText> medical;   ///< `text:`, the forms that efficacy texts and people use
  std::vector<TableText> written;   ///< `written:`, forms of the texts that people mean something else by
  std::vector<TableText> wider;     ///< `near:`, what texts say of it besides, or of more than it
  std::vector<TableText> mistaken;  ///< `not:`, longer forms that hold one of these and mean something else
  std::vector<TableText> spoken;    ///< `say:`, phrases
  std::vector<TableText> harmless;  ///< `except:`, phrases that take the words from a spoken one
  TableRole role = TableRole::complaint;
  TableList list = TableList::any;
  std::string source;    ///< `from:`
  std::string sentence;  ///< `tell:`
  std::string number;    ///< `call:`
};

struct SymptomTable {
  std::string version;
  std::string source;  ///< of the table, for errors
  std::vector<TableText> adverbs;
  std::vector<TableClass> classes;
  std::vector<TableEntry> entries;

  /// Throws BadData for a mistake in a line.
  [[noreturn]] void fail(std::size_t line, const std::string& what) const;
};

/// Reads the lines of a table and checks that each entry has what it needs. What the phrases name is not looked at yet.
SymptomTable read_symptom_table(std::string_view text, const std::string& source);

}  // namespace pilling::search
