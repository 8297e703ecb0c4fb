#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/summary_phrase.hpp"
#include "sources/summary_synonyms.hpp"

namespace pilling::sources {

/// One indication of an efficacy text, as `find_indications` keeps it together, and what may be said after it: its
/// parts by themselves as far as they then say the same.
class Statement {
 public:
  Statement(std::string_view indication, const Synonyms& synonyms);

  /// The whole of it, in a normal form.
  const std::string& normal() const noexcept { return normal_; }

  /// `actions` are those of the phrase, or of the list that it stands in.
  bool supports(const Phrase& phrase, const Actions& actions) const;

 private:
  struct Item {
    std::vector<std::string> names{};
    Actions own{};
    Actions actions{};       // its own, or those of the list
    bool is_action = false;  // and nothing that it is done about
    bool is_bound = false;   // the cause or condition of something else
    bool is_effect = false;
  };
  void add_chunk(std::string_view chunk, const Synonyms& synonyms);
  void add_caused(std::string_view cause, std::string_view effect, std::string_view chunk, const Synonyms& synonyms);
  void add_parts(std::string_view text, const Synonyms& synonyms);
  void add_item(std::string_view text, const Synonyms& synonyms);
  void bind_items();
  void spread_actions();
  bool item_supports(const Item& item, const Phrase& phrase, const Actions& actions) const;
  bool supplies(const Phrase& phrase, const Actions& actions) const;

  std::string normal_;
  std::vector<std::string> words_;  // for what is supplied
  std::vector<Item> items_;
  std::vector<std::string> causes_;
  bool is_whole_only_ = false;
  bool is_after_cause_ = false;
  Actions last_actions_;
};

/// What an efficacy text supports of what is said about it.
class Grounds {
 public:
  Grounds(std::string_view text, const Synonyms& synonyms);

  /// The text says of nothing that it is used for it.
  bool is_empty() const noexcept { return statements_.empty(); }

  /// Whether each part of a list says what the text says.
  bool support(std::string_view answer) const;

 private:
  bool support(std::string_view part, const Actions& inherited) const;
  bool support_all(const std::vector<std::string_view>& parts, const Actions& inherited) const;
  std::size_t whole_statement_at(const std::vector<std::string_view>& parts, std::size_t begin) const;

  const Synonyms& synonyms_;
  std::vector<Statement> statements_;
  bool has_whole_brackets_;
};

}  // namespace pilling::sources
