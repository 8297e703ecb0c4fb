#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "pilling/call.hpp"
#include "pilling/engine.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

struct MedicineImport {
  ImportReport report;
  std::vector<MedicineId> changed;  ///< added or updated
};

/// Reads the file whole, then writes what changed in one transaction, with the extractive summaries of new texts.
MedicineImport import_medicines(Store& store, Summarizer& extractive, const std::filesystem::path& path,
                                const ImportProgressHook& on_progress, std::chrono::sys_seconds now);

/// As above; a pharmacy's last row wins.
ImportReport import_pharmacies(Store& store, const std::filesystem::path& path, const ImportProgressHook& on_progress);

/// Keeps what a live source answered, in one transaction: new medicines, and what known ones lack. A source that
/// answers half a row, or another product under a known id, thus spoils nothing that was imported. Throws Timeout when
/// another writer does not let it in within the call's time.
void adopt_medicines(Store& store, Summarizer& extractive, const std::vector<Medicine>& rows,
                     std::chrono::sys_seconds now, const CallOptions& call);

}  // namespace pilling::engine
