#pragma once

#include <chrono>
#include <csignal>
#include <exception>
#include <poll.h>
#include <stdexcept>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace pilling::support {

/// Bytes from one process to another.
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_) != 0) throw std::runtime_error("cannot make a pipe");
  }
  ~Pipe() {
    for (const int end : ends_) close(end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void send(char byte) const {
    if (write(ends_[1], &byte, 1) != 1) throw std::runtime_error("cannot write to the pipe");
  }
  /// Waits as long as it takes.
  char receive() const {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) throw std::runtime_error("cannot read from the pipe");
    return byte;
  }
  /// Throws when nothing comes in time: whoever should have sent it may have died.
  char receive(std::chrono::milliseconds at_most) const {
    pollfd end{.fd = ends_[0], .events = POLLIN, .revents = 0};
    if (poll(&end, 1, static_cast<int>(at_most.count())) != 1) throw std::runtime_error("nothing came in time");
    return receive();
  }

 private:
  int ends_[2] = {-1, -1};
};

/// `work` in a process of its own, which must have been started before this one opened a store: SQLite's locks do not
/// survive a fork.
class ChildProcess {
 public:
  template <class Work>
  explicit ChildProcess(Work&& work) : id_(fork()) {
    if (id_ < 0) throw std::runtime_error("cannot fork");
    if (id_ > 0) return;
    int code = 0;
    try {
      std::forward<Work>(work)();
    } catch (const std::exception&) {
      code = 1;
    }
    _exit(code);
  }
  ~ChildProcess() {
    if (id_ > 0) kill_now();
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void kill_now() {
    kill(id_, SIGKILL);
    wait_status();
  }

  bool ends_well() {
    const int status = wait_status();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  int wait_status() {
    int status = 0;
    waitpid(std::exchange(id_, -1), &status, 0);
    return status;
  }

  pid_t id_;
};

}  // namespace pilling::support
