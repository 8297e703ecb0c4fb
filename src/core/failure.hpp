#pragma once

#include <string>

#include "pilling/error.hpp"

namespace pilling::core {

/// Of the exception that is being handled, in words. Only Pilling's own errors promise to hold no secret.
inline std::string reason_of_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return error.what();
  } catch (...) {
    return "it broke off with an unexpected exception";
  }
}

}  // namespace pilling::core
