#include <string>
#include <string_view>

#include "pilling/search.hpp"

namespace pilling {
namespace {

template <class Match>
std::string what_matched(const Match& match) {
  switch (match.kind) {
    case MatchKind::exact:
      return "the whole name";
    case MatchKind::brand:
      return "the whole brand";
    case MatchKind::prefix:
      return "the beginning of the name";
    case MatchKind::other_name:
      return "another name or word of it";
    case MatchKind::same_brand:
      return "the brand of a name that is known by the text";
    case MatchKind::inside:
      return match.approximate ? "a part of the name whose number goes on" : "a part of the name";
    case MatchKind::words:
      return "all words";
    case MatchKind::initials:
      return "initial consonants";
    case MatchKind::fuzzy:
      return "a similar spelling, " + std::to_string(match.edits) + (match.edits == 1 ? " stroke" : " strokes") +
             " away";
    case MatchKind::sound:
      return "a similar sound in the other script";
    case MatchKind::partial:
      return "the text without its numbers, which were not found so";
  }
  return "unknown";
}

std::string_view where(NameField field) {
  switch (field) {
    case NameField::name:
      return "";
    case NameField::brackets:
      return ", in the brackets";
    case NameField::export_name:
      return ", in the export name";
    case NameField::ingredient:
      return ", in an ingredient";
    case NameField::english_name:
      return ", in the English name";
    case NameField::alias:
      return ", in an alias";
  }
  return "";
}

template <class Match>
std::string explanation(const Match& match) {
  std::string line = what_matched(match);
  line += where(match.field);
  if (match.reading == TextReading::korean_layout) line += ", typed with the Latin keyboard layout";
  if (match.reading == TextReading::latin_layout) line += ", typed with the Korean keyboard layout";
  return line;
}

}  // namespace

std::string_view to_string(MatchKind kind) noexcept {
  switch (kind) {
    case MatchKind::exact:
      return "exact";
    case MatchKind::brand:
      return "brand";
    case MatchKind::prefix:
      return "prefix";
    case MatchKind::other_name:
      return "other_name";
    case MatchKind::same_brand:
      return "same_brand";
    case MatchKind::inside:
      return "inside";
    case MatchKind::words:
      return "words";
    case MatchKind::initials:
      return "initials";
    case MatchKind::fuzzy:
      return "fuzzy";
    case MatchKind::sound:
      return "sound";
    case MatchKind::partial:
      return "partial";
  }
  return "unknown";
}

std::string_view to_string(TextReading reading) noexcept {
  switch (reading) {
    case TextReading::literal:
      return "literal";
    case TextReading::korean_layout:
      return "korean_layout";
    case TextReading::latin_layout:
      return "latin_layout";
  }
  return "unknown";
}

std::string_view to_string(NameField field) noexcept {
  switch (field) {
    case NameField::name:
      return "name";
    case NameField::brackets:
      return "brackets";
    case NameField::export_name:
      return "export_name";
    case NameField::ingredient:
      return "ingredient";
    case NameField::english_name:
      return "english_name";
    case NameField::alias:
      return "alias";
  }
  return "unknown";
}

std::string explain(const NameMatch& match) { return explanation(match); }
std::string explain(const MedicineMatch& match) { return explanation(match); }

}  // namespace pilling
