#include "search/symptom_matches.hpp"

#include <algorithm>
#include <optional>

namespace pilling::search {
namespace {

class Matcher {
 public:
  Matcher(const SymptomPhrase& phrase, std::uint32_t first, std::uint32_t end)
      : phrase_(phrase), first_(first), end_(end) {}

  // With `last` as the last part.
  std::optional<PatternMatch> match(const Pattern& pattern, std::uint32_t last) const {
    const PatternPart& final_part = pattern.parts.back();
    const SymptomToken& token = phrase_.tokens()[last];
    const bool is_denied = token.is_denied || token.is_unable;
    if (final_part.is_denied && !is_denied) return std::nullopt;
    if (!holds(final_part, token, pattern.use)) return std::nullopt;
    PatternMatch match{.entry = pattern.entry, .use = pattern.use, .tokens = bit(last), .last = last};
    match.needs_denial = final_part.is_denied;
    if (final_part.is_ending) {
      match.is_over = token.is_past && !is_denied;
    } else if (!final_part.is_denied) {
      match.is_denied = token.is_denied;
    }
    std::uint32_t right = last;
    for (std::size_t part = pattern.parts.size() - 1; part > 0; --part) {
      if (!place(pattern.parts[part - 1], last, right, match)) return std::nullopt;
    }
    return match;
  }

 private:
  std::uint64_t bit(std::uint32_t token) const { return std::uint64_t{1} << (token - first_); }

  bool fits(const PatternPart& part, std::uint32_t token) const {
    const SymptomToken& candidate = phrase_.tokens()[token];
    if (!phrase_.is(candidate, part.words)) return false;
    return !part.is_denied || candidate.is_denied || candidate.is_unable;
  }

  bool place(const PatternPart& part, std::uint32_t last, std::uint32_t& right, PatternMatch& match) const {
    const auto found = part.is_elsewhere ? anywhere(part, match) : near(part, last, right, match.use);
    if (!found) return false;
    if (part.is_elsewhere) {
      match.elsewhere |= bit(*found);
      return true;
    }
    match.tokens |= bit(*found);
    match.last = std::max(match.last, *found);
    right = *found;
    return true;
  }

  std::optional<std::uint32_t> anywhere(const PatternPart& part, const PatternMatch& match) const {
    for (std::uint32_t i = first_; i < end_; ++i) {
      const bool is_used = ((match.tokens | match.elsewhere) & bit(i)) != 0;
      if (!is_used && fits(part, i) && (part.is_denied || !is_denied(phrase_.tokens()[i], match.use))) return i;
    }
    return std::nullopt;
  }

  // "임신은 아닌데" says of nothing else that it is of a pregnancy. In doubt, a red flag is raised.
  bool is_denied(const SymptomToken& token, PatternUse use) const {
    if (token.is_denied) return true;
    if (use == PatternUse::red_flag || phrase_.word(token).is_adverb) return false;
    if (use == PatternUse::symptom && !phrase_.word(token).is_noun()) return false;
    return token.remark == Remark::denied;
  }

  // "코가 막힌 건 아닌데 숨을 못쉬어요" is not harmless.
  bool holds(const PatternPart& part, const SymptomToken& token, PatternUse use) const {
    const bool is_harmless = use == PatternUse::harmless || use == PatternUse::no_note;
    return !is_harmless || part.is_denied || phrase_.word(token).is_noun() || !is_denied(token, use);
  }

  // A noun that the last word is said of, or a verb shortly before.
  std::optional<std::uint32_t> near(const PatternPart& part, std::uint32_t last, std::uint32_t right,
                                    PatternUse use) const {
    const auto suits = [&](std::uint32_t token) {
      return fits(part, token) && holds(part, phrase_.tokens()[token], use);
    };
    for (const std::uint32_t noun : phrase_.tokens()[last].nouns) {
      if (noun >= first_ && noun < end_ && noun != right && suits(noun)) return noun;
    }
    constexpr std::size_t close = 10;
    const std::size_t begin = phrase_.tokens()[right].begin;
    for (std::uint32_t i = right; i-- > first_ && begin - std::min(begin, phrase_.tokens()[i].end) <= close;) {
      const bool is_verb = !phrase_.word(phrase_.tokens()[i]).is_noun();
      if ((is_verb || is_owner(i, right)) && suits(i)) return i;
    }
    return std::nullopt;
  }

  // Whether a noun stands in the row of nouns before another.
  bool is_owner(std::uint32_t noun, std::uint32_t right) const {
    const auto& nouns = phrase_.tokens()[right].nouns;
    return std::ranges::find(nouns, noun) != nouns.end();
  }

  const SymptomPhrase& phrase_;
  std::uint32_t first_;
  std::uint32_t end_;
};

bool is_part_of(std::uint64_t part, std::uint64_t whole) { return (part & ~whole) == 0; }

// Whether the other match explains the same words and more.
bool is_swallowed(const PatternMatch& match, const PatternMatch& other) {
  if (match.tokens == other.tokens) {
    return match.elsewhere != other.elsewhere && is_part_of(match.elsewhere, other.elsewhere);
  }
  return is_part_of(match.tokens, other.tokens);
}

bool is_of_symptoms(const PatternMatch& match) { return match.use == PatternUse::symptom; }

// A harmless phrase that holds only a part of what another is made of leaves it: "기온은 40도, 열도 40도".
bool takes_words(const PatternMatch& harmless, const PatternMatch& match) {
  if (match.use != PatternUse::note && match.use != PatternUse::red_flag) return false;
  const PatternUse use = match.use == PatternUse::note ? PatternUse::no_note : PatternUse::harmless;
  if (harmless.use != use || harmless.entry != match.entry) return false;
  return is_part_of(match.tokens | match.elsewhere, harmless.tokens | harmless.elsewhere);
}

// Harmless phrases take the words from the red flag that they are written below, longer ones from shorter ones.
void drop_swallowed(std::vector<PatternMatch>& matches) {
  const std::vector<PatternMatch> all = matches;
  std::erase_if(matches, [&](const PatternMatch& match) {
    return std::ranges::any_of(all, [&](const PatternMatch& other) {
      return takes_words(other, match) ||
             (is_of_symptoms(match) && is_of_symptoms(other) && is_swallowed(match, other));
    });
  });
}

}  // namespace

std::vector<PatternMatch> find_matches(const SymptomPhrase& phrase, std::uint32_t first, std::uint32_t end,
                                       const std::vector<Pattern>& patterns,
                                       const std::vector<std::vector<std::uint32_t>>& by_class) {
  // Most patterns need a word that the row does not hold.
  std::vector<char> is_there(by_class.size());
  for (std::uint32_t token = first; token < end; ++token) {
    phrase.for_each_class(phrase.tokens()[token], [&](ClassId words) { is_there[words] = 1; });
  }
  const auto may_match = [&](const Pattern& pattern) {
    return std::ranges::all_of(pattern.parts, [&](const PatternPart& part) { return is_there[part.words] != 0; });
  };
  const Matcher matcher(phrase, first, end);
  std::vector<PatternMatch> matches;
  for (std::uint32_t last = first; last < end; ++last) {
    phrase.for_each_class(phrase.tokens()[last], [&](ClassId words) {
      for (const std::uint32_t pattern : by_class[words]) {
        if (!may_match(patterns[pattern])) continue;
        if (const auto match = matcher.match(patterns[pattern], last)) matches.push_back(*match);
      }
    });
  }
  drop_swallowed(matches);
  return matches;
}

}  // namespace pilling::search
