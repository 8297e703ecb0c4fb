// How many efficacy texts of a medicines file get a summary, and whether the summaries keep the rules that no text may
// break. Ends with 1 when one does.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "pilling/summarizer.hpp"
#include "sources/file_contents.hpp"

namespace {

constexpr std::size_t line_characters = 60;

// White space is blank for blank, so that an indication can be looked for in the text.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  text.erase(std::ranges::unique(text, [](char a, char b) { return a == ' ' && b == ' '; }).begin(), text.end());
  return text;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool has_whole_brackets(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += (c == '(' || c == '[') - (c == ')' || c == ']');
    if (depth < 0) return false;
  }
  return depth == 0;
}

// Verbatim, no bracket cut, a line of whole indications, short unless the first alone is not.
bool keeps_the_rules(const std::string& text, const pilling::Summary& summary) {
  const std::string folded = one_line(text);
  std::string line;
  std::size_t used = 0;
  for (const std::string& indication : summary.indications) {
    if (indication.empty() || folded.find(indication) == std::string::npos) return false;
    if (has_whole_brackets(folded) && !has_whole_brackets(indication)) return false;
    if (line == summary.text) continue;
    if (used++ > 0) line += ", ";
    line += indication;
  }
  return !summary.text.empty() && line == summary.text && (used == 1 || characters(line) <= line_characters);
}

struct Tally {
  std::size_t rows = 0;
  std::size_t summarized_rows = 0;
  std::size_t summarized_texts = 0;
  std::size_t violations = 0;
  std::size_t indications = 0;
  std::size_t line_characters = 0;
};

Tally measure(const std::map<std::string, std::size_t>& texts) {
  const auto summarizer = pilling::make_extractive_summarizer();
  Tally tally;
  for (const auto& [text, rows] : texts) {
    tally.rows += rows;
    const auto summary = summarizer->summarize({.text = text, .keyword = {}}, {});
    if (!summary) {
      std::cout << "no summary: " << text << '\n';
      continue;
    }
    tally.summarized_rows += rows;
    ++tally.summarized_texts;
    tally.indications += summary->indications.size();
    tally.line_characters += characters(summary->text);
    if (keeps_the_rules(text, *summary)) continue;
    ++tally.violations;
    std::cout << "breaks a rule: " << text << '\n';
  }
  return tally;
}

double per(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

int run(const char* path) {
  std::map<std::string, std::size_t> texts;
  const auto contents = pilling::sources::read_medicine_file(path);
  for (const auto& numbered : contents.rows) {
    if (!numbered.row.efficacy.empty()) ++texts[numbered.row.efficacy];
  }
  const Tally tally = measure(texts);
  std::cout << "rows                    " << contents.rows.size() << '\n'
            << "rows with a text        " << tally.rows << '\n'
            << "distinct texts          " << texts.size() << '\n'
            << "rows with a summary     " << 100 * per(tally.summarized_rows, tally.rows) << " %\n"
            << "texts with a summary    " << 100 * per(tally.summarized_texts, texts.size()) << " %\n"
            << "broken rules            " << tally.violations << '\n'
            << "indications per text    " << per(tally.indications, tally.summarized_texts) << '\n'
            << "characters per line     " << per(tally.line_characters, tally.summarized_texts) << '\n';
  return tally.violations == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: summary_quality FILE, a file of e약은요 rows\n";
    return 2;
  }
  try {
    return run(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
