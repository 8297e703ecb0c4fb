#pragma once

#include <csignal>
#include <memory>
#include <unistd.h>
#include <utility>

namespace pilling::core {

/// The process that made something with threads. They do not come along into a forked process: what ends there, as the
/// workers of a web server do, would wait for them forever, and is left alone instead.
class HomeProcess {
 public:
  template <class Value>
  void leave_if_forked(std::unique_ptr<Value>& value) const noexcept {
    if (id_ != getpid()) static_cast<void>(value.release());
  }

 private:
  const pid_t id_ = getpid();
};

/// Starts a thread that gets no signals: they are the host's, and its own threads are to get them. A thread inherits
/// the mask of the one that starts it.
template <class Thread, class Work>
Thread start_without_signals(Work&& work) {
  struct Blocked {
    Blocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before{};
  } const blocked;
  return Thread(std::forward<Work>(work));
}

}  // namespace pilling::core
