#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/error.hpp"
#include "support/engine_fixture.hpp"

namespace pilling {
namespace {

using support::names_of;
using Names = std::vector<std::string>;

// Three brands that differ by a stroke, and one that others know by other names.
constexpr const char* rows = R"(
{"itemSeq":"200000001","itemName":"두통엔정500밀리그램","entpName":"(주)새봄","mainIngr":"아세트아미노펜,카페인무수물","ETC_OTC_CODE":"일반의약품"}
{"itemSeq":"200000002","itemName":"두통엔정","entpName":"들꽃제약","ETC_OTC_CODE":"전문의약품","ITEM_ENG_NAME":"Headend Tab."}
{"itemSeq":"200000003","itemName":"두통안시럽","entpName":"들꽃제약","ETC_OTC_CODE":"모름"}
{"itemSeq":"200000004","itemName":"두통온정","entpName":"들꽃제약"}
)";

class EngineNames : public support::EngineFixture {
 protected:
  Engine filled(const EngineOptions& options) const {
    Engine engine(options);
    engine.import_medicines(file("medicines.jsonl", rows));
    return engine;
  }

  Engine filled() const { return filled(options()); }
};

TEST_F(EngineNames, AreFoundByIngredient) {
  const SearchResult result = filled().search("카페인무수물");

  ASSERT_EQ(names_of(result), (Names{"두통엔정500밀리그램"}));
  EXPECT_EQ(result.matches[0].field, NameField::ingredient);
  EXPECT_EQ(result.matches[0].text, "아세트아미노펜,카페인무수물");
  EXPECT_EQ(explain(result.matches[0]), "another name or word of it, in an ingredient");
}

TEST_F(EngineNames, AreFoundByEnglishNameWithAllOfTheirBrand) {
  const SearchResult result = filled().search("headend");

  ASSERT_EQ(names_of(result), (Names{"두통엔정", "두통엔정500밀리그램"}));
  EXPECT_EQ(result.matches[0].field, NameField::english_name);
  EXPECT_EQ(result.matches[1].kind, MatchKind::same_brand);
}

TEST_F(EngineNames, AreFoundByTheAliasesOfTheUser) {
  EngineOptions with_aliases = options();
  with_aliases.aliases = {{.alias = "머리약", .name = "두통엔"},
                          {.alias = "아이약", .name = "두통안 시럽"},
                          {.alias = "네번째", .name = "200000004"},
                          {.alias = "아무것도", .name = "없는이름"}};
  const Engine engine = filled(with_aliases);

  EXPECT_EQ(names_of(engine.search("머리약")), (Names{"두통엔정", "두통엔정500밀리그램"}));
  EXPECT_EQ(names_of(engine.search("아이약")), (Names{"두통안시럽"}));
  EXPECT_EQ(names_of(engine.search("네번째")), (Names{"두통온정"}));
  EXPECT_TRUE(engine.search("아무것도").matches.empty());
}

TEST_F(EngineNames, RefuseAliasesThatCouldNeverBeFound) {
  for (const MedicineAlias& bad : {MedicineAlias{"\xff", "두통엔"}, MedicineAlias{"머리약", "\xff"},
                                   MedicineAlias{" ", "두통엔"}, MedicineAlias{"머리약", "()"}}) {
    EngineOptions with_alias = options();
    with_alias.aliases = {bad};

    EXPECT_THROW(Engine{with_alias}, InvalidArgument);
  }
}

TEST_F(EngineNames, ComeByPopularityWhereTheyAreEquallyGood) {
  EngineOptions with_popularity = options();
  with_popularity.popularity = {{"200000004", 9}, {"200000003", 5}};

  EXPECT_EQ(names_of(filled(with_popularity).search("두통")),
            (Names{"두통온정", "두통안시럽", "두통엔정", "두통엔정500밀리그램"}));
}

TEST_F(EngineNames, AreFiltered) {
  const Engine engine = filled();

  EXPECT_EQ(names_of(engine.search("두통", 10, {.company = "새봄"})), (Names{"두통엔정500밀리그램"}));
  EXPECT_EQ(names_of(engine.search("두통", 10, {.form = "시럽"})), (Names{"두통안시럽"}));
  EXPECT_EQ(names_of(engine.search("두통", 10, {.dispensing = "otc"})), (Names{"두통엔정500밀리그램"}));
  EXPECT_EQ(engine.suggest("두통", 10, {.dispensing = "prescription"}), (Names{"두통엔정"}));
  EXPECT_EQ(engine.search("두통").matches.size(), 4u);
}

TEST_F(EngineNames, SayWhenTwoBrandsAreEquallyNear) {
  const Engine engine = filled();

  const SearchResult unclear = engine.search("두통언");
  const SearchResult best_alone = engine.search("두통언", 1);
  const SearchResult clear = engine.search("두통엔");

  ASSERT_EQ(unclear.answer.warnings.size(), 1u);
  EXPECT_NE(unclear.answer.warnings[0].find("about equally near"), std::string::npos);
  EXPECT_FALSE(unclear.answer.degraded);
  EXPECT_EQ(best_alone.matches.size(), 1u);
  EXPECT_EQ(best_alone.answer.warnings, unclear.answer.warnings);
  EXPECT_TRUE(clear.answer.warnings.empty());
}

TEST_F(EngineNames, HaveOthersThatTheyAreTakenFor) {
  const Engine engine = filled();

  const auto confusable = engine.confusable_names("두통엔정 500mg");

  ASSERT_EQ(confusable.size(), 2u);
  EXPECT_EQ(confusable[0].edits, 1u);
  EXPECT_GE(confusable[0].similarity, confusable[1].similarity);
  Names brands = {confusable[0].brand, confusable[1].brand};
  std::ranges::sort(brands);
  EXPECT_EQ(brands, (Names{"두통안", "두통온"}));
  EXPECT_TRUE(confusable[0].medicine->name.starts_with(confusable[0].brand));
  EXPECT_THROW(engine.confusable_names("두통", 0), InvalidArgument);
}

TEST_F(EngineNames, KeepWhatALaterFileLeavesOut) {
  Engine engine = filled();

  engine.import_medicines(
      file("later.jsonl", R"row({"itemSeq":"200000002","itemName":"두통엔정","entpName":"들꽃제약(주)"})row"));

  const auto medicine = engine.medicine({"200000002"});
  ASSERT_TRUE(medicine);
  EXPECT_EQ(medicine->company, "들꽃제약(주)");
  EXPECT_EQ(medicine->english_name, "Headend Tab.");
  EXPECT_EQ(medicine->dispensing, "prescription");
  EXPECT_EQ(engine.medicine({"200000003"})->dispensing, "");
}

}  // namespace
}  // namespace pilling
