#pragma once

#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/batch_replies.hpp"
#include "sources/summary_writer.hpp"

namespace pilling::sources {

/// OpenAI's Files and Batch API.
class OpenAiBatches final : public SummaryBatches {
 public:
  /// `writer` must live as long as this.
  explicit OpenAiBatches(SummaryWriter& writer) : writer_(writer), client_(writer.client()) {}
  ~OpenAiBatches() override;

  std::size_t maximum_entries() const override;
  std::string submit(std::span<const BatchEntry> entries, std::string_view label, const CallOptions& call) override;
  std::vector<BatchStatus> find(std::string_view label, const CallOptions& call) override;
  BatchStatus status(const std::string& id, const CallOptions& call) override;
  std::vector<BatchAnswer> answers(const std::string& id, std::span<const BatchEntry> entries,
                                   const CallOptions& call) override;
  void cancel(const std::string& id, const CallOptions& call) override;

 private:
  using Money = std::vector<DollarBudget::Reservation>;

  std::vector<std::string> make_lines(std::span<const BatchEntry> entries) const;
  Money reserve(const std::vector<std::string>& lines) const;
  std::string upload(const std::vector<std::string>& lines, const CallOptions& call);
  std::string create(const std::string& file, std::string_view label, const CallOptions& call);
  BatchDocument look_at(const std::string& id, const CallOptions& call);
  BatchLines download(const BatchDocument& batch, const CallOptions& call);
  BatchAnswer answer(const BatchEntry& entry, const BatchLines& lines, bool is_counted);
  void count(const BatchDocument& batch, const BatchLines& lines);
  bool is_first_time(const std::string& id);

  SummaryWriter& writer_;
  OpenAiClient& client_;
  std::mutex mutex_;
  std::map<std::string, Money> money_;  // of batches that this object submitted and has not seen the end of
  std::set<std::string> counted_;
};

}  // namespace pilling::sources
