#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pilling/export.hpp"

namespace pilling {

struct RefreshOptions {
  std::size_t commit_every = 20;  ///< summaries a transaction: at most so many are made again after a crash
};

struct RefreshProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

/// Called on the thread that refreshes, after each commit.
using RefreshProgressHook = std::function<void(const RefreshProgress&)>;

struct RefreshReport {
  std::uint64_t texts = 0;    ///< distinct efficacy texts of the catalogue
  std::uint64_t made = 0;     ///< summaries made now
  std::uint64_t kept = 0;     ///< summaries that were there
  std::uint64_t without = 0;  ///< texts that the summarizer found no indication in
  std::vector<std::string> failures;
  bool is_complete = false;  ///< false: stopped; the next refresh goes on from here
};

}  // namespace pilling
