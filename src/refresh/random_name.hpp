#pragma once

#include <random>
#include <string>

namespace pilling::refresh {

/// Another one each time, in whichever process.
inline std::string random_name() {
  std::random_device random;
  return std::to_string(random()) + '-' + std::to_string(random());
}

}  // namespace pilling::refresh
