#include "refresh/missing_texts.hpp"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "refresh/jobs.hpp"
#include "text/fingerprint.hpp"

namespace pilling::refresh {

Texts find_texts(Store& store, const std::string& maker, const std::vector<Medicine>& medicines) {
  std::unordered_set<std::string> known;
  for (auto& [key, summary] : store.summaries()) {
    if (key.maker == maker) known.insert(std::move(key.text));
  }
  std::unordered_map<std::string, std::string> notes;
  for (JobNote& note : store.notes(calls_job(maker))) notes.emplace(std::move(note.key), std::move(note.text));

  Texts texts;
  std::unordered_set<std::string> seen;
  for (const Medicine& medicine : medicines) {
    if (medicine.efficacy.empty() || !medicine.withdrawn_on.empty()) continue;
    std::string fingerprint = text::fingerprint(medicine.efficacy);
    if (!seen.insert(fingerprint).second) continue;
    ++texts.distinct;
    const auto note = notes.find(fingerprint);
    if (known.contains(fingerprint)) {
      ++texts.kept;
    } else if (note != notes.end() && note->second == no_indication) {
      ++texts.without;
    } else {
      texts.missing.push_back({.fingerprint = std::move(fingerprint),
                               .text = medicine.efficacy,
                               .first_owner = medicine.id,
                               .may_be_paid = note != notes.end()});
    }
  }
  return texts;
}

}  // namespace pilling::refresh
