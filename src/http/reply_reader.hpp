#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

#include "pilling/http.hpp"

namespace pilling::http {

/// Takes a reply from libcurl piece by piece. Its callbacks throw nothing into C: what went wrong is kept.
class ReplyReader {
 public:
  explicit ReplyReader(std::size_t maximum_bytes) : room_(maximum_bytes) {}

  /// For CURLOPT_HEADERFUNCTION and CURLOPT_WRITEFUNCTION, with the reader as their data.
  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* reader) noexcept;
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* reader) noexcept;

  /// How many times something of the reply came, those of an interim one included.
  std::uint64_t pieces() const noexcept { return pieces_; }
  bool is_too_large() const noexcept { return is_too_large_; }
  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }
  HttpResponse& response() noexcept { return response_; }

 private:
  template <class Take>
  std::size_t guarded(std::size_t bytes, const Take& take) noexcept;
  void add_header(std::string_view line);

  HttpResponse response_;
  std::size_t room_;
  std::uint64_t pieces_ = 0;
  bool is_too_large_ = false;
  std::exception_ptr failure_;
};

}  // namespace pilling::http
