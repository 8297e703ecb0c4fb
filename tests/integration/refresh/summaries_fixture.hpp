#pragma once

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/refresh.hpp"
#include "pilling/store.hpp"
#include "refresh/make_summaries.hpp"
#include "refresh/work.hpp"
#include "support/paid_summarizer.hpp"
#include "support/temporary_directory.hpp"
#include "text/fingerprint.hpp"

namespace pilling::refresh {

/// A store, and refreshes of the summaries of some texts, of one medicine each.
template <class Maker = support::PaidSummarizer>
struct SummariesFixture : testing::Test {
  support::TemporaryDirectory directory;
  std::shared_ptr<Store> store = make_sqlite_store(directory.path() / "pilling.db");
  Maker summarizer;
  RefreshOptions options{.workers = 1};
  std::vector<Medicine> medicines;
  std::vector<RefreshProgress> progress;
  RefreshProgressHook on_progress;

  void put(const std::vector<std::string>& texts) {
    medicines.clear();
    for (const std::string& text : texts) {
      Medicine medicine;
      medicine.id = {std::to_string(209'900'001 + medicines.size())};
      medicine.efficacy = text;
      medicines.push_back(medicine);
    }
  }

  void put_distinct(int count) {
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) texts.push_back("효능 " + std::to_string(i));
    put(texts);
  }

  RefreshReport refresh(std::stop_token stop = {}) {
    const RefreshProgressHook hook = [this](const RefreshProgress& now) {
      progress.push_back(now);
      if (on_progress) on_progress(now);
    };
    Work work(*store, summarizer, options, hook, std::move(stop), &std::chrono::system_clock::now);
    work.report.is_complete = make_summaries(work, medicines);
    return work.finish();
  }

  std::optional<Summary> stored(std::string_view text) {
    return store->summary({.text = text::fingerprint(text), .keyword = {}, .maker = summarizer.maker()});
  }

  void expect_each_paid_once() const {
    for (const auto& [text, times] : summarizer.paid) EXPECT_EQ(times, 1) << text;
  }
};

}  // namespace pilling::refresh
