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

// When it began, in ticks of the kernel since that was started; empty of one that has ended and that nobody has asked
// about yet, as in a container without an init process. See proc(5): state and field 22 stand behind a name that may
// hold anything but ends with the last bracket.
std::string start_of(std::int64_t process) {
  const std::string line = first_line("/proc/" + std::to_string(process) + "/stat");
  std::size_t at = line.rfind(')');
  const char state = at != std::string::npos && at + 2 < line.size() ? line[at + 2] : ' ';
  if (state == 'Z' || state == 'X') return {};
  constexpr int fields_between = 20;
  for (int i = 0; i < fields_between && at != std::string::npos; ++i) at = line.find(' ', at + 1);
  if (at == std::string::npos) return {};
  return line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

}  // namespace

ProcessIdentity this_process() { return {.machine = this_machine(), .number = getpid(), .start = start_of(getpid())}; }

bool is_known_to_be_gone(const ProcessIdentity& process) {
  if (process.number <= 0 || process.machine != this_machine()) return false;
  const bool is_none = kill(static_cast<pid_t>(process.number), 0) != 0 && errno == ESRCH;
  // Another one may have got its number.
  return is_none || start_of(process.number) != process.start;
}

}  // namespace pilling::core
