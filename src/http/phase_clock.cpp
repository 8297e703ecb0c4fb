#include "http/phase_clock.hpp"

#include <algorithm>

namespace pilling::http {

using std::chrono::milliseconds;

void PhaseClock::look(bool is_connected, std::uint64_t pieces, Time now) noexcept {
  if (phase_ == Phase::connecting && is_connected) {
    phase_ = Phase::waiting;
    since_ = now;
  }
  if (pieces == pieces_) return;
  phase_ = Phase::reading;
  pieces_ = pieces;
  since_ = now;
}

milliseconds PhaseClock::time_left(Time now, milliseconds longest) const noexcept {
  if (limit() == milliseconds(0)) return longest;
  return std::clamp(std::chrono::ceil<milliseconds>(since_ + limit() - now), milliseconds(0), longest);
}

std::string PhaseClock::what_is_late() const {
  return (phase_ == Phase::reading ? "no further byte within " : "no first byte within ") +
         std::to_string(limit().count()) + " ms";
}

// The phase of the connection is left to libcurl.
milliseconds PhaseClock::limit() const noexcept {
  switch (phase_) {
    case Phase::connecting:
      return milliseconds(0);
    case Phase::waiting:
      return options_.first_byte_timeout;
    case Phase::reading:
      return options_.silence_timeout;
  }
  return milliseconds(0);
}

}  // namespace pilling::http
