#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace pilling::support {

/// What FakeServer does when it is asked.
struct FakeReply {
  enum class Ending {
    whole,      ///< the reply, then the next request on the same connection
    half_sent,  ///< all headers and half of the body, then the connection is closed
    stalls,     ///< all headers and half of the body, then nothing, until the server ends
    no_reply,   ///< the connection is closed without a byte
    never,      ///< nothing, until the server ends
  };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  Ending ending = Ending::whole;
  std::size_t after_requests = 0;  ///< answers once the server has had so many requests: proves that they overlap
};

struct FakeServerRequest {
  std::string method;
  std::string target;                                        ///< path and query, as they came
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  std::string header(std::string_view name) const;  ///< empty when it is absent
};

/// A real HTTP/1.1 server on 127.0.0.1 and a free port. Thread-safe; ending it ends all its connections.
class FakeServer {
 public:
  FakeServer();
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// "http://127.0.0.1:<port>"
  std::string url() const;

  /// Adds to the replies of a path, whatever the query. The last one repeats; a path without replies gives 404.
  void on(const std::string& path, FakeReply reply);

  /// Answers all requests of a path, each on the thread of its connection. Before the first of them.
  using Answer = std::function<FakeReply(const FakeServerRequest&)>;
  void answer(const std::string& path, Answer answer);

  /// Returns when so many requests have come.
  void wait_for_requests(std::size_t count) const;

  std::vector<FakeServerRequest> requests() const;
  std::size_t connections() const;

 private:
  struct Connection {
    int socket = -1;
    std::thread thread{};
  };
  class Conversation;

  void accept_all();
  FakeReply record(FakeServerRequest request);

  int port_ = 0;
  int listener_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<std::string, std::vector<FakeReply>> replies_;
  std::map<std::string, Answer> answers_;
  std::vector<FakeServerRequest> requests_;
  std::list<Connection> connections_;
  bool is_ending_ = false;
  std::thread accepting_;
};

/// Takes one connection and whatever comes on it, and never says a word. Thread-safe.
class SilentServer {
 public:
  SilentServer();
  ~SilentServer();
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  /// "127.0.0.1:<port>"
  std::string address() const;

  /// All that has come, once something has.
  std::string received() const;

 private:
  void listen_on();

  int port_ = 0;
  int listener_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string received_;
  int connection_ = -1;
  bool is_ending_ = false;
  std::thread listening_;
};

/// An address that is taken but refuses every connection.
class DeafServer {
 public:
  DeafServer();
  ~DeafServer();
  DeafServer(const DeafServer&) = delete;
  DeafServer& operator=(const DeafServer&) = delete;

  std::string url() const;

 private:
  int port_ = 0;
  int socket_ = -1;
};

}  // namespace pilling::support
