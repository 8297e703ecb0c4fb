#include "refresh/make_summaries.hpp"

#include <string>
#include <unordered_set>
#include <utility>

#include "refresh/batch_calls.hpp"
#include "refresh/direct_calls.hpp"
#include "refresh/missing_texts.hpp"

namespace pilling::refresh {
namespace {

void estimate(Work& work, const Texts& texts) {
  const std::unordered_set<std::string> in_batches = texts_in_batches(work);
  for (const MissingText& missing : texts.missing) {
    if (in_batches.contains(missing.fingerprint)) {
      ++work.report.in_batches;
      continue;
    }
    ++work.report.calls;
    const SummaryCost cost = work.summarizer().cost({.text = missing.text, .keyword = {}}, work.options.uses_batches);
    work.report.dollars += cost.dollars.value_or(0);
    if (missing.may_be_paid) ++work.report.repeated_calls;
  }
}

// Whatever is under way in batches is not asked for again, however the rest is asked for.
void make(Work& work, Texts texts) {
  SummaryBatches* const batches = work.summarizer().batches();
  if (batches == nullptr) return DirectCalls(work, std::move(texts)).run();
  BatchCalls in_batches(work, *batches, std::move(texts));
  in_batches.take_over();
  if (work.options.uses_batches) {
    in_batches.submit_rest();
    if (work.options.waits_for_batches) in_batches.wait_for_open();
  } else {
    DirectCalls(work, in_batches.rest()).run();
  }
  work.report.in_batches = in_batches.under_way();
}

}  // namespace

bool make_summaries(Work& work, const std::vector<Medicine>& medicines) {
  if (work.options.uses_batches && work.summarizer().batches() == nullptr) {
    throw InvalidArgument("the summarizer " + work.maker() +
                          " makes no batches; leave RefreshOptions::uses_batches out");
  }
  Texts texts = find_texts(work.store(), work.maker(), medicines);
  RefreshReport& report = work.report;
  report.texts = texts.distinct;
  report.kept = texts.kept;
  report.without = texts.without;
  if (!texts.missing.empty()) {
    const SummaryRequest first{.text = texts.missing.front().text, .keyword = {}};
    report.is_price_known = work.summarizer().cost(first, work.options.uses_batches).dollars.has_value();
  }
  if (work.options.dry_run) {
    estimate(work, texts);
    return texts.missing.empty();
  }
  make(work, std::move(texts));
  report.dollars = work.dollars();
  report.asked_again = work.asked_again();
  return report.kept + report.made + report.without == report.texts;
}

}  // namespace pilling::refresh
