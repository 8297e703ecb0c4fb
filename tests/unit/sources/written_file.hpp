#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/temporary_directory.hpp"

namespace pilling::sources {

/// A file with the given bytes, for the life of the object.
class WrittenFile {
 public:
  explicit WrittenFile(std::string_view bytes) : path_(folder_.path() / "data") {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  support::TemporaryDirectory folder_;
  std::filesystem::path path_;
};

/// Whether a message holds the words.
inline bool says(const std::string& message, std::string_view words) {
  return message.find(words) != std::string::npos;
}

}  // namespace pilling::sources
