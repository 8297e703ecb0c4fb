#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/symptom_grammar.hpp"
#include "search/symptom_language.hpp"
#include "search/symptom_matches.hpp"

namespace pilling::search {

/// A match, and what the phrase says of it.
struct JudgedMatch {
  PatternMatch match;
  Remark remark = Remark::nothing;
};

/// The matches of one row of tokens, the first of which is `first`.
struct JudgedRow {
  const SymptomPhrase& phrase;
  std::uint32_t first = 0;
  std::vector<JudgedMatch> matches{};
};

/// "설사 나게 하는 약": what somebody wants to bring about is no complaint, and is set aside. "열 떨어지게 하는 약" is
/// left alone: 열 by itself is the complaint, which the verb ends.
void set_wishes_aside(JudgedRow& row, std::span<const Pattern> patterns);

/// "변비약 먹고 설사해요": what a medicine was taken for is no complaint beside another one. Returns whether any
/// medicine was taken.
bool drop_what_was_taken(JudgedRow& row);

/// "눈알이 빠질 것같이 머리가 아파요": what a complaint is only compared with is none.
void drop_similes(JudgedRow& row);

/// Marks the less important of two complaints of which one brings the other about: "코가 막혀서 잠을 못 자요" is about
/// the nose, "피곤해서 입안이 헐었어요" about the mouth. `mentions` come in the order of the phrase.
void mark_secondary(const SymptomPhrase& phrase, std::span<const TableEntry> concepts,
                    std::span<PhraseReading::Mention> mentions);

/// "위염이 있는데 두통약": takes out the illness that somebody has while asking for something else. Returns whether
/// there was one.
bool drop_conditions(const SymptomPhrase& phrase, std::span<const TableEntry> concepts,
                     std::vector<PhraseReading::Mention>& mentions);

}  // namespace pilling::search
