#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "pilling/store.hpp"

namespace pilling::refresh {

using SystemClock = std::function<std::chrono::system_clock::time_point()>;

/// The right to refresh a store, which one refresh has at a time, in whichever process. A thread renews it while it is
/// held. It ends by itself some time after its holder was cut off, and at once when that was a process of this machine.
class Lease {
 public:
  /// Throws Refused while somebody else has it.
  Lease(Store& store, std::chrono::milliseconds length, SystemClock now);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Throws Refused when somebody else has taken it over meanwhile: what the transaction writes would disturb them.
  void check(StoreTransaction& transaction) const;

 private:
  class Keeper;
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace pilling::refresh
