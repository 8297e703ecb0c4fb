#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pilling/export.hpp"

namespace pilling {

/// 품목기준코드: the product code that all services of the Ministry of Food and Drug Safety share.
/// Nine digits, kept as text.
struct MedicineId {
  std::string value;  ///< "195700020"
  auto operator<=>(const MedicineId&) const = default;
};

/// What a medicine is for, in few words, and who wrote it.
struct Summary {
  std::string text;                      ///< one short line
  std::vector<std::string> indications;  ///< in the order of the text
  std::string maker;                     ///< "extractive/1", or a model's name and prompt version
  std::chrono::sys_seconds made_at{};    ///< UTC; 0 from the extractive summarizer itself, never from an engine
  bool operator==(const Summary&) const = default;
};

/// One product, as e약은요 describes it. Texts are plain UTF-8 without markup; an empty text means "not given".
struct Medicine {
  MedicineId id;
  std::string name;                 ///< as registered
  std::string english_name;         ///< as registered
  std::string company;              ///< whose product it is
  std::string ingredients;          ///< comma-separated, as given
  std::string dispensing;           ///< "otc" or "prescription"
  std::string efficacy;             ///< what it is for
  std::string usage;                ///< how to take it
  std::string warnings;             ///< what to know before taking it
  std::string precautions;          ///< who must not take it
  std::string interactions;         ///< which medicines and foods to watch
  std::string side_effects;         ///< what may go wrong
  std::string storage;              ///< how to keep it
  std::vector<std::string> images;  ///< URLs, in the order they were given
  std::string published_on;         ///< ISO date, or empty
  std::string updated_on;           ///< ISO date, or empty
  std::string withdrawn_on;         ///< ISO date on which a refresh no longer found it at its sources, or empty
  std::optional<Summary> summary;   ///< of `efficacy`; none when there is no text
  bool operator==(const Medicine&) const = default;
};

/// Bytes [begin, end) of a UTF-8 string. Both ends lie on character borders.
struct ByteSpan {
  std::size_t begin = 0;  ///< counted from 0
  std::size_t end = 0;    ///< behind the last
  auto operator<=>(const ByteSpan&) const = default;
};

/// Where an answer was found, cheapest first.
enum class Origin {
  memory_cache,  ///< finished before, in this process
  index,         ///< made now from the catalogue in memory
  store,         ///< the database
  shared_cache,  ///< a cache outside of the process
  live,          ///< a source or summarizer was asked
};

/// How an answer was found. Part of every result.
struct Answer {
  Origin origin = Origin::index;
  std::chrono::nanoseconds elapsed{};  ///< from the call to its answer
  bool degraded = false;               ///< something that should have helped did not; `warnings` say what
  bool stale = false;                  ///< past its time, for want of a newer one; `warnings` say why
  std::optional<std::chrono::milliseconds> age = std::nullopt;  ///< of what is kept for a time
  std::vector<std::string> warnings;                            ///< for people, in English
  bool operator==(const Answer&) const = default;
};

}  // namespace pilling
