#include "core/process_identity.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <unistd.h>

namespace pilling::core {
namespace {

// The first line of a file that the kernel writes; empty where there is none.
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string this_machine() {
  std::array<char, 256> buffer{};
  std::string machine;
  if (gethostname(buffer.data(), buffer.size() - 1) == 0) machine = buffer.data();
  machine += '/' + first_line("/proc/sys/kernel/random/boot_id");
  const ssize_t size = readlink("/proc/self/ns/pid", buffer.data(), buffer.size());
  if (size > 0) machine.append("/").append(buffer.data(), static_cast<std::size_t>(size));
  return machine;
}

// What the kernel tells of a process. See proc(5): state and field 22 stand behind a name that may hold anything but
// ends with the last bracket.
struct ProcessStat {
  bool is_readable = false;  // other users' may be hidden
  bool has_ended = false;    // and nobody has asked about it yet, as in a container without an init process
  std::string start;         // in ticks since the kernel was started
};

ProcessStat stat_of(std::int64_t process) {
  const std::string line = first_line("/proc/" + std::to_string(process) + "/stat");
  std::size_t at = line.rfind(')');
  if (at == std::string::npos || at + 2 >= line.size()) return {};
  ProcessStat stat{.is_readable = true, .has_ended = line[at + 2] == 'Z' || line[at + 2] == 'X', .start = {}};
  constexpr int fields_between = 20;
  for (int i = 0; i < fields_between && at != std::string::npos; ++i) at = line.find(' ', at + 1);
  if (at != std::string::npos) stat.start = line.substr(at + 1, line.find(' ', at + 1) - at - 1);
  return stat;
}

}  // namespace

ProcessIdentity this_process() {
  return {.machine = this_machine(), .number = getpid(), .start = stat_of(getpid()).start};
}

bool is_known_to_be_gone(const ProcessIdentity& process) {
  if (process.number <= 0 || process.machine != this_machine()) return false;
  if (kill(static_cast<pid_t>(process.number), 0) != 0 && errno == ESRCH) return true;
  const ProcessStat stat = stat_of(process.number);
  // Another one may have got its number.
  return stat.is_readable && (stat.has_ended || stat.start != process.start);
}

}  // namespace pilling::core
