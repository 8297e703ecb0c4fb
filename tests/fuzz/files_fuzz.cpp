// Any file: rows, or a refusal of the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include "pilling/error.hpp"
#include "pilling/geo.hpp"
#include "sources/file_contents.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// One file for the life of the process, in memory where there is such a folder.
class InputFile {
 public:
  InputFile() {
    const std::filesystem::path memory = "/dev/shm";
    const auto folder = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    path_ = folder / ("pilling-files-fuzz-" + std::to_string(getpid()));
  }
  ~InputFile() { std::filesystem::remove(path_); }

  const std::filesystem::path& holding(const std::uint8_t* data, std::size_t size) const {
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    return path_;
  }

 private:
  std::filesystem::path path_;
};

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
  static const InputFile input;
  const auto& path = input.holding(data, size);
  read_medicines(path);
  read_pharmacies(path);
  return 0;
}
