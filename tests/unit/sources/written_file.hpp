#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <zlib.h>

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

inline std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace pilling::sources
