#pragma once

#include <cstdint>
#include <string>

namespace pilling::core {

/// Tells one process from all others, on whichever machine and whenever they run.
struct ProcessIdentity {
  std::string machine;  ///< and when it was started, and the container in which numbers of processes mean something
  std::int64_t number = 0;
  std::string start;  ///< empty where the system does not tell
};

ProcessIdentity this_process();

/// Whether it was a process of this machine and runs no more.
bool is_known_to_be_gone(const ProcessIdentity& process);

}  // namespace pilling::core
