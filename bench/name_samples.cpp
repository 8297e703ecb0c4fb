#include "name_samples.hpp"

#include <algorithm>
#include <random>
#include <unordered_set>

#include "korean_typing.hpp"
#include "sources/csv.hpp"
#include "sources/file_bytes.hpp"
#include "support/public_data.hpp"
#include "text/syllable.hpp"
#include "text/utf8.hpp"

namespace pilling::bench {
namespace {

using support::public_data;
using Random = std::mt19937;

constexpr std::size_t name_count = 50'000;
constexpr std::size_t many_name_count = 117'000;
constexpr std::size_t invented_queries_per_class = 112;

std::string characters(std::string_view text, std::size_t first, std::size_t count) {
  const std::u32string all = text::decoded(text);
  return text::encoded(all.substr(std::min(first, all.size()), count));
}

struct InventedName {
  std::string brand;
  std::string latin;
  std::string form;
  std::string strength;
  std::string ingredient;

  std::string whole() const {
    return brand + form + strength + (ingredient.empty() ? std::string() : "(" + ingredient + ")");
  }
};

InventedName invented_name(Random& random) {
  struct Syllable {
    const char* korean;
    const char* latin;
  };
  static const std::vector<Syllable> syllables = {
      {"가", "ga"},  {"나", "na"},  {"다", "da"},  {"라", "ra"}, {"마", "ma"}, {"바", "ba"},  {"사", "sa"},
      {"아", "a"},   {"자", "ja"},  {"타", "ta"},  {"파", "pa"}, {"하", "ha"}, {"레", "le"},  {"놀", "nol"},
      {"린", "lin"}, {"스", "s"},   {"트", "t"},   {"로", "ro"}, {"프", "p"},  {"디", "di"},  {"코", "co"},
      {"메", "me"},  {"펜", "pen"}, {"솔", "sol"}, {"시", "si"}, {"클", "cl"}, {"탄", "tan"}, {"정", "jeong"}};
  static const Strings forms = {"정", "캡슐", "연질캡슐", "서방정", "시럽", "주", "크림", "점안액"};
  static const Strings strengths = {"10mg",      "20mg", "100밀리그램", "500밀리그람", "0.5mg",
                                    "80/12.5mg", "25㎍", "5%",          "1,000IU"};
  static const Strings ingredients = {"아세트아미노펜", "로사르탄칼륨", "케토프로펜", "클로피도그렐황산수소염"};
  const auto one_of = [&random](const auto& all) { return all[random() % all.size()]; };
  InventedName name;
  for (std::size_t left = 2 + random() % 4; left > 0; --left) {
    const Syllable syllable = one_of(syllables);
    name.brand += syllable.korean;
    name.latin += syllable.latin;
  }
  name.form = one_of(forms);
  if (random() % 4 != 0) name.strength = one_of(strengths);
  if (random() % 3 == 0) name.ingredient = one_of(ingredients);
  return name;
}

const std::vector<InventedName>& invented_names() {
  static const std::vector<InventedName> all = [] {
    std::vector<InventedName> names;
    Random random(20240701);
    while (names.size() < name_count) names.push_back(invented_name(random));
    return names;
  }();
  return all;
}

// Another letter of the same hand, so that a consonant stays one.
std::string with_slips(std::string_view korean, std::size_t slips, Random& random) {
  constexpr std::string_view left_hand = "qwertasdfgzxcv";
  constexpr std::string_view right_hand = "yuiophjklbnm";
  std::string strokes = strokes_of(korean);
  for (; slips > 0; --slips) {
    char& stroke = strokes[random() % strokes.size()];
    const std::string_view hand = left_hand.find(stroke) != std::string_view::npos ? left_hand : right_hand;
    stroke = hand[(hand.find(stroke) + 1) % hand.size()];
  }
  return typed(strokes);
}

std::string full_width(std::string_view text) {
  constexpr char32_t distance = U'！' - U'!';
  std::u32string wide = text::decoded(text);
  for (char32_t& character : wide) {
    if (character > U' ' && character < 0x7F) character += distance;
  }
  return text::encoded(wide);
}

std::string without_last_stroke(std::string_view korean) {
  std::string strokes = strokes_of(korean);
  strokes.pop_back();
  return typed(strokes);
}

std::string invented_text(std::string_view kind, const InventedName& name, Random& random) {
  if (kind == "prefix") return characters(name.whole(), 0, 2 + random() % 3);
  if (kind == "substring") return characters(name.whole(), 1 + random() % 3, 3);
  if (kind == "choseong") return with_initials(name.brand, 0);
  if (kind == "mixed_cho") return with_initials(name.brand, 1);
  if (kind == "incomplete") return without_last_stroke(name.brand);
  if (kind == "typo1") return with_slips(name.brand, 1, random);
  if (kind == "typo2") return with_slips(name.brand, 2, random);
  if (kind == "typo_long") return with_slips(name.brand, 1, random) + name.form + name.strength;
  if (kind == "wrong_ime") return strokes_of(name.brand);
  if (kind == "unit_space") return name.brand + " " + name.form + " " + name.strength;
  if (kind == "ingredient") return name.ingredient;
  if (kind == "nfd_fullwidth") return full_width(name.whole());
  if (kind == "latin_brand") return name.latin;
  if (kind == "latin_eng") return name.latin + " tab.";
  return name.whole();
}

std::vector<KnownQuery> invented_queries() {
  std::vector<KnownQuery> all;
  Random random(7);
  for (const std::string_view kind : sample_classes) {
    for (std::size_t left = invented_queries_per_class; left > 0;) {
      const InventedName& name = invented_names()[random() % name_count];
      if (kind == "ingredient" && name.ingredient.empty()) continue;
      all.push_back({std::string(kind), invented_text(kind, name, random), {name.whole()}});
      --left;
    }
  }
  return all;
}

Strings brands() {
  Strings all;
  if (const auto corpus = public_data("names/search_corpus_50k.tsv.gz")) {
    for (const Strings& row : rows_of(*corpus)) all.push_back(row.size() > 2 ? row[2] : row[0]);
  } else {
    for (const InventedName& name : invented_names()) all.push_back(name.brand);
  }
  std::erase_if(all,
                [](const std::string& brand) { return !std::ranges::all_of(text::decoded(brand), text::is_syllable); });
  return all;
}

Strings american_names(const std::filesystem::path& path) {
  Strings all;
  const auto add = [&all](const sources::CsvRow& row) {
    const std::string& strength = row.fields.at(3);
    all.push_back(row.fields.at(5) + " " + strength.substr(0, strength.find(" **")));
  };
  sources::read_csv(sources::read_file_bytes(path), {.row = add, .broken = [](auto, auto) {}});
  if (!all.empty()) all.erase(all.begin());
  return all;
}

}  // namespace

const Strings& names() {
  static const Strings all = [] {
    Strings names;
    if (const auto corpus = public_data("names/search_corpus_50k.tsv.gz")) {
      for (NameEntry& entry : name_entries(*corpus, false)) names.push_back(std::move(entry.name));
    } else {
      for (const InventedName& name : invented_names()) names.push_back(name.whole());
    }
    return names;
  }();
  return all;
}

const Strings& many_names() {
  static const Strings all = [] {
    const auto american = public_data("english/fda_drugsatfda_products.csv.gz");
    const auto korean = public_data("names/all_product_names_ko.txt.gz");
    if (!american || !korean || !public_data("names/search_corpus_50k.tsv.gz")) return Strings{};
    Strings names = bench::names();
    std::unordered_set<std::string> known(names.begin(), names.end());
    const auto add = [&](const std::string& name) {
      if (names.size() < many_name_count && known.insert(name).second) names.push_back(name);
    };
    for (const std::string& name : american_names(*american)) add(name);
    for (const Strings& row : rows_of(*korean)) add(row[0]);
    return names;
  }();
  return all;
}

const std::vector<KnownQuery>& queries() {
  static const std::vector<KnownQuery> all = [] {
    const auto file = public_data("names/queries_dev.tsv");
    return file && public_data("names/search_corpus_50k.tsv.gz") ? known_queries(*file) : invented_queries();
  }();
  return all;
}

Strings typed_brands(std::size_t strokes) {
  constexpr std::size_t brand_count = 600;
  static const Strings all = brands();
  Strings texts;
  Random random(11);
  for (std::size_t left = brand_count; left > 0; --left) {
    const std::string latin = strokes_of(all[random() % all.size()]);
    if (latin.size() >= strokes) texts.push_back(typed(latin.substr(0, strokes)));
  }
  return texts;
}

Strings single_strokes() {
  Strings all;
  for (const char32_t stroke :
       std::u32string_view(U"abcdefghijklmnopqrstuvwxyz0123456789"
                           U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ")) {
    all.push_back(text::encoded({&stroke, 1}));
  }
  return all;
}

Strings pairs_of_strokes() {
  std::set<std::string> pairs;
  for (char first = 'a'; first <= 'z'; ++first) {
    for (char second = 'a'; second <= 'z'; ++second) pairs.insert({first, second});
  }
  for (const std::string& name : names()) {
    const std::u32string begin = text::decoded(name).substr(0, 2);
    if (begin.empty() || !text::is_syllable(begin[0])) continue;
    const std::string syllable = text::encoded(begin.substr(0, 1));
    if (strokes_of(syllable).size() == 2) pairs.insert(syllable);
    if (begin.size() == 2 && text::is_syllable(begin[1])) pairs.insert(with_initials(text::encoded(begin), 0));
  }
  return {pairs.begin(), pairs.end()};
}

}  // namespace pilling::bench
