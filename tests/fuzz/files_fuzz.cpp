// Any file: rows, or a refusal of the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "memory_file.hpp"
#include "pilling/error.hpp"
#include "pilling/geo.hpp"
#include "sources/file_contents.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_medicines(const std::filesystem::path& path) try {
  for (const auto& [line, medicine] : pilling::sources::read_medicine_file(path).rows) {
    require(line > 0 && !medicine.id.value.empty() && !medicine.name.empty());
  }
} catch (const pilling::BadData&) {
}

void read_pharmacies(const std::filesystem::path& path) try {
  for (const auto& [line, pharmacy] : pilling::sources::read_pharmacy_file(path).rows) {
    require(line > 0 && !pharmacy.id.value.empty() && !pharmacy.name.empty());
    require(pilling::is_valid(pharmacy.position));
  }
} catch (const pilling::BadData&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pilling::fuzz::MemoryFile input;
  input.replace({reinterpret_cast<const char*>(data), size});
  const auto& path = input.path();
  read_medicines(path);
  read_pharmacies(path);
  return 0;
}
