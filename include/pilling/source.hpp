#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/geo.hpp"
#include "pilling/hours.hpp"
#include "pilling/http.hpp"
#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/retry.hpp"
#include "pilling/spending.hpp"

namespace pilling {

/// What to ask a source for. Empty members do not restrict.
struct MedicineQuery {
  std::string name{};  ///< part of the product name
  MedicineId id{};
  std::size_t page = 1;    ///< counted from 1
  std::size_t rows = 100;  ///< of a page, 1 or more; a source may give fewer
};

/// A row or record that was passed over, or kept with a part left out.
struct SkippedRow {
  std::uint64_t line = 0;  ///< 1-based; the record's number where there are no lines; 0: the whole file
  std::string reason;      ///< in English, with what was found
  bool operator==(const SkippedRow&) const = default;
};

/// What a source answers. `Row` is Medicine or Pharmacy.
template <class Row>
struct SourcePage {
  std::vector<Row> rows;
  std::size_t total = 0;            ///< over all pages
  std::vector<SkippedRow> skipped;  ///< rows that made no sense
};

/// Where medicines come from when nobody has asked before. Implementations are thread-safe, answer rows only that
/// match the query, and throw NetworkError, ServiceError or BadData, and InvalidArgument for a query that makes no
/// sense, such as page 0 or more rows than they give at a time.
class PILLING_API MedicineSource {
 public:
  virtual ~MedicineSource();

  /// For warnings and messages; the same all the time.
  virtual std::string name() const = 0;

  /// One page of the medicines that match. Beyond the last page there are no rows.
  virtual SourcePage<Medicine> fetch(const MedicineQuery& query, const CallOptions& call) = 0;

  /// What tells it from another of the same name, such as one at another address. Its name unless overridden.
  virtual std::string identity() const;

  /// Whether a query without a name and an id gives all it has, page by page. A refresh goes through such sources only.
  /// True unless overridden.
  virtual bool lists_all() const;
};

/// Where pharmacies come from. Thread-safe, and throws, as a MedicineSource.
class PILLING_API PharmacySource {
 public:
  virtual ~PharmacySource();

  /// For messages.
  virtual std::string name() const = 0;

  /// Page number `page`, counted from 1, of pages of `rows` rows.
  virtual SourcePage<Pharmacy> fetch(std::size_t page, std::size_t rows, const CallOptions& call) = 0;
};

/// How far a walk over all pages has come.
struct PagingProgress {
  std::size_t pages = 0;  ///< that were fetched
  std::size_t rows = 0;   ///< different ones
  std::size_t total = 0;  ///< as the source said last
};

/// How `fetch_all` walks.
struct PagingOptions {
  std::size_t rows = 100;         ///< asked for at a time; a source that gives fewer goes on from what it gave
  std::size_t page_limit = 1000;  ///< no more are asked for, whatever the source says
  std::function<bool(const PagingProgress&)> on_page{};  ///< after each page; false ends the walk
};

/// What `fetch_all` found.
template <class Row>
struct AllRows {
  std::vector<Row> rows;            ///< each id once
  std::vector<SkippedRow> skipped;  ///< lines are counted over all pages
  std::size_t total = 0;            ///< as the source said last
  std::size_t pages = 0;
  std::size_t repeated = 0;  ///< rows whose id had come before; when data moves, others are missing in their place
  /// As many rows came as the source said, and it said the same number all the time. Else some may be missing.
  bool is_complete = false;
};

/// Asks for page after page until there are no more, or none brings a new row. Rows of one id are one: the last, unless
/// its date is older, with the images of all. `query.page` and `query.rows` do not matter. Throws what the source
/// throws, Timeout between two pages, and InvalidArgument for a page limit of 0.
///@{
PILLING_API AllRows<Medicine> fetch_all(MedicineSource& source, const MedicineQuery& query = {},
                                        const CallOptions& call = {}, const PagingOptions& options = {});
PILLING_API AllRows<Pharmacy> fetch_all(PharmacySource& source, const CallOptions& call = {},
                                        const PagingOptions& options = {});
///@}

/// How the services of data.go.kr are asked. Whatever takes these throws InvalidArgument without a transport or a key.
struct PublicDataOptions {
  std::string service_key{};  ///< encoded or decoded, as the portal shows it
  std::string base_url = "https://apis.data.go.kr";
  RetryOptions retry{};  ///< left to the transport when that repeats by itself
  /// Counts each request, repetitions too, by the operation's name as the portal shows it ("getDrbEasyDrugList"),
  /// before it is sent: a source then throws Refused, too, and StorageError when the counters cannot be used. None: not
  /// counted.
  std::shared_ptr<DailyQuota> quota{};
};

/// e약은요 (`DrbEasyDrugInfoService`) of data.go.kr: products over the counter with their texts, at most 500 rows a
/// page.
PILLING_API std::shared_ptr<MedicineSource> make_easy_drug_source(std::shared_ptr<HttpTransport> http,
                                                                  const PublicDataOptions& options);

/// Where the permit service stands: its versions change about once a year, those of the operations on their own.
struct PermitOperations {
  std::string list = "DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnInq08";
  std::string details = "DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnDtlInq08";
};

/// 의약품 제품 허가정보 of data.go.kr: all products with a permit that holds, those on prescription too, which e약은요
/// does not know. Rows have names, English ones too, ingredients and dispensing, at most 500 a page; asked for by name
/// or id, at most 100 rows a page, they have the official texts on efficacy, usage and precautions as well.
PILLING_API std::shared_ptr<MedicineSource> make_permit_source(const std::shared_ptr<HttpTransport>& http,
                                                               const PublicDataOptions& options,
                                                               const PermitOperations& operations = {});

/// All pharmacies with their hours (`getParmacyFullDown`) of 국립중앙의료원 on data.go.kr, at most 1,500 a page. The
/// engine does not ask it by itself: a host fetches the pages and keeps them through a `Store`.
PILLING_API std::shared_ptr<PharmacySource> make_medical_center_pharmacy_source(std::shared_ptr<HttpTransport> http,
                                                                                const PublicDataOptions& options);

/// A page and how many rows it has.
struct PageRequest {
  std::size_t number = 1;  ///< counted from 1
  std::size_t rows = 100;
};

/// The pharmacies of 국립중앙의료원, nearest first (`getParmacyLcinfoInqire`), as far as one reads on: there is no
/// radius. Their hours are unknown, for this operation gives none of the week; `fetch_pharmacy` does. Throws as a
/// PharmacySource, and InvalidArgument for an impossible position.
PILLING_API SourcePage<Pharmacy> fetch_pharmacies_near(std::shared_ptr<HttpTransport> http,
                                                       const PublicDataOptions& options, Coordinate center,
                                                       PageRequest request = {}, const CallOptions& call = {});

/// One pharmacy of 국립중앙의료원 with its week (`getParmacyBassInfoInqire`); nothing when it does not know the id.
/// Throws as a PharmacySource, and InvalidArgument for an empty id.
PILLING_API std::optional<Pharmacy> fetch_pharmacy(std::shared_ptr<HttpTransport> http,
                                                   const PublicDataOptions& options, const PharmacyId& id,
                                                   const CallOptions& call = {});

/// The public holidays of a year by 특일정보 (`getRestDeInfo`) of 한국천문연구원 on data.go.kr, for
/// `HolidayCalendar::with_year`. Empty when they have not been announced. Throws as a source, and BadData when a single
/// row makes no sense or is missing: a calendar with a gap is worse than an old one.
PILLING_API std::vector<HolidayCalendar::Holiday> fetch_holidays(std::shared_ptr<HttpTransport> http,
                                                                 const PublicDataOptions& options,
                                                                 std::chrono::year year, const CallOptions& call = {});

/// How openFDA is asked.
struct OpenFdaOptions {
  std::string api_key{};  ///< empty: none is sent, and fewer calls a day are answered
  std::string base_url = "https://api.fda.gov";
  RetryOptions retry{};  ///< left to the transport when that repeats by itself
};

/// Labels of medicines in the United States (openFDA), by brand name; their ids are the `set_id` of the labels. Names
/// in other than Latin letters are not looked up, for openFDA knows none. At most 1,000 rows a page and 26,000 in all.
/// Throws InvalidArgument without a transport.
PILLING_API std::shared_ptr<MedicineSource> make_openfda_source(std::shared_ptr<HttpTransport> http,
                                                                const OpenFdaOptions& options = {});

}  // namespace pilling
