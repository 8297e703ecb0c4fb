#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "pilling/source.hpp"
#include "refresh/work.hpp"

namespace pilling::engine {

/// A source whose pages are kept in the store as they come, so that a refresh that was cut off takes them up. For the
/// thread that refreshes.
class StagedSource final : public MedicineSource {
 public:
  /// Forgets pages that are too old.
  StagedSource(refresh::Work& work, std::shared_ptr<MedicineSource> source);

  std::string name() const override { return source_->name(); }
  std::string identity() const override { return source_->identity(); }
  SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) override;

  /// The source itself.
  SourcePage<Medicine> ask(const MedicineQuery& query) const { return source_->fetch(query, work_.call()); }

  std::uint64_t taken_up() const noexcept { return taken_up_; }
  std::uint64_t fetched() const noexcept { return fetched_; }

  /// Forgets the pages: what they say is written, or out of date.
  void forget();
  void forget(StoreTransaction& transaction) const;

 private:
  SourcePage<Medicine> fetch_page(const MedicineQuery& query, const CallOptions& call) const;
  std::optional<SourcePage<Medicine>> staged_page(const std::string& key) const;

  refresh::Work& work_;
  const std::shared_ptr<MedicineSource> source_;
  const std::string job_;
  std::unordered_set<std::string> seen_;  // keys of pages, in this refresh
  std::uint64_t taken_up_ = 0;
  std::uint64_t fetched_ = 0;
};

}  // namespace pilling::engine
