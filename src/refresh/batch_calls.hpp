#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "refresh/missing_texts.hpp"
#include "refresh/work.hpp"

namespace pilling::refresh {

/// The fingerprints of the texts that are in batches which are not done with.
std::unordered_set<std::string> texts_in_batches(const Work& work);

/// Has the texts summarised in batches. Those of a refresh that was cut off are taken over: a batch is in the store
/// before it is handed over, and found again by its label.
class BatchCalls {
 public:
  BatchCalls(Work& work, SummaryBatches& batches, Texts texts);

  /// Takes up what is done of the batches of refreshes before. The report tells.
  void take_over();

  /// What is still missing, and in no batch.
  Texts rest() const;

  /// Hands over `rest`.
  void submit_rest();

  /// For all batches that are not done, until they are or a stop is requested.
  void wait_for_open();

  /// How many texts are in batches that are not done.
  std::uint64_t under_way() const noexcept { return under_way_.size(); }

 private:
  // A batch, by the label of its note.
  struct Batch {
    std::string label;
    std::string id;  // empty: nobody knows whether it was made
    std::vector<std::string> texts;
  };

  std::vector<Batch> batches_before();
  void take_over(Batch& batch);
  bool find_id(Batch& batch);
  void submit(Batch& batch);
  void count(const Batch& batch);
  void collect(const Batch& batch);
  std::optional<std::vector<BatchAnswer>> wait_for_answers(const Batch& batch);
  BatchStatus wait(const Batch& batch);
  std::optional<BatchStatus> look_at(const Batch& batch, int& failures_in_a_row);
  void forget_if_gone(const Batch& batch);
  void take(const Batch& batch, const std::vector<BatchAnswer>& answers);
  void note_other_texts(const Batch& batch, StoreTransaction& transaction) const;
  void sleep() const;
  std::vector<BatchEntry> entries_of(const Batch& batch) const;
  void note(const Batch& batch);

  Work& work_;
  SummaryBatches& batches_;
  const std::string batches_job_;
  Texts counts_;                                          // without the texts
  std::unordered_map<std::string, MissingText> missing_;  // by fingerprint
  std::vector<std::string> order_;                        // of these, as they came
  std::unordered_set<std::string> under_way_;             // in batches
  std::vector<Batch> open_;                               // not done, as far as was looked
  bool waits_ = false;
  std::exception_ptr from_hook_;  // which ends the refresh
};

}  // namespace pilling::refresh
