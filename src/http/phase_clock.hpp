#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "pilling/http.hpp"

namespace pilling::http {

/// Which phase a transfer is in, and when it has taken too long: libcurl itself knows a limit for the connection and
/// one for the whole.
class PhaseClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit PhaseClock(const CurlOptions& options) : options_(options) {}

  /// Whether the connection stands, and how many pieces of the reply have come.
  void look(bool is_connected, std::uint64_t pieces, Time now) noexcept;

  /// How long the phase may take still, at most `longest`; 0 when it has taken too long.
  std::chrono::milliseconds time_left(Time now, std::chrono::milliseconds longest) const noexcept;

  bool is_over(Time now) const noexcept { return time_left(now, std::chrono::milliseconds(1)).count() == 0; }

  /// What did not come in time, for a message: "no first byte within 50 ms".
  std::string what_is_late() const;

 private:
  enum class Phase { connecting, waiting, reading };

  std::chrono::milliseconds limit() const noexcept;

  const CurlOptions& options_;
  Phase phase_ = Phase::connecting;
  std::uint64_t pieces_ = 0;
  Time since_{};  // of the phase, and while reading of the last piece
};

}  // namespace pilling::http
