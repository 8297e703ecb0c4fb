#include "search/snapshot.hpp"

#include <cerrno>
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
  FileDescriptor(const std::filesystem::path& path, int flags)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
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

class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const FileDescriptor descriptor(file, O_RDONLY);
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
  std::filesystem::path partial = file;
  partial += ".partial";
  {
    const FileDescriptor descriptor(partial, O_WRONLY | O_CREAT | O_TRUNC);
    if (descriptor.value() < 0) fail("write", partial);
    std::span<const std::uint8_t> left = names.image();
    while (!left.empty()) {
      const ssize_t written = ::write(descriptor.value(), left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", partial);
      left = left.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(descriptor.value()) != 0) fail("write", partial);
  }
  std::error_code problem;
  std::filesystem::rename(partial, file, problem);
  if (problem) {
    errno = problem.value();
    fail("write", file);
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
