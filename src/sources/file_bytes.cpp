#include "sources/file_bytes.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <zlib.h>

#include "pilling/error.hpp"

namespace pilling::sources {
namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

[[noreturn]] void throw_too_large(const std::string& path, std::size_t maximum_bytes) {
  throw BadData(path + " holds more than " + std::to_string(maximum_bytes) + " bytes; split it", path);
}

std::string read_as_it_is(const std::filesystem::path& path, std::size_t maximum_bytes) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw StorageError("cannot read " + path.string() + ": it is a folder", path.string());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw StorageError("cannot read " + path.string() + ": is it there and readable?", path.string());
  std::string bytes;
  if (const auto size = std::filesystem::file_size(path, error); !error && size <= maximum_bytes) bytes.reserve(size);
  std::array<char, std::size_t{1} << 16> chunk;
  while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0) {
    bytes.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > maximum_bytes) throw_too_large(path.string(), maximum_bytes);
  }
  if (file.bad()) throw StorageError("reading " + path.string() + " failed halfway", path.string());
  return bytes;
}

// Inflates one gzip member after the other.
class Inflation {
 public:
  Inflation(std::string_view packed, std::string path, std::size_t maximum_bytes)
      : packed_(packed), path_(std::move(path)), maximum_bytes_(maximum_bytes) {
    // 16 asks for the gzip format with its checksum.
    if (inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) throw Error("zlib could not be started");
  }
  ~Inflation() { inflateEnd(&stream_); }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  std::string run() {
    while (position_ < packed_.size() && !only_padding_is_left()) {
      inflate_member();
      inflateReset(&stream_);
    }
    return std::move(inflated_);
  }

 private:
  // Tapes and some tools fill the last block with zeros.
  bool only_padding_is_left() const {
    return position_ > 0 && packed_.find_first_not_of('\0', position_) == std::string_view::npos;
  }

  void inflate_member() {
    for (int state = Z_OK; state != Z_STREAM_END;) {
      // zlib counts in 32 bits.
      const std::size_t given = std::min(packed_.size() - position_, std::size_t{1} << 30);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_.data() + position_));
      stream_.avail_in = static_cast<uInt>(given);
      stream_.next_out = reinterpret_cast<Bytef*>(chunk_.data());
      stream_.avail_out = static_cast<uInt>(chunk_.size());
      state = inflate(&stream_, Z_NO_FLUSH);
      position_ += given - stream_.avail_in;
      const std::size_t made = chunk_.size() - stream_.avail_out;
      inflated_.append(chunk_.data(), made);
      if (inflated_.size() > maximum_bytes_) throw_too_large(path_, maximum_bytes_);
      if (state == Z_MEM_ERROR) throw std::bad_alloc();
      if (state != Z_OK && state != Z_STREAM_END) throw_damaged();
    }
  }

  [[noreturn]] void throw_damaged() const {
    const bool is_cut = position_ == packed_.size();
    throw BadData(path_ + (is_cut ? " is a gzip file that ends too early" : " is a damaged gzip file") + ", at byte " +
                      std::to_string(position_) + "; fetch it again",
                  path_, position_);
  }

  std::string_view packed_;
  std::string path_;
  std::size_t maximum_bytes_;
  z_stream stream_{};
  std::size_t position_ = 0;
  std::string chunk_ = std::string(std::size_t{1} << 17, '\0');
  std::string inflated_;
};

}  // namespace

std::string read_file_bytes(const std::filesystem::path& path, std::size_t maximum_bytes) {
  std::string bytes = read_as_it_is(path, maximum_bytes);
  if (bytes.starts_with(gzip_magic)) bytes = Inflation(bytes, path.string(), maximum_bytes).run();
  if (bytes.starts_with(byte_order_mark)) bytes.erase(0, byte_order_mark.size());
  return bytes;
}

}  // namespace pilling::sources
