#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <pybind11/pybind11.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "deferred.hpp"
#include "pilling/engine.hpp"
#include "pilling/resilient_transport.hpp"
#include "pilling/source.hpp"
#include "pilling/spending.hpp"
#include "types.hpp"

/// C++ values as the dataclasses of `pilling._types`. All of it needs the GIL.
namespace pilling::python {

namespace py = pybind11;
using namespace py::literals;

inline py::object decoded(std::string_view text, const char* on_error) {
  auto* const object = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), on_error);
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

/// Messages and places hold file names, which need not be UTF-8. They come out as Python itself shows such names.
inline py::object to_python(const std::string& text) { return decoded(text, "surrogateescape"); }

inline double to_python(std::chrono::nanoseconds elapsed) { return std::chrono::duration<double>(elapsed).count(); }

inline py::object to_python(std::chrono::sys_seconds time) {
  return types().from_timestamp(time.time_since_epoch().count(), types().utc);
}

inline py::object to_python(MatchKind kind) { return types().match_kind(kind); }
inline py::object to_python(TextReading reading) { return types().text_reading(reading); }
inline py::object to_python(NameField field) { return types().name_field(field); }
inline py::object to_python(Origin origin) { return types().origin(origin); }
inline py::object to_python(OpenState state) { return types().open_state(state); }

// Declared ahead, so that the templates below find the overload of every element.
inline py::object to_python(const Medicine& medicine);
inline py::object to_python(const std::shared_ptr<const Medicine>& medicine);
inline py::object to_python(const MedicineMatch& match);
inline py::object to_python(const NameMatch& match);
inline py::object to_python(const ConfusableName& name);
inline py::object to_python(const ConfusableMedicine& found);
inline py::object to_python(const OpenInterval& interval);
inline py::object to_python(const CacheTierStats& tier);
inline py::object to_python(const OperationStats& operation);
inline py::object to_python(const SkippedRow& row);
inline py::object to_python(const SymptomNote& note);
inline py::object to_python(const Summary& summary);
inline py::object to_python(const SymptomMatch& match);

inline py::object to_python(const DailyQuotaStats& quota);
inline py::object to_python(const HolidayCalendar::Holiday& holiday);
inline py::object to_python(const HostStats& host);
inline py::object to_python(const ModelPrice& price);
inline py::object to_python(const Pharmacy& pharmacy);

template <class Value>
py::object to_python(const std::optional<Value>& value) {
  return value ? to_python(*value) : py::none();
}

template <class Values>
py::tuple to_tuple(const Values& values) {
  py::tuple result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) result[i] = to_python(values[i]);
  return result;
}

/// Python counts characters where C++ counts bytes.
inline py::tuple to_character_spans(std::string_view text, const std::vector<ByteSpan>& spans) {
  const auto characters = [&](std::size_t bytes) {
    std::size_t count = 0;
    for (const char byte : text.substr(0, bytes)) count += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    return count;
  };
  py::tuple result(spans.size());
  for (std::size_t i = 0; i < spans.size(); ++i) {
    result[i] = py::make_tuple(characters(spans[i].begin), characters(spans[i].end));
  }
  return result;
}

inline py::object to_python(const Summary& summary) {
  return types().summary(summary.text, to_tuple(summary.indications), summary.maker, to_python(summary.made_at));
}

inline py::object field_of(const Medicine& medicine, std::size_t field) {
  constexpr std::array texts = {&Medicine::name,         &Medicine::english_name, &Medicine::company,
                                &Medicine::ingredients,  &Medicine::dispensing,   &Medicine::efficacy,
                                &Medicine::usage,        &Medicine::warnings,     &Medicine::precautions,
                                &Medicine::interactions, &Medicine::side_effects, &Medicine::storage};
  constexpr std::array dates = {&Medicine::published_on, &Medicine::updated_on, &Medicine::withdrawn_on};
  constexpr std::size_t images = 1 + texts.size();
  constexpr std::size_t summary = images + 1 + dates.size();
  if (field == 0) return py::str(medicine.id.value);
  if (field < images) return py::str(medicine.*texts[field - 1]);
  if (field == images) return to_tuple(medicine.images);
  if (field < summary) return py::str(medicine.*dates[field - images - 1]);
  return to_python(medicine.summary);
}

inline py::object to_python(const Medicine& medicine) {
  return types().medicine.from_each([&](std::size_t field) { return field_of(medicine, field); });
}

/// Of a catalogue: fields are made when they are looked at, for all texts of a medicine are some kilobytes.
class DeferredMedicine final : public DeferredFields {
 public:
  explicit DeferredMedicine(std::shared_ptr<const Medicine> medicine)
      : DeferredFields(types().medicine), medicine_(std::move(medicine)) {}
  py::object make(std::size_t field) override { return field_of(*medicine_, field); }

 private:
  std::shared_ptr<const Medicine> medicine_;
};

inline py::object to_python(const std::shared_ptr<const Medicine>& medicine) {
  py::object object = deferred(std::make_unique<DeferredMedicine>(medicine));
  constexpr std::size_t name = 1;  // which everybody looks at
  types().medicine.set(object, name, field_of(*medicine, name));
  return object;
}

inline py::object to_python(const Answer& answer) {
  const auto age = answer.age ? py::object(py::float_(to_python(*answer.age))) : py::object(py::none());
  return types().answer(to_python(answer.origin), to_python(answer.elapsed), answer.degraded, to_tuple(answer.warnings),
                        answer.stale, age);
}

inline py::object to_python(const MedicineMatch& match) {
  return types().medicine_match(to_python(match.medicine), to_python(match.kind), to_python(match.reading),
                                to_python(match.field), match.edits, match.score, match.text,
                                to_character_spans(match.text, match.spans), match.approximate, explain(match));
}

inline py::object to_python(const NameMatch& match) {
  return types().name_match(match.name, match.index, to_python(match.kind), to_python(match.reading),
                            to_python(match.field), match.edits, match.score, match.text,
                            to_character_spans(match.text, match.spans),
                            to_character_spans(match.name, {match.brand})[0], match.approximate, explain(match));
}

inline py::object to_python(const ConfusableName& name) {
  return types().confusable_name(name.index, name.brand, name.edits, name.similarity);
}

inline py::object to_python(const ConfusableMedicine& found) {
  return types().confusable_medicine(to_python(found.medicine), found.brand, found.edits, found.similarity);
}

inline py::object to_python(const SymptomMatch& match) {
  return types().symptom_match(
      to_python(match.medicine), match.score, to_tuple(match.concepts), to_tuple(match.missing), to_tuple(match.wider),
      to_character_spans(match.medicine->efficacy, match.spans), match.summary, match.approximate);
}

inline py::tuple to_python(const std::vector<MentionedSymptom>& symptoms, std::string_view phrase) {
  py::tuple result(symptoms.size());
  for (std::size_t i = 0; i < symptoms.size(); ++i) {
    const MentionedSymptom& symptom = symptoms[i];
    result[i] = types().mentioned_symptom(symptom.id, symptom.name, to_character_spans(phrase, symptom.spans),
                                          symptom.approximate);
  }
  return result;
}

inline py::object to_python(const std::optional<RedFlag>& flag, std::string_view phrase) {
  if (!flag) return py::none();
  return types().red_flag(flag->id, flag->name, flag->sentence, flag->number, to_character_spans(phrase, flag->spans));
}

inline py::object to_python(const SymptomNote& note) {
  return types().symptom_note(note.id, note.name, note.sentence, note.withholds_medicines);
}

inline py::object to_python(const UnansweredSymptom& unanswered) {
  return types().unanswered_symptom(py::str(unanswered.phrase.data(), unanswered.phrase.size()),
                                    unanswered.is_understood, unanswered.approximate);
}

inline py::object to_python(const OpenInterval& interval) {
  return types().open_interval(interval.open, interval.close);
}

inline py::object to_python(const Pharmacy& pharmacy) {
  return types().pharmacy(pharmacy.id.value, pharmacy.name, pharmacy.address, pharmacy.telephone,
                          types().coordinate(pharmacy.position.latitude, pharmacy.position.longitude),
                          types().opening_hours(to_tuple(pharmacy.hours.days)));
}

inline py::object to_python(std::optional<std::chrono::minutes> duration) {
  if (!duration) return py::none();
  return types().timedelta("minutes"_a = duration->count());
}

inline py::object to_python(const OpenStatus& status, std::chrono::sys_seconds instant) {
  return types().open_status(to_python(status.state), to_python(status.today), to_python(status.closes_in),
                             to_python(status.opens_in), status.may_open_before, status.is_holiday,
                             status.is_holiday_known, to_python(instant));
}

inline py::object to_python(const NearbyPharmacy& nearby, std::chrono::sys_seconds instant) {
  return types().nearby_pharmacy(to_python(*nearby.pharmacy), nearby.distance_meters, nearby.bearing_degrees,
                                 to_python(nearby.status, instant));
}

inline py::tuple to_python(const std::vector<NearbyPharmacy>& pharmacies, std::chrono::sys_seconds instant) {
  py::tuple result(pharmacies.size());
  for (std::size_t i = 0; i < pharmacies.size(); ++i) result[i] = to_python(pharmacies[i], instant);
  return result;
}

inline py::object to_python(const NearbyCursor& cursor) {
  return types().nearby_cursor(cursor.distance_meters, cursor.id.value, cursor.version);
}

inline py::object to_python(const NearbyResult& result) {
  return types().nearby_result(to_python(result.pharmacies, result.instant),
                               result.next ? to_python(*result.next) : py::object(py::none()),
                               to_python(result.instant), to_python(result.answer));
}

inline py::object to_python(const SkippedRow& row) { return types().skipped_row(row.line, to_python(row.reason)); }

inline py::object to_python(const ImportReport& report) {
  return types().import_report(report.rows, report.added, report.updated, report.unchanged, report.older,
                               report.repeated, report.not_in_file, to_tuple(report.skipped), to_tuple(report.notes),
                               to_tuple(report.doubts), to_python(report.elapsed));
}

inline py::object to_python(const RefreshReport& report) {
  py::dict fields;
  fields["rows"] = report.rows;
  fields["added"] = report.added;
  fields["updated"] = report.updated;
  fields["unchanged"] = report.unchanged;
  fields["older"] = report.older;
  fields["withdrawn"] = report.withdrawn;
  fields["not_listed"] = report.not_listed;
  fields["pages_taken_up"] = report.pages_taken_up;
  fields["skipped"] = to_tuple(report.skipped);
  fields["texts"] = report.texts;
  fields["kept"] = report.kept;
  fields["made"] = report.made;
  fields["replaced"] = report.replaced;
  fields["without"] = report.without;
  fields["calls"] = report.calls;
  fields["repeated_calls"] = report.repeated_calls;
  fields["asked_again"] = report.asked_again;
  fields["dollars"] = report.dollars;
  fields["is_price_known"] = report.is_price_known;
  fields["in_batches"] = report.in_batches;
  fields["failures"] = to_tuple(report.failures);
  fields["warnings"] = to_tuple(report.warnings);
  fields["is_complete"] = report.is_complete;
  fields["elapsed_seconds"] = to_python(report.elapsed);
  return types().refresh_report(**fields);
}

inline py::object to_python(const RefreshProgress& progress) {
  return types().refresh_progress(to_string(progress.stage), progress.done, progress.total, progress.dollars);
}

inline py::object to_python(const CacheStats& stats) {
  return types().cache_stats(stats.hits, stats.misses, stats.evictions, stats.entries, stats.weight,
                             stats.maximum_weight);
}

inline py::object to_python(const LatencySummary& latency) {
  return types().latency_summary(latency.count, to_python(latency.total), to_python(latency.median),
                                 to_python(latency.p99), to_python(latency.maximum));
}

inline py::object to_python(const OperationStats& operation) {
  return types().operation_stats(operation.name, operation.failures, operation.slow_calls,
                                 to_python(operation.latency));
}

inline py::object to_python(const CacheTierStats& tier) {
  return types().cache_tier_stats(to_python(tier.name), tier.hits, tier.misses, tier.damaged, tier.failures,
                                  tier.skipped, tier.pending, tier.is_resting, to_python(tier.latency));
}

inline py::object to_python(const TieredCacheStats& cache) {
  return types().tiered_cache_stats(cache.name, to_python(cache.memory), to_python(cache.memory_latency), cache.stale,
                                    cache.absent, cache.loads, cache.load_failures, cache.loads_saved,
                                    cache.early_refreshes, cache.refused, cache.backed_off, cache.in_flight,
                                    to_python(cache.load_latency), to_tuple(cache.tiers));
}

inline py::object to_python(const ModelStats& model) {
  return types().model_stats(model.calls, model.calls_saved, model.dollars_spent, model.dollars_saved);
}

inline py::object to_python(const TokenUsage& usage) {
  return types().token_usage(usage.input, usage.cached_input, usage.cache_write, usage.output);
}

inline py::object to_python(const SummarizerStats& stats) {
  py::dict faults;
  for (const auto& [reason, count] : stats.faults) faults[py::str(reason)] = count;
  return types().summarizer_stats(stats.calls, stats.made, stats.asked_again, stats.replaced, faults,
                                  to_python(stats.tokens), stats.dollars);
}

inline py::object to_python(const EngineStats& stats) {
  return types().engine_stats(to_python(stats.store), stats.medicines, stats.pharmacies, stats.catalogue_version,
                              stats.watch_loads, stats.watch_failures, to_python(stats.answers),
                              to_python(stats.summaries), to_python(stats.look_ups), to_python(stats.model),
                              to_python(stats.summarizer), to_tuple(stats.operations));
}

inline py::object to_python(const SlowCall& call) {
  return types().slow_call(std::string(call.operation), to_python(call.elapsed));
}

inline py::object to_python(std::chrono::year_month_day day) {
  return types().date(static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                      static_cast<unsigned>(day.day()));
}

inline py::object to_python(const HolidayCalendar::Holiday& holiday) {
  return types().holiday(to_python(holiday.day), holiday.name);
}

inline py::object to_python(const CircuitBreakerStats& breaker) {
  return types().breaker_stats(to_string(breaker.state), breaker.opened, breaker.refused, breaker.written_off,
                               breaker.window_calls, breaker.window_failures, breaker.window_slow,
                               to_python(breaker.open_for));
}

inline py::object to_python(const RateLimiterStats& limiter) {
  return types().limiter_stats(limiter.requests, limiter.tokens, limiter.requests_per_minute, limiter.tokens_per_minute,
                               limiter.waits, limiter.refused, to_python(limiter.waited),
                               to_python(limiter.closed_for));
}

inline py::object to_python(const HostStats& host) {
  return types().host_stats(host.host, host.calls, host.tries, host.retries, host.refused, host.waits,
                            to_python(host.waited), to_python(host.breaker), to_python(host.limiter));
}

inline py::object to_python(const DailyQuotaStats& quota) {
  return types().quota_stats(quota.name, quota.operation, quota.calls_per_day, quota.remaining);
}

inline py::object to_python(const DollarBudgetStats& budget) {
  return types().budget_stats(budget.name, budget.dollars_today, budget.dollars_this_month, budget.refused);
}

inline py::object to_python(const ModelPrice& price) {
  const auto number = [](std::optional<double> dollars) {
    return dollars ? py::object(py::float_(*dollars)) : py::object(py::none());
  };
  return types().model_price(price.model, price.input, price.output, number(price.cached_input),
                             number(price.cache_write), to_python(price.since), price.source);
}

template <class Row>
py::object to_python(const SourcePage<Row>& page) {
  return types().source_page(to_tuple(page.rows), page.total, to_tuple(page.skipped));
}

template <class Row>
py::object to_python(const AllRows<Row>& all) {
  return types().all_rows(to_tuple(all.rows), to_tuple(all.skipped), all.total, all.pages, all.repeated,
                          all.is_complete);
}

inline py::object in_seconds(std::optional<std::chrono::milliseconds> duration) {
  if (!duration) return py::none();
  return py::float_(std::chrono::duration<double>(*duration).count());
}

}  // namespace pilling::python
