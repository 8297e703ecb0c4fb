#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <latch>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pilling/error.hpp"
#include "pilling/shared_cache.hpp"
#include "pilling/store.hpp"
#include "support/sample_rows.hpp"

namespace pilling::support {

/// What every Store promises. `Location` is default-constructible, stands for one empty store of its own, and has
/// `std::shared_ptr<Store> open()`, which opens that same store however often it is called. What `Store::cache` gives
/// goes through the suite in shared_cache_contract.hpp, too.
template <class Location>
class StoreContract : public testing::Test {
 protected:
  Location location_;
  std::shared_ptr<Store> store_ = location_.open();
};

TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, IsEmptyAtFirst) {
  Store& store = *this->store_;

  EXPECT_TRUE(store.medicines().empty());
  EXPECT_TRUE(store.pharmacies().empty());
  EXPECT_TRUE(store.summaries().empty());
  EXPECT_EQ(store.summary({.text = "a", .keyword = "", .maker = "b"}), std::nullopt);
  EXPECT_EQ(store.job("refresh"), std::nullopt);
  EXPECT_EQ(store.begin()->medicine({"1"}), std::nullopt);
  EXPECT_EQ(store.begin()->pharmacy({"1"}), std::nullopt);
  EXPECT_FALSE(store.name().empty());
}

TYPED_TEST_P(StoreContract, KeepsEveryFieldAcrossOpenings) {
  auto medicine = sample_medicine("200000001");
  medicine.withdrawn_on = "2025-03-01";
  const auto pharmacy = sample_pharmacy("C0000001");
  const SummaryKey key{.text = "fingerprint", .keyword = "", .maker = "extractive/1"};
  commit_one(*this->store_, medicine);
  commit_one(*this->store_, pharmacy);
  const auto transaction = this->store_->begin();
  transaction->put(key, sample_summary("extractive/1"));
  transaction->commit();

  this->store_.reset();
  const auto again = this->location_.open();

  EXPECT_EQ(again->medicines(), std::vector{medicine});
  EXPECT_EQ(again->pharmacies(), std::vector{pharmacy});
  EXPECT_EQ(again->summary(key), sample_summary("extractive/1"));
  EXPECT_EQ(again->begin()->medicine(medicine.id), medicine);
  EXPECT_EQ(again->begin()->pharmacy(pharmacy.id), pharmacy);
}

TYPED_TEST_P(StoreContract, KeepsTextsWhateverBytesTheyHold) {
  auto medicine = sample_medicine("1");
  medicine.name = std::string("zero\0byte", 9);
  medicine.efficacy = std::string(300'000, 'x') + "끝";
  medicine.usage = "\xff\xfe is no UTF-8";
  medicine.images = {"", "a\nb", "\\", "\\n"};
  Medicine bare;
  bare.id = {std::string("1\0", 2)};
  Pharmacy pharmacy;
  pharmacy.id = {"'); --"};

  commit_one(*this->store_, medicine);
  commit_one(*this->store_, bare);
  commit_one(*this->store_, pharmacy);

  EXPECT_EQ(this->store_->medicines(), (std::vector{medicine, bare}));
  EXPECT_EQ(this->store_->pharmacies(), std::vector{pharmacy});
}

TYPED_TEST_P(StoreContract, LeavesTheSummaryOfAMedicineOut) {
  auto medicine = sample_medicine("1");
  medicine.summary = sample_summary("extractive/1");

  commit_one(*this->store_, medicine);

  EXPECT_EQ(this->store_->medicines().at(0).summary, std::nullopt);
  EXPECT_TRUE(this->store_->summaries().empty());
}

TYPED_TEST_P(StoreContract, ReplacesRowsOfTheSameId) {
  auto newer = sample_medicine("1", "2");
  newer.images.clear();
  newer.efficacy.clear();
  auto moved = sample_pharmacy("1", "2");
  moved.hours = {};
  commit_one(*this->store_, sample_medicine("1"));
  commit_one(*this->store_, sample_pharmacy("1"));

  commit_one(*this->store_, newer);
  commit_one(*this->store_, moved);

  EXPECT_EQ(this->store_->medicines(), std::vector{newer});
  EXPECT_EQ(this->store_->pharmacies(), std::vector{moved});
}

TYPED_TEST_P(StoreContract, OrdersByTheBytesOfTheId) {
  const auto transaction = this->store_->begin();
  for (const char* id : {"b", "가", "10", "9", "a", "B"}) {
    transaction->put(sample_medicine(id));
    transaction->put(sample_pharmacy(id));
  }
  transaction->commit();

  std::vector<std::string> medicines;
  std::vector<std::string> pharmacies;
  for (const auto& medicine : this->store_->medicines()) medicines.push_back(medicine.id.value);
  for (const auto& pharmacy : this->store_->pharmacies()) pharmacies.push_back(pharmacy.id.value);

  const std::vector<std::string> expected{"10", "9", "B", "a", "b", "가"};
  EXPECT_EQ(medicines, expected);
  EXPECT_EQ(pharmacies, expected);
}

TYPED_TEST_P(StoreContract, ShowsNothingOfATransactionBeforeItsCommit) {
  commit_one(*this->store_, sample_medicine("1", "old"));
  const auto other = this->location_.open();
  const auto transaction = this->store_->begin();

  transaction->put(sample_medicine("1", "new"));
  transaction->put(sample_medicine("2", "new"));

  EXPECT_EQ(this->store_->medicines(), std::vector{sample_medicine("1", "old")});
  EXPECT_EQ(other->medicines(), std::vector{sample_medicine("1", "old")});
  transaction->commit();
  EXPECT_EQ(this->store_->medicines().size(), 2U);
  EXPECT_EQ(other->medicines().size(), 2U);
}

TYPED_TEST_P(StoreContract, SeesItsOwnWritesInATransaction) {
  const SummaryKey key{.text = "t", .keyword = "두통", .maker = "m"};
  const auto transaction = this->store_->begin();

  transaction->put(sample_medicine("1"));
  transaction->put(sample_pharmacy("2"));
  transaction->put(key, sample_summary("m"));

  EXPECT_EQ(transaction->medicine({"1"}), sample_medicine("1"));
  EXPECT_EQ(transaction->pharmacy({"2"}), sample_pharmacy("2"));
  EXPECT_TRUE(transaction->has_summary(key));
  EXPECT_EQ(transaction->medicine({"2"}), std::nullopt);
}

TYPED_TEST_P(StoreContract, RollsBackWhatWasNotCommitted) {
  commit_one(*this->store_, sample_medicine("1", "old"));
  const auto version = this->store_->catalogue_version();

  {
    const auto transaction = this->store_->begin();
    transaction->put(sample_medicine("1", "new"));
    transaction->put(sample_pharmacy("1"));
    transaction->put(sample_progress("refresh"));
  }

  EXPECT_EQ(this->store_->medicines(), std::vector{sample_medicine("1", "old")});
  EXPECT_TRUE(this->store_->pharmacies().empty());
  EXPECT_EQ(this->store_->job("refresh"), std::nullopt);
  EXPECT_EQ(this->store_->catalogue_version(), version);
  EXPECT_EQ(this->store_->begin()->medicine({"1"}), sample_medicine("1", "old"));
}

TYPED_TEST_P(StoreContract, RefusesWorkAfterTheCommit) {
  const auto transaction = this->store_->begin();
  transaction->commit();

  EXPECT_THROW(transaction->put(sample_medicine("1")), Error);
  EXPECT_THROW(transaction->commit(), Error);
  EXPECT_TRUE(this->store_->medicines().empty());
  commit_one(*this->store_, sample_medicine("1"));
  EXPECT_EQ(this->store_->medicines().size(), 1U);
}

TYPED_TEST_P(StoreContract, TellsSummariesApartByEveryPartOfTheKey) {
  const std::vector<SummaryKey> keys{
      {.text = "t", .keyword = "", .maker = "m"}, {.text = "t", .keyword = "두통", .maker = "m"},
      {.text = "t", .keyword = "", .maker = "n"}, {.text = "t", .keyword = "두통", .maker = "n"},
      {.text = "u", .keyword = "", .maker = "m"}, {.text = "u", .keyword = "발열", .maker = "m"}};
  const auto transaction = this->store_->begin();
  for (const auto& key : keys) {
    EXPECT_FALSE(transaction->has_summary(key));
    transaction->put(key, sample_summary(key.maker, key.text + key.keyword + key.maker));
    EXPECT_TRUE(transaction->has_summary(key));
  }
  transaction->commit();

  for (const auto& key : keys) {
    EXPECT_EQ(this->store_->summary(key), sample_summary(key.maker, key.text + key.keyword + key.maker));
  }
  EXPECT_EQ(this->store_->summary({.text = "u", .keyword = "두통", .maker = "m"}), std::nullopt);
  EXPECT_EQ(this->store_->summary({.text = "u", .keyword = "", .maker = "n"}), std::nullopt);
}

TYPED_TEST_P(StoreContract, ListsTheSummariesOfWholeTextsByKey) {
  const auto transaction = this->store_->begin();
  for (const char* text : {"b", "a"}) {
    for (const char* maker : {"n", "m"}) {
      transaction->put({.text = text, .keyword = "", .maker = maker}, sample_summary(maker, text));
      transaction->put({.text = text, .keyword = "두통", .maker = maker}, sample_summary(maker, "other"));
    }
  }
  transaction->commit();

  const auto summaries = this->store_->summaries();

  const std::vector<std::pair<SummaryKey, Summary>> expected{
      {{.text = "a", .keyword = "", .maker = "m"}, sample_summary("m", "a")},
      {{.text = "a", .keyword = "", .maker = "n"}, sample_summary("n", "a")},
      {{.text = "b", .keyword = "", .maker = "m"}, sample_summary("m", "b")},
      {{.text = "b", .keyword = "", .maker = "n"}, sample_summary("n", "b")}};
  EXPECT_EQ(summaries, expected);
}

TYPED_TEST_P(StoreContract, ReplacesASummaryOfTheSameKey) {
  const SummaryKey key{.text = "t", .keyword = "", .maker = "m"};
  const auto transaction = this->store_->begin();

  transaction->put(key, sample_summary("m", "first"));
  transaction->put(key, sample_summary("m", "second"));
  transaction->commit();

  EXPECT_EQ(this->store_->summary(key)->text, "second");
  EXPECT_EQ(this->store_->summaries().size(), 1U);
}

TYPED_TEST_P(StoreContract, RemembersWhoAnsweredInThePlaceOfWhoWasAsked) {
  for (const std::string& keyword : {std::string(), std::string("두통")}) {
    const SummaryKey key{.text = "t", .keyword = keyword, .maker = "model/1"};
    const auto transaction = this->store_->begin();
    transaction->put(key, sample_summary("extractive/1"));
    transaction->commit();

    EXPECT_EQ(this->store_->summary(key), sample_summary("extractive/1"));
    EXPECT_EQ(this->store_->summary({.text = "t", .keyword = keyword, .maker = "extractive/1"}), std::nullopt);
  }
  EXPECT_EQ(this->store_->summaries().at(0).first.maker, "model/1");
  EXPECT_EQ(this->store_->summaries().at(0).second.maker, "extractive/1");
}

TYPED_TEST_P(StoreContract, RefusesAPharmacyThatIsNowhere) {
  auto pharmacy = sample_pharmacy("1");
  pharmacy.position.latitude = std::numeric_limits<double>::quiet_NaN();
  const auto transaction = this->store_->begin();

  EXPECT_THROW(transaction->put(pharmacy), InvalidArgument);
  EXPECT_EQ(transaction->pharmacy({"1"}), std::nullopt);
}

TYPED_TEST_P(StoreContract, KeepsTheProgressOfJobs) {
  const JobProgress half{.name = "refresh/한글",
                         .cursor = "abc",
                         .done = 20,
                         .total = std::uint64_t{1} << 63U,
                         .is_finished = false,
                         .updated_at = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
  auto whole = half;
  whole.done = 40;
  whole.is_finished = true;

  commit_one(*this->store_, half);
  EXPECT_EQ(this->store_->job(half.name), half);
  commit_one(*this->store_, whole);

  EXPECT_EQ(this->location_.open()->job(half.name), whole);
  EXPECT_EQ(this->store_->job("refresh"), std::nullopt);
}

TYPED_TEST_P(StoreContract, KeepsTheNotesOfJobsByKey) {
  const JobNote second{.job = "refresh/한글", .key = "2", .text = std::string("\0\xff bytes", 8)};
  const JobNote first{.job = "refresh/한글", .key = "1", .text = ""};
  const JobNote of_another{.job = "refresh", .key = "1", .text = "x"};

  commit_one(*this->store_, second);
  commit_one(*this->store_, first);
  commit_one(*this->store_, of_another);
  EXPECT_EQ(this->store_->notes("refresh/한글"), (std::vector{first, second}));
  EXPECT_EQ(this->store_->note("refresh/한글", "2"), second.text);
  EXPECT_EQ(this->store_->note("refresh/한글", "3"), std::nullopt);

  const auto transaction = this->store_->begin();
  EXPECT_EQ(transaction->note("refresh/한글", "2"), second.text);
  EXPECT_EQ(transaction->note("refresh/한글", "3"), std::nullopt);
  transaction->put(JobNote{.job = "refresh", .key = "1", .text = "y"});
  transaction->erase_note("refresh/한글", "1");
  transaction->erase_note("refresh/한글", "3");
  EXPECT_EQ(transaction->note("refresh/한글", "1"), std::nullopt);
  EXPECT_EQ(this->store_->notes("refresh/한글").size(), 2U);
  transaction->commit();

  EXPECT_EQ(this->location_.open()->notes("refresh/한글"), std::vector{second});
  EXPECT_EQ(this->store_->notes("refresh").at(0).text, "y");
  EXPECT_TRUE(this->store_->notes("nobody").empty());
}

TYPED_TEST_P(StoreContract, GrowsItsVersionWithChangesOfTheCatalogueOnly) {
  Store& store = *this->store_;
  const auto other = this->location_.open();
  const auto at_first = store.catalogue_version();

  commit_one(store, sample_medicine("1"));
  const auto with_medicine = other->catalogue_version();
  commit_one(*other, sample_pharmacy("1"));
  const auto with_pharmacy = store.catalogue_version();
  commit_one(store, sample_progress("refresh"));
  commit_one(store, JobNote{.job = "refresh", .key = "1", .text = "x"});
  const auto transaction = store.begin();
  transaction->put({.text = "t", .keyword = "", .maker = "m"}, sample_summary("m"));
  transaction->commit();
  store.begin()->commit();
  commit_one(store, sample_medicine("1"));
  commit_one(store, sample_pharmacy("1"));

  EXPECT_LT(at_first, with_medicine);
  EXPECT_LT(with_medicine, with_pharmacy);
  EXPECT_EQ(store.catalogue_version(), with_pharmacy);
  this->store_.reset();
  EXPECT_EQ(this->location_.open()->catalogue_version(), with_pharmacy);
}

// A store may take a change of one for a change of both, but never the other way round.
TYPED_TEST_P(StoreContract, TellsWhichPartOfTheCatalogueMayHaveChanged) {
  Store& store = *this->store_;
  const auto other = this->location_.open();
  const auto at_first = store.catalogue_versions();

  commit_one(store, sample_medicine("1"));
  const auto with_medicine = other->catalogue_versions();
  commit_one(*other, sample_pharmacy("1"));
  const auto with_pharmacy = store.catalogue_versions();
  commit_one(store, sample_progress("refresh"));
  commit_one(store, sample_medicine("1"));

  EXPECT_GT(with_medicine.medicines, at_first.medicines);
  EXPECT_GE(with_medicine.pharmacies, at_first.pharmacies);
  EXPECT_GT(with_pharmacy.pharmacies, with_medicine.pharmacies);
  EXPECT_GE(with_pharmacy.medicines, with_medicine.medicines);
  EXPECT_EQ(store.catalogue_versions(), with_pharmacy);
  EXPECT_EQ(std::max(with_pharmacy.medicines, with_pharmacy.pharmacies), store.catalogue_version());
}

// A store that does not remember answers nothing.
TYPED_TEST_P(StoreContract, ListsTheMedicinesThatCameSinceAVersionOrNone) {
  Store& store = *this->store_;
  const auto other = this->location_.open();
  commit_one(store, sample_medicine("1"));
  commit_one(store, sample_medicine("2"));
  commit_one(store, sample_medicine("3"));
  const std::uint64_t before = store.catalogue_version();
  Medicine changed = sample_medicine("2");
  changed.name = "another name";

  commit_one(*other, sample_pharmacy("1"));
  commit_one(*other, sample_medicine("4"));
  commit_one(*other, changed);
  commit_one(*other, sample_medicine("3"));

  const auto since = store.medicines_since(before, 2);
  if (!since) GTEST_SKIP() << "this store does not remember";
  EXPECT_EQ(*since, (std::vector{changed, sample_medicine("4")}));
  EXPECT_EQ(store.medicines_since(before, 1), std::nullopt);
  EXPECT_EQ(store.medicines_since(store.catalogue_version(), 0), std::vector<Medicine>());
  EXPECT_EQ(store.medicines_since(0, 10).value(), store.medicines());
}

TYPED_TEST_P(StoreContract, MakesASecondWriterWaitForTheFirst) {
  const auto first = this->store_->begin();
  std::atomic<bool> is_ending = false;
  std::latch started(1);
  bool waited = false;
  std::optional<Medicine> seen;
  std::jthread second([&] {
    started.count_down();
    const auto transaction = this->store_->begin();
    waited = is_ending;
    seen = transaction->medicine({"1"});
    transaction->put(sample_medicine("2"));
    transaction->commit();
  });

  started.wait();
  first->put(sample_medicine("1"));
  is_ending = true;
  first->commit();
  second.join();

  EXPECT_TRUE(waited);
  EXPECT_EQ(seen, sample_medicine("1"));
  EXPECT_EQ(this->store_->medicines().size(), 2U);
}

TYPED_TEST_P(StoreContract, WaitsForAWriterNoLongerThanTheCallMay) {
  const auto first = this->store_->begin();
  const CallOptions over{.deadline = std::chrono::steady_clock::now(), .stop = {}};
  const auto other = this->location_.open();

  std::jthread([&] { EXPECT_THROW(this->store_->begin(over), Timeout); }).join();
  std::jthread([&] { EXPECT_THROW(other->begin(over), Timeout); }).join();

  first->put(sample_medicine("1"));
  first->commit();
  EXPECT_NO_THROW(this->store_->begin(over));
  EXPECT_NO_THROW(other->begin(over));
}

TYPED_TEST_P(StoreContract, StopsWaitingForAWriterWhenTheCallIsStopped) {
  const auto first = this->store_->begin();
  const auto other = this->location_.open();
  std::stop_source stop;
  const CallOptions call{.stop = stop.get_token()};
  std::vector<std::jthread> waiting;
  for (Store* store : {this->store_.get(), other.get()}) {
    waiting.emplace_back([store, &call] { EXPECT_THROW(store->begin(call), Timeout); });
  }

  stop.request_stop();
  waiting.clear();

  first->commit();
  commit_one(*other, sample_medicine("1"));
  EXPECT_EQ(this->store_->medicines().size(), 1U);
}

TYPED_TEST_P(StoreContract, RefusesASecondTransactionOfTheSameThread) {
  const auto first = this->store_->begin();

  EXPECT_THROW(this->store_->begin(), StorageError);

  first->put(sample_medicine("1"));
  first->commit();
  commit_one(*this->store_, sample_medicine("2"));
  EXPECT_EQ(this->store_->medicines().size(), 2U);
}

TYPED_TEST_P(StoreContract, LetsATransactionEndOnAnotherThread) {
  auto transaction = this->store_->begin();
  transaction->put(sample_medicine("1"));

  std::jthread([moved = std::move(transaction)] { moved->commit(); }).join();

  commit_one(*this->store_, sample_medicine("2"));
  EXPECT_EQ(this->store_->medicines().size(), 2U);
}

TYPED_TEST_P(StoreContract, KeepsATransactionThatOutlivesTheStore) {
  auto transaction = this->store_->begin();
  this->store_.reset();

  transaction->put(sample_medicine("1"));
  transaction->commit();
  transaction.reset();

  EXPECT_EQ(this->location_.open()->medicines().size(), 1U);
}

TYPED_TEST_P(StoreContract, HasACacheThatItsOpeningsShare) {
  const auto cache = this->store_->cache();
  const std::vector<std::string> keys{"a", "none"};

  cache->put(sample_entries("a", "1"), {});

  const auto again = this->location_.open()->cache();
  EXPECT_EQ(cache->origin(), Origin::store);
  EXPECT_FALSE(cache->name().empty());
  EXPECT_EQ(cache->get(keys, {}), (std::vector<std::optional<std::string>>{"1", std::nullopt}));
  EXPECT_EQ(again->get(keys, {}), cache->get(keys, {}));
}

TYPED_TEST_P(StoreContract, KeepsItsCacheApartFromTheRecord) {
  const auto version = this->store_->catalogue_version();

  this->store_->cache()->put(sample_entries("1", "x"), {});

  EXPECT_EQ(this->store_->catalogue_version(), version);
  EXPECT_TRUE(this->store_->medicines().empty());
  EXPECT_TRUE(this->store_->summaries().empty());
}

TYPED_TEST_P(StoreContract, LendsACacheThatOutlivesIt) {
  const auto cache = this->store_->cache();
  this->store_.reset();

  cache->put(sample_entries("a", "1"), {});

  const auto again = this->location_.open()->cache();
  EXPECT_EQ(again->get(std::vector<std::string>{"a"}, {}).at(0), "1");
}

TYPED_TEST_P(StoreContract, ReadsTheCacheWhileSomebodyWrites) {
  const auto cache = this->store_->cache();
  cache->put(sample_entries("a", "1"), {});

  const auto transaction = this->store_->begin();
  transaction->put(sample_medicine("1"));

  EXPECT_EQ(cache->get(std::vector<std::string>{"a"}, {}).at(0), "1");
}

TYPED_TEST_P(StoreContract, RefusesToWriteTheCacheOnTheThreadOfATransaction) {
  const auto cache = this->store_->cache();
  const auto transaction = this->store_->begin();

  EXPECT_THROW(cache->put(sample_entries("a", "1"), {}), StorageError);
  EXPECT_THROW(cache->erase(std::vector<std::string>{"a"}, {}), StorageError);

  transaction->put(sample_medicine("1"));
  transaction->commit();
  cache->put(sample_entries("a", "1"), {});
  EXPECT_EQ(cache->get(std::vector<std::string>{"a"}, {}).at(0), "1");
  EXPECT_EQ(this->store_->medicines().size(), 1U);
}

TYPED_TEST_P(StoreContract, WaitsForAWriterOfTheCacheNoLongerThanTheCallMay) {
  const auto first = this->store_->begin();
  const CallOptions over{.deadline = std::chrono::steady_clock::now(), .stop = {}};

  for (const auto& cache : {this->store_->cache(), this->location_.open()->cache()}) {
    std::jthread([&] { EXPECT_THROW(cache->put(sample_entries("a", "1"), over), Timeout); }).join();
    EXPECT_EQ(cache->get(std::vector<std::string>{"a"}, {}).at(0), std::nullopt);
  }
}

TYPED_TEST_P(StoreContract, ShowsReadersWholeStatesWhileAWriterCommits) {
  constexpr int rows = 20;
  constexpr int editions = 25;
  const auto write = [this](int edition) {
    const auto transaction = this->store_->begin();
    for (int i = 0; i < rows; ++i) {
      transaction->put(sample_medicine(std::to_string(i), std::to_string(edition)));
      transaction->put(sample_pharmacy(std::to_string(i), std::to_string(edition)));
    }
    transaction->commit();
  };
  write(0);
  std::atomic<bool> is_done = false;
  std::atomic<int> torn = 0;
  const auto is_whole = [](const auto& all) {
    return all.size() == rows &&
           std::ranges::all_of(all, [&](const auto& row) { return row.name == all.front().name; });
  };

  {
    std::latch started(8);
    std::vector<std::jthread> readers;
    for (int i = 0; i < 8; ++i) {
      readers.emplace_back([&, i] {
        const auto store = i % 2 == 0 ? this->store_ : this->location_.open();
        started.count_down();
        do {
          torn += is_whole(store->medicines()) && is_whole(store->pharmacies()) ? 0 : 1;
        } while (!is_done);
      });
    }
    started.wait();
    for (int edition = 1; edition <= editions; ++edition) write(edition);
    is_done = true;
  }

  EXPECT_EQ(torn, 0);
  EXPECT_EQ(this->store_->medicines().front().name, sample_medicine("0", std::to_string(editions)).name);
}

TYPED_TEST_P(StoreContract, LosesNoWriteOfManyWriters) {
  constexpr int writers = 4;
  constexpr int each = 10;
  const auto before = this->store_->catalogue_version();

  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back([this, writer] {
        const auto store = writer % 2 == 0 ? this->store_ : this->location_.open();
        for (int i = 0; i < each; ++i) commit_one(*store, sample_medicine(std::to_string(writer * each + i)));
      });
    }
  }

  EXPECT_EQ(this->store_->medicines().size(), std::size_t{writers * each});
  EXPECT_EQ(this->store_->catalogue_version(), before + writers * each);
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, IsEmptyAtFirst, KeepsEveryFieldAcrossOpenings,
                            KeepsTextsWhateverBytesTheyHold, LeavesTheSummaryOfAMedicineOut, ReplacesRowsOfTheSameId,
                            OrdersByTheBytesOfTheId, ShowsNothingOfATransactionBeforeItsCommit,
                            SeesItsOwnWritesInATransaction, RollsBackWhatWasNotCommitted, RefusesWorkAfterTheCommit,
                            TellsSummariesApartByEveryPartOfTheKey, ListsTheSummariesOfWholeTextsByKey,
                            ReplacesASummaryOfTheSameKey, RemembersWhoAnsweredInThePlaceOfWhoWasAsked,
                            RefusesAPharmacyThatIsNowhere, KeepsTheProgressOfJobs, KeepsTheNotesOfJobsByKey,
                            GrowsItsVersionWithChangesOfTheCatalogueOnly, TellsWhichPartOfTheCatalogueMayHaveChanged,
                            ListsTheMedicinesThatCameSinceAVersionOrNone, MakesASecondWriterWaitForTheFirst,
                            WaitsForAWriterNoLongerThanTheCallMay, StopsWaitingForAWriterWhenTheCallIsStopped,
                            RefusesASecondTransactionOfTheSameThread, LetsATransactionEndOnAnotherThread,
                            KeepsATransactionThatOutlivesTheStore, ShowsReadersWholeStatesWhileAWriterCommits,
                            LosesNoWriteOfManyWriters, HasACacheThatItsOpeningsShare, KeepsItsCacheApartFromTheRecord,
                            LendsACacheThatOutlivesIt, ReadsTheCacheWhileSomebodyWrites,
                            RefusesToWriteTheCacheOnTheThreadOfATransaction,
                            WaitsForAWriterOfTheCacheNoLongerThanTheCallMay);

}  // namespace pilling::support
