#include "support/fake_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace pilling::support {
namespace {

// A socket bound to a free port of this machine.
int bound_socket(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, generic, length) != 0 || getsockname(fd, generic, &length) != 0) {
    throw std::system_error(errno, std::generic_category(), "fake server");
  }
  port = ntohs(address.sin_port);
  return fd;
}

std::string url_of(int port) { return "http://127.0.0.1:" + std::to_string(port); }

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

FakeServerRequest parse_head(std::string_view head) {
  const auto next_line = [&head] {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    return line;
  };
  FakeServerRequest request;
  const std::string_view first = next_line();
  const std::size_t blank = first.find(' ');
  request.method = first.substr(0, blank);
  request.target = first.substr(blank + 1, first.rfind(' ') - blank - 1);
  while (!head.empty()) {
    const std::string_view line = next_line();
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    request.headers.emplace_back(lower(std::string(line.substr(0, colon))), line.substr(colon + 2));
  }
  return request;
}

std::string head_of(const FakeReply& reply) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Fake\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  return head + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
}

}  // namespace

std::string FakeServerRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [name](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string() : found->second;
}

/// One connection: request, reply, request, reply.
class FakeServer::Conversation {
 public:
  Conversation(FakeServer& server, int socket) : server_(server), socket_(socket) {}

  void hold() {
    while (auto request = read()) {
      if (!answer(server_.record(std::move(*request)))) break;
    }
    shutdown(socket_, SHUT_RDWR);
  }

 private:
  std::optional<FakeServerRequest> read() {
    constexpr std::string_view border = "\r\n\r\n";
    std::size_t end;
    while ((end = unread_.find(border)) == std::string::npos) {
      if (!receive()) return std::nullopt;
    }
    FakeServerRequest request = parse_head(std::string_view(unread_).substr(0, end));
    unread_.erase(0, end + border.size());
    const std::string length = request.header("content-length");
    const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
    while (unread_.size() < body_size) {
      if (!receive()) return std::nullopt;
    }
    request.body = unread_.substr(0, body_size);
    unread_.erase(0, body_size);
    return request;
  }

  bool receive() {
    char bytes[4096];
    const ssize_t count = recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    unread_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  // Whether the conversation goes on.
  bool answer(const FakeReply& reply) {
    switch (reply.ending) {
      case FakeReply::Ending::whole:
        return send_all(head_of(reply) + reply.body);
      case FakeReply::Ending::half_sent:
        send_all(head_of(reply) + reply.body.substr(0, reply.body.size() / 2));
        return false;
      case FakeReply::Ending::stalls:
        send_all(head_of(reply) + reply.body.substr(0, reply.body.size() / 2));
        receive();
        return false;
      case FakeReply::Ending::never:
        receive();
        return false;
      case FakeReply::Ending::no_reply:
        return false;
    }
    return false;
  }

  bool send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  FakeServer& server_;
  int socket_;
  std::string unread_;
};

FakeServer::FakeServer() : listener_(bound_socket(port_)) {
  if (listen(listener_, 64) != 0) throw std::system_error(errno, std::generic_category(), "fake server");
  accepting_ = std::thread([this] { accept_all(); });
}

FakeServer::~FakeServer() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
    for (const Connection& connection : connections_) shutdown(connection.socket, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  // Sockets are closed only now, so that no thread uses a number that was given to another socket.
  for (Connection& connection : connections_) {
    connection.thread.join();
    close(connection.socket);
  }
  close(listener_);
}

std::string FakeServer::url() const { return url_of(port_); }

void FakeServer::on(const std::string& path, FakeReply reply) {
  const std::scoped_lock lock(mutex_);
  replies_[path].push_back(std::move(reply));
}

void FakeServer::answer(const std::string& path, Answer answer) {
  const std::scoped_lock lock(mutex_);
  answers_[path] = std::move(answer);
}

void FakeServer::wait_for_requests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

std::vector<FakeServerRequest> FakeServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::size_t FakeServer::connections() const {
  const std::scoped_lock lock(mutex_);
  return connections_.size();
}

void FakeServer::accept_all() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && errno == EINTR) continue;
    if (socket < 0) return;
    const std::scoped_lock lock(mutex_);
    if (is_ending_) {
      close(socket);
      return;
    }
    connections_.push_back({.socket = socket});
    connections_.back().thread = std::thread([this, socket] { Conversation(*this, socket).hold(); });
  }
}

FakeReply FakeServer::record(FakeServerRequest request) {
  std::unique_lock lock(mutex_);
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (const auto answer = answers_.find(path); answer != answers_.end()) {
    lock.unlock();
    return answer->second(request);
  }
  const auto found = replies_.find(path);
  FakeReply reply{.status = 404, .body = "no such path"};
  if (found != replies_.end()) {
    reply = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
  }
  requests_.push_back(std::move(request));
  changed_.notify_all();
  changed_.wait(lock, [&] { return is_ending_ || requests_.size() >= reply.after_requests; });
  return reply;
}

SilentServer::SilentServer() : listener_(bound_socket(port_)) {
  if (listen(listener_, 1) != 0) throw std::system_error(errno, std::generic_category(), "silent server");
  listening_ = std::thread([this] { listen_on(); });
}

SilentServer::~SilentServer() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
    if (connection_ >= 0) shutdown(connection_, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  listening_.join();
  if (connection_ >= 0) close(connection_);
  close(listener_);
}

std::string SilentServer::address() const { return "127.0.0.1:" + std::to_string(port_); }

std::string SilentServer::received() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !received_.empty(); });
  return received_;
}

void SilentServer::listen_on() {
  const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  {
    const std::scoped_lock lock(mutex_);
    connection_ = connection;
    if (is_ending_) return;
  }
  std::array<char, 4096> bytes{};
  for (ssize_t count = 0; (count = recv(connection, bytes.data(), bytes.size(), 0)) > 0;) {
    const std::scoped_lock lock(mutex_);
    received_.append(bytes.data(), static_cast<std::size_t>(count));
    changed_.notify_all();
  }
}

DeafServer::DeafServer() : socket_(bound_socket(port_)) {}

DeafServer::~DeafServer() { close(socket_); }

std::string DeafServer::url() const { return url_of(port_); }

}  // namespace pilling::support
