#include "http/reply_reader.hpp"

#include <string>
#include <utility>

namespace pilling::http {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

// Anything but `bytes` as a result makes libcurl end the transfer.
template <class Take>
std::size_t ReplyReader::guarded(std::size_t bytes, const Take& take) noexcept {
  constexpr std::size_t refused = 0;
  ++pieces_;
  if (bytes > room_) {
    is_too_large_ = true;
    return refused;
  }
  room_ -= bytes;
  try {
    take();
    return bytes;
  } catch (...) {
    failure_ = std::current_exception();
    return refused;
  }
}

std::size_t ReplyReader::take_header(char* bytes, std::size_t size, std::size_t count, void* reader) noexcept {
  auto& self = *static_cast<ReplyReader*>(reader);
  return self.guarded(size * count, [&] { self.add_header({bytes, size * count}); });
}

std::size_t ReplyReader::take_body(char* bytes, std::size_t size, std::size_t count, void* reader) noexcept {
  auto& self = *static_cast<ReplyReader*>(reader);
  return self.guarded(size * count, [&] { self.response_.body.append(bytes, size * count); });
}

void ReplyReader::add_header(std::string_view line) {
  // A status line begins another reply: what came before was an interim one, such as "100 Continue".
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name(trim(line.substr(0, colon)));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  response_.headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
}

}  // namespace pilling::http
