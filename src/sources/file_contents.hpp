#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "pilling/medicine.hpp"
#include "pilling/pharmacy.hpp"
#include "pilling/source.hpp"

namespace pilling::sources {

template <class Row>
struct FileContents {
  struct Numbered {
    std::uint64_t line = 0;  ///< as `SkippedRow::line`
    Row row;
  };
  std::vector<Numbered> rows;
  std::vector<SkippedRow> skipped;  ///< bad rows
  std::vector<SkippedRow> notes;    ///< rows in `rows` with a part left out or in doubt
};

/// e약은요 rows: JSON lines, a JSON array, or an API response body; plain or gzip. Throws StorageError when the file
/// cannot be read, and BadData when it is none of these.
FileContents<Medicine> read_medicine_file(const std::filesystem::path& path);

/// HIRA CSV, Seoul hours CSV (as published, or with the API's field names), or NMC JSON; plain or gzip. As above.
FileContents<Pharmacy> read_pharmacy_file(const std::filesystem::path& path);

}  // namespace pilling::sources
