#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "pilling/engine.hpp"
#include "pilling/store.hpp"
#include "pilling/summarizer.hpp"

namespace pilling::engine {

/// Reads the file whole, then writes what changed in one transaction, with the extractive summaries of new texts.
ImportReport import_medicines(Store& store, Summarizer& extractive, const std::filesystem::path& path,
                              const ImportProgressHook& on_progress, std::chrono::sys_seconds now);

/// As above; a pharmacy's last row wins.
ImportReport import_pharmacies(Store& store, const std::filesystem::path& path, const ImportProgressHook& on_progress);

/// Keeps what a live source answered, in one transaction.
void adopt_medicines(Store& store, Summarizer& extractive, std::vector<Medicine> rows, std::chrono::sys_seconds now);

}  // namespace pilling::engine
