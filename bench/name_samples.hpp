#pragma once

#include <vector>

#include "name_queries.hpp"

namespace pilling::bench {

/// 50,000 names: real ones where the public data are (PILLING_DATA_DIR, else shared/data beside the checkout), else
/// invented.
const Strings& names();

/// 117,000 real names, Korean and American; none without the public data.
const Strings& many_names();

/// Queries over `names()` of every class in `sample_classes`. The only right answer to an invented one is the name it
/// was made from.
const std::vector<KnownQuery>& queries();

inline constexpr std::array<std::string_view, 15> sample_classes = {
    "exact",      "prefix",    "substring", "choseong",   "incomplete",    "typo1",       "typo2",    "wrong_ime",
    "unit_space", "typo_long", "mixed_cho", "ingredient", "nfd_fullwidth", "latin_brand", "latin_eng"};

/// What a Korean input method shows of 600 brands after this many strokes; of fewer brands where some are shorter.
Strings typed_brands(std::size_t strokes);

/// Every single letter and digit of the keyboard.
Strings single_strokes();

/// Every pair of Latin letters, and of Korean letters every pair that a name begins with: a syllable of two strokes or
/// two initials.
Strings pairs_of_strokes();

}  // namespace pilling::bench
