#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/http.hpp"
#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/retry.hpp"

namespace pilling {

/// What to ask a source for. Empty members do not restrict.
struct MedicineQuery {
  std::string name{};  ///< part of the product name
  MedicineId id{};
  std::size_t page = 1;
  std::size_t rows = 100;
};

/// A row or record that was passed over, or kept with a part left out.
struct SkippedRow {
  std::uint64_t line = 0;  ///< 1-based; the record's number where there are no lines; 0: the whole file
  std::string reason;
  bool operator==(const SkippedRow&) const = default;
};

template <class Row>
struct SourcePage {
  std::vector<Row> rows;
  std::size_t total = 0;            ///< over all pages
  std::vector<SkippedRow> skipped;  ///< rows that made no sense
};

/// Where medicines come from when nobody has asked before. Implementations are thread-safe, answer rows only that
/// match the query, and throw NetworkError, ServiceError or BadData.
class PILLING_API MedicineSource {
 public:
  virtual ~MedicineSource();
  virtual std::string name() const = 0;
  virtual SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) = 0;
};

/// Where pharmacies come from. As MedicineSource.
class PILLING_API PharmacySource {
 public:
  virtual ~PharmacySource();
  virtual std::string name() const = 0;
  virtual SourcePage<Pharmacy> fetch(std::size_t page, std::size_t rows, const CallOptions& call) = 0;
};

struct PublicDataOptions {
  std::string service_key{};  ///< encoded or decoded, as the portal shows it
  std::string base_url = "https://apis.data.go.kr";
  RetryOptions retry{};  ///< left to the transport when that repeats by itself
};

/// e약은요 (`DrbEasyDrugInfoService`) of data.go.kr.
PILLING_API std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http,
                                                                  PublicDataOptions options);

/// All pharmacies with their hours (`getParmacyFullDown`) of 국립중앙의료원 on data.go.kr. The engine does not ask it
/// by itself: a host fetches the pages and keeps them through a `Store`.
PILLING_API std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                                PublicDataOptions options);

}  // namespace pilling
