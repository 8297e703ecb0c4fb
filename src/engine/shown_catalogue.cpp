#include "engine/shown_catalogue.hpp"

#include <algorithm>
#include <utility>

#include "engine/catalogue_changes.hpp"
#include "engine/name_look_up.hpp"
#include "engine/symptom_look_up.hpp"
#include "text/fingerprint.hpp"

namespace pilling::engine {
namespace {

// Answers that are older than so many changes are made anew.
constexpr std::size_t most_changes = 64;

// A medicine that was changed, if only in its summary, is another object.
template <class Result>
bool are_current(const MedicineCatalogue& catalogue, const Result& result) {
  return std::ranges::all_of(result.matches,
                             [&](const auto& match) { return catalogue.find(match.medicine->id) == match.medicine; });
}

template <class IsTouched>
bool is_untouched(const ShownMedicines& shown, std::uint64_t then, const IsTouched& is_touched) {
  return std::ranges::none_of(shown.changes,
                              [&](const ShownChange& change) { return change.number > then && is_touched(change); });
}

}  // namespace

// Rows that match in no way by themselves, however loosely, do not match among others either, unless their brand does:
// one that another medicine's English name or alias has led to.
bool ShownMedicines::still_holds(const SearchResult& result, std::uint64_t then, std::string_view text,
                                 const NameFilter& filter) const {
  if (then < since || !are_current(*catalogue, result)) return false;
  const bool leads_to_brands = std::ranges::any_of(result.matches, [](const MedicineMatch& match) {
    return match.field == NameField::english_name || match.field == NameField::alias;
  });
  return is_untouched(*this, then, [&](const ShownChange& change) {
    return change.rows && (leads_to_brands || !search_names(*change.rows, text, 1, filter).matches.empty());
  });
}

bool ShownMedicines::still_holds(const SymptomResult& result, std::uint64_t then, std::string_view text,
                                 const SymptomOptions& options) const {
  if (then < since || !are_current(*catalogue, result)) return false;
  // Whether a wider text is an answer depends on all others, however they are dispensed.
  SymptomOptions of_all = options;
  of_all.dispensing.clear();
  // The words of a phrase weigh by how many texts there are.
  const bool is_of_mere_words = !result.red_flag && result.understood.empty() && result.absent.empty();
  return is_untouched(*this, then, [&](const ShownChange& change) {
    const auto is_summarised = [&](const SymptomMatch& match) {
      return match.medicine->efficacy == change.summarised_text;
    };
    if (std::ranges::any_of(result.matches, is_summarised)) return true;
    return change.rows && (is_of_mere_words || !search_symptoms(*change.rows, text, of_all).matches.empty());
  });
}

ShownCatalogue::ShownCatalogue(const EngineOptions& options, std::shared_ptr<Summarizer> extractive,
                               std::function<void()> on_replaced)
    : options_(options), extractive_(std::move(extractive)), on_replaced_(std::move(on_replaced)) {
  swap_in({.catalogue = engine::load_medicines(options_, *extractive_, now())});
  load_pharmacies();
}

std::shared_ptr<const ShownMedicines> ShownCatalogue::medicines() const {
  const std::scoped_lock lock(swap_mutex_);
  return medicines_;
}

std::shared_ptr<const PharmacyCatalogue> ShownCatalogue::pharmacies() const {
  const std::scoped_lock lock(swap_mutex_);
  return pharmacies_;
}

// Compared twice: without waiting for a load under way, which is most often enough; and when it is this one's turn,
// for an import and the watch see the same news at the same time, and one of them has loaded it by then.
bool ShownCatalogue::load_news(const Part& part) {
  const Part suspected = find_news(part);
  if (!suspected.medicines && !suspected.pharmacies) return false;
  const std::scoped_lock turn(load_mutex_);
  const Part news = find_news(part);
  if (news.medicines) load_medicines();
  if (news.pharmacies) load_pharmacies();
  return news.medicines || news.pharmacies;
}

ShownCatalogue::Part ShownCatalogue::find_news(const Part& part) const {
  const StoredVersions stored = stored_versions(options_);
  return {.medicines = part.medicines && has_news(stored.medicines, medicines()->catalogue->version),
          .pharmacies = part.pharmacies && stored.pharmacies != pharmacies()->version};
}

void ShownCatalogue::load_medicines() {
  const auto loaded = medicines()->catalogue;
  auto changes = load_changes(options_, *loaded, *extractive_, now());
  if (!changes) return replace(engine::load_medicines(options_, *extractive_, now()));
  // What an answer does not show may yet have decided it, such as that another brand is as near.
  const bool is_replaced = replaces_any(*loaded, changes->rows);
  ShownChange added;
  if (!is_replaced) added.rows = index_medicines(options_, changes->rows, *extractive_, now());
  auto catalogue = with_changes(options_, *loaded, *std::move(changes), *extractive_);
  if (is_replaced) return replace(std::move(catalogue));
  change(std::move(catalogue), std::move(added));
}

void ShownCatalogue::load_pharmacies() {
  auto catalogue = engine::load_pharmacies(options_);
  const std::scoped_lock lock(swap_mutex_);
  pharmacies_.swap(catalogue);
}

void ShownCatalogue::show(const SummaryRequest& request, const Summary& summary) {
  const std::scoped_lock turn(load_mutex_);
  const auto shown = medicines()->catalogue;
  if (!request.keyword.empty()) return change(shown, {.summarised_text = std::string(request.text)});
  auto catalogue = shown->with_summary(text::fingerprint(request.text), summary);
  if (catalogue) change(std::move(catalogue), {});
}

void ShownCatalogue::replace(std::shared_ptr<const MedicineCatalogue> catalogue) {
  const std::uint64_t number = medicines()->number + 1;
  swap_in({.catalogue = std::move(catalogue), .number = number, .since = number});
  on_replaced_();
}

void ShownCatalogue::change(std::shared_ptr<const MedicineCatalogue> catalogue, ShownChange change) {
  ShownMedicines next = *medicines();
  next.catalogue = std::move(catalogue);
  change.number = ++next.number;
  // Medicines with another summary are other objects, which is told without a change; of two changes of one text's
  // summaries, the later says it all.
  if (!change.summarised_text.empty()) {
    std::erase_if(next.changes,
                  [&](const ShownChange& known) { return known.summarised_text == change.summarised_text; });
  }
  if (next.changes.size() == most_changes) {
    next.since = next.changes.front().number;
    next.changes.erase(next.changes.begin());
  }
  if (change.rows || !change.summarised_text.empty()) next.changes.push_back(std::move(change));
  swap_in(std::move(next));
}

void ShownCatalogue::swap_in(ShownMedicines next) {
  auto shown = std::make_shared<const ShownMedicines>(std::move(next));
  // What was there before is destroyed behind the lock.
  const std::scoped_lock lock(swap_mutex_);
  medicines_.swap(shown);
}

}  // namespace pilling::engine
