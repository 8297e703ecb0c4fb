#pragma once

#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "core/retry.hpp"
#include "pilling/source.hpp"
#include "support/fake_transport.hpp"

namespace pilling::sources {

/// A service whose replies are told beforehand, and a source's waits that pass at once.
struct ScriptedService : testing::Test {
  std::shared_ptr<support::FakeTransport> http = std::make_shared<support::FakeTransport>();
  std::vector<std::chrono::milliseconds> waits;

  core::RetryHooks hooks() {
    return {.wait = [this](std::chrono::milliseconds wait, const CallOptions&) { waits.push_back(wait); },
            .random = [] { return 0.5; },
            .now = &std::chrono::steady_clock::now};
  }

  static PublicDataOptions options() { return {.service_key = "a%2BB%2fc%3D%3DSECRET"}; }

  /// A parameter of the request with that number, counted from 0.
  std::string asked(const std::string& name, std::size_t request = 0) const {
    return support::value_of(http->requests().at(request).query, name);
  }
};

/// What a call throws, so that its message can be looked at; fails the test when it throws nothing.
template <class Exception, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace pilling::sources
