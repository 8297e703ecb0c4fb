#include "search/snapshot.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "pilling/error.hpp"
#include "search/segment_image.hpp"

namespace pilling::search {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int value() const noexcept { return value_; }

 private:
  int value_;
};

[[noreturn]] void fail(const char* what, const std::filesystem::path& file) {
  const std::string reason = std::generic_category().message(errno);
  throw StorageError(std::string("cannot ") + what + ' ' + file.string() + ": " + reason, file.string());
}

void write_all(int descriptor, std::span<const std::uint8_t> bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", file);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) fail("write", file);
}

class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (descriptor.value() < 0 || ::fstat(descriptor.value(), &status) != 0) fail("open", file);
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ == 0) throw BadData(file.string() + " is no snapshot of a name index", file.string(), 0);
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor.value(), 0);
    if (data_ == MAP_FAILED) fail("map", file);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_ != MAP_FAILED) ::munmap(data_, size_);
  }

  std::span<const std::uint8_t> bytes() const noexcept { return {static_cast<const std::uint8_t*>(data_), size_}; }

 private:
  void* data_ = MAP_FAILED;
  std::size_t size_ = 0;
};

}  // namespace

void save_snapshot(const NameSegment& names, const std::filesystem::path& file) {
  // Beside it, under a name that no other writer has, so that the file is whole at any time.
  std::string partial = file.string() + ".XXXXXX";
  const FileDescriptor descriptor(::mkostemp(partial.data(), O_CLOEXEC));
  if (descriptor.value() < 0) fail("write", file);
  try {
    write_all(descriptor.value(), names.image(), file);
    constexpr mode_t readable_by_all = 0644;
    if (::fchmod(descriptor.value(), readable_by_all) != 0 || ::rename(partial.c_str(), file.c_str()) != 0) {
      fail("write", file);
    }
  } catch (...) {
    ::unlink(partial.c_str());
    throw;
  }
}

std::shared_ptr<const NameSegment> open_snapshot(const std::filesystem::path& file) {
  auto mapping = std::make_shared<const Mapping>(file);
  const std::span<const std::uint8_t> bytes = mapping->bytes();
  ImageReader(bytes, file.string()).verify();
  auto names = NameSegment::attach(std::move(mapping), bytes, file.string());
  names->check(file.string());
  return names;
}

}  // namespace pilling::search
