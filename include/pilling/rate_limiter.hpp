#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pilling/call.hpp"
#include "pilling/export.hpp"
#include "pilling/retry.hpp"

namespace pilling {

/// How fast a service may be called.
struct RateLimiterOptions {
  double requests_per_minute = 0;  ///< 0: not limited, unless the service names a limit
  double tokens_per_minute = 0;    ///< of a language model; 0: as above
  double first_share = 0.1;  ///< how full the buckets are at first, and at which share of their rate they begin to fill
  std::chrono::milliseconds ramp{30'000};  ///< after which they fill at the whole rate
  /// Who would have to wait for longer is refused at once, whatever the deadline.
  std::chrono::milliseconds longest_wait{120'000};
};

/// What a reply said of one bucket, as far as it made sense: a service may send -1 or 0 where it does not know.
struct ReportedLimit {
  std::optional<double> limit{};
  std::optional<double> remaining{};
  std::optional<std::chrono::nanoseconds> reset{};  ///< until the bucket is full again
};

/// What a reply said of both.
struct ReportedLimits {
  ReportedLimit requests{};
  ReportedLimit tokens{};
};

/// A RateLimiter now, and what it did since it was made.
struct RateLimiterStats {
  double requests = 0;                     ///< in the bucket now; below 0: promised to those who wait. 0 if not limited
  double tokens = 0;                       ///< as above
  double requests_per_minute = 0;          ///< that are allowed now; 0: not limited
  double tokens_per_minute = 0;            ///< as above
  std::uint64_t waits = 0;                 ///< calls that had to wait
  std::uint64_t refused = 0;               ///< calls that would have had to wait for too long
  std::chrono::milliseconds waited{};      ///< in all
  std::chrono::milliseconds closed_for{};  ///< how long the service asked to be left alone, from now
};

/// Keeps calls below what a service allows: a token bucket of requests and another of a language model's tokens. They
/// hold what may be used in a minute, and are nearly empty at first, so that a fleet that starts together does not come
/// all at once. What replies report makes them slower or emptier, and never faster than the options say. Thread-safe;
/// callers get their turn in the order in which they came.
class PILLING_API RateLimiter {
 public:
  /// A call that may be made.
  struct Permit {
    std::uint64_t number = 0;  ///< grows from call to call
    double tokens = 0;         ///< as estimated
    double tokens_before = 0;  ///< permitted to calls before and to this one
  };

  /// `name` is for messages: the host. Throws InvalidArgument for options that make no sense.
  explicit RateLimiter(std::string name, RateLimiterOptions options = {}, ResilienceHooks hooks = {});
  ~RateLimiter();
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  /// Waits until the call may be made. Throws Refused at once when it would have to wait for too long or past its
  /// deadline, and Timeout when a stop is requested; such a call takes nothing. More tokens than the bucket can hold
  /// are Refused, for no wait would help.
  Permit acquire(const CallOptions& call, std::uint64_t estimated_tokens = 0);

  void give_back(const Permit& permit);                          ///< the call was not made
  void settle(const Permit& permit, std::uint64_t used_tokens);  ///< corrects the estimate

  /// What the reply to a call reported. Reports of calls that were permitted before the last applied one are older,
  /// and passed over.
  void apply(const Permit& permit, const ReportedLimits& limits);

  /// The service asked to be left alone: nobody is let through before, and then with jitter.
  void close_for(std::chrono::milliseconds time);

  RateLimiterStats stats() const;  ///< now

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pilling
