#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "pilling/export.hpp"

namespace pilling {

/// Base of everything Pilling throws. Messages say what failed, with which input, and what to do; never a secret.
/// Absence is not an error (`std::optional`, empty results), nor is a degraded answer (`Answer::degraded`).
class PILLING_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~Error() override;
};

/// The call itself is wrong: fix the argument. Python: also a `ValueError`.
class PILLING_API InvalidArgument : public Error {
 public:
  using Error::Error;
  ~InvalidArgument() override;
};

/// The database or another store cannot be used. Python: also an `OSError`.
class PILLING_API StorageError : public Error {
 public:
  /// `location`: as below.
  StorageError(const std::string& message, std::string location);
  ~StorageError() override;

  /// Path or address of the store, without credentials.
  const std::string& location() const noexcept { return location_; }

 private:
  std::string location_;
};

/// No reply came; a retry may help. Python: also a `ConnectionError`.
class PILLING_API NetworkError : public Error {
 public:
  /// `may_have_arrived`: whether the request may have been sent, so that the service may have done what it asks for.
  NetworkError(const std::string& message, std::string host, bool may_have_arrived = true);
  ~NetworkError() override;

  /// Who did not answer; empty where it was no host.
  const std::string& host() const noexcept { return host_; }
  /// False: nothing was sent, so asking again does nothing twice.
  bool may_have_arrived() const noexcept { return may_have_arrived_; }

 private:
  std::string host_;
  bool may_have_arrived_;
};

/// The deadline passed before a reply came. Python: also a `TimeoutError`.
class PILLING_API Timeout : public NetworkError {
 public:
  using NetworkError::NetworkError;
  ~Timeout() override;
};

/// A remote service answered "no".
class PILLING_API ServiceError : public Error {
 public:
  /// `status` is the service's own code: the HTTP status, or a result code such as 22 of data.go.kr.
  ServiceError(const std::string& message, std::string service, int status,
               std::optional<std::chrono::milliseconds> retry_after = std::nullopt);
  ~ServiceError() override;

  /// Its name or host.
  const std::string& service() const noexcept { return service_; }
  /// See the constructor; 0 where it gave none.
  int status() const noexcept { return status_; }
  /// How long the service asked to wait, when it did.
  std::optional<std::chrono::milliseconds> retry_after() const noexcept { return retry_after_; }

 private:
  std::string service_;
  int status_;
  std::optional<std::chrono::milliseconds> retry_after_;
};

/// Nothing was tried: too much waits already, or what would be asked has failed too often just before. A later call may
/// well succeed.
class PILLING_API Refused : public Error {
 public:
  /// `retry_after`: as below.
  explicit Refused(const std::string& message, std::optional<std::chrono::milliseconds> retry_after = std::nullopt);
  ~Refused() override;

  /// After how long a call may be let through, where that is known.
  std::optional<std::chrono::milliseconds> retry_after() const noexcept { return retry_after_; }

 private:
  std::optional<std::chrono::milliseconds> retry_after_;
};

/// A reply or a file made no sense.
class PILLING_API BadData : public Error {
 public:
  /// `source` and `byte_offset`: as below.
  BadData(const std::string& message, std::string source, std::optional<std::uint64_t> byte_offset = std::nullopt);
  ~BadData() override;

  /// File path or service name.
  const std::string& source() const noexcept { return source_; }
  /// Where in it, counted from 0; nothing where that is not known.
  std::optional<std::uint64_t> byte_offset() const noexcept { return byte_offset_; }

 private:
  std::string source_;
  std::optional<std::uint64_t> byte_offset_;
};

}  // namespace pilling
