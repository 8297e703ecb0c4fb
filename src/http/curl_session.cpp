#include "http/curl_session.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "http/reply_reader.hpp"
#include "http/request_url.hpp"
#include "pilling/error.hpp"

namespace pilling::http {
namespace {

using std::chrono::milliseconds;

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void require_curl() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw Error(std::string("libcurl cannot be used: ") + curl_easy_strerror(initialised));
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK) {
    throw Error("this libcurl does not take option " + std::to_string(option) + "; 7.85 or newer is needed");
  }
}

bool is_name_character(unsigned char c) { return c > 0x20 && c < 0x7f && c != ':'; }
bool is_value_character(unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; }

bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

void add(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  bool names_content = false;
  for (const auto& [name, value] : request.headers) {
    const bool is_fine =
        !name.empty() && std::ranges::all_of(name, is_name_character) && std::ranges::all_of(value, is_value_character);
    if (!is_fine) throw InvalidArgument("a request header holds a line break or another character it may not hold");
    names_content = names_content || is_same_name(name, "content-type");
    // In the language of libcurl "name;" is a header without a value, and "name:" is no header at all.
    std::string line = name;
    (line += value.empty() ? ";" : ": ") += value;
    add(list, line);
  }
  // Left alone, libcurl would call every body a web form, and wait a second for "100 Continue" before a long one.
  if (!names_content) add(list, "Content-Type:");
  add(list, "Expect:");
  return list;
}

void set_method_and_body(CURL* easy, const HttpRequest& request) {
  const bool is_method =
      !request.method.empty() && std::ranges::all_of(request.method, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_method) throw InvalidArgument("an HTTP method is a word in capitals, such as GET or POST");
  const bool has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT";
  if (has_body) {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  } else if (request.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  }
  set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_limits(CURL* easy, const CurlOptions& options, milliseconds time_left) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  // What the server offers by TLS; in the clear it stays 1.1.
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  if (!options.ca_file.empty()) {
    set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    set(easy, CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
  }
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(time_left.count()));
  // Without it a name server that does not answer holds the call far beyond its deadline: libcurl joins its resolver
  // thread, which it otherwise leaves to end by itself.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
}

void set_proxy(CURL* easy, const CurlOptions& options) {
  // Both are set even when empty: else libcurl takes them out of the environment, which belongs to the application.
  set(easy, CURLOPT_PROXY, options.proxy.c_str());
  set(easy, CURLOPT_NOPROXY, "");
  // What the proxy says of the tunnel is no part of the reply.
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void set_reader(CURL* easy, ReplyReader& reader) {
  set(easy, CURLOPT_ACCEPT_ENCODING, "");
  set(easy, CURLOPT_HEADERFUNCTION, &ReplyReader::take_header);
  set(easy, CURLOPT_HEADERDATA, &reader);
  set(easy, CURLOPT_WRITEFUNCTION, &ReplyReader::take_body);
  set(easy, CURLOPT_WRITEDATA, &reader);
}

// A connection that was kept may end when it is used again, before a byte of the reply has come. libcurl then sends the
// request once more, whatever it does: a language model would be paid twice.
class SendingOnce {
 public:
  explicit SendingOnce(const HttpRequest& request)
      : may_be_repeated_(request.is_repeatable || request.method == "GET" || request.method == "HEAD") {}

  void watch(CURL* easy) {
    if (may_be_repeated_) return;
    set(easy, CURLOPT_PREREQFUNCTION, &SendingOnce::before_sending);
    set(easy, CURLOPT_PREREQDATA, this);
  }

  bool has_refused() const noexcept { return sent_ > 1; }

 private:
  static int before_sending(void* self, char*, char*, int, int) noexcept {
    return ++static_cast<SendingOnce*>(self)->sent_ > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
  }

  const bool may_be_repeated_;
  int sent_ = 0;
};

[[noreturn]] void throw_stopped(const std::string& host, bool may_have_arrived) {
  throw Timeout("the request to " + host + " was stopped by its caller", host, may_have_arrived);
}

// Then something of the request may be with the service.
bool is_connected(CURL* easy) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

[[noreturn]] void throw_late(CURL* easy, const std::string& host, const PhaseClock& phases) {
  if (phases.is_over(std::chrono::steady_clock::now())) {
    throw Timeout(phases.what_is_late() + " from " + host, host, is_connected(easy));
  }
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  const bool is_lost = is_connected(easy);
  throw Timeout((is_lost ? "no whole reply from " : "no connection to ") + host + " within " +
                    std::to_string(microseconds / 1000) + " ms",
                host, is_lost);
}

// How long the request may take: at least 1 ms, since 0 means "for ever" to libcurl.
milliseconds time_left(const CallOptions& call, const CurlOptions& options, const std::string& host) {
  if (call.stop.stop_requested()) throw_stopped(host, false);
  const auto now = std::chrono::steady_clock::now();
  if (now >= call.deadline) {
    throw Timeout("the deadline had passed before the request to " + host + " began", host, false);
  }
  return std::min(options.total_timeout, std::chrono::ceil<milliseconds>(call.deadline - now));
}

// Only the host and libcurl's own words for the code: its longer messages may repeat parts of the request.
void require_success(CURL* easy, CURLcode code, const ReplyReader& reader, const std::string& host,
                     const CurlOptions& options) {
  reader.rethrow_failure();
  if (reader.is_too_large()) {
    throw BadData("the reply of " + host + " is longer than " + std::to_string(options.maximum_response_bytes) +
                      " bytes; ask for less or allow more",
                  host);
  }
  if (code == CURLE_OK) return;
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  const std::string way = options.proxy.empty() ? "" : " through the proxy";
  throw NetworkError("no reply from " + host + way + ": " + curl_easy_strerror(code), host, is_connected(easy));
}

}  // namespace

// Whatever happens, the handle forgets the request: it points into what the caller owns.
class CurlSession::Turn {
 public:
  explicit Turn(CurlSession& session) : session_(session) {}
  ~Turn() {
    curl_multi_remove_handle(session_.multi_.get(), session_.easy_.get());
    curl_easy_reset(session_.easy_.get());
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  CurlSession& session_;
};

CurlSession::CurlSession() {
  require_curl();
  multi_.reset(curl_multi_init());
  easy_.reset(curl_easy_init());
  if (!multi_ || !easy_) throw std::bad_alloc();
}

HttpResponse CurlSession::send(const HttpRequest& request, const CallOptions& call, const CurlOptions& options) {
  const RequestUrl url(request);
  const HeaderList headers = header_list(request);
  const milliseconds limit = time_left(call, options, url.host());
  ReplyReader reader(options.maximum_response_bytes);
  PhaseClock phases(options);
  SendingOnce once(request);

  const Turn turn(*this);
  CURL* easy = easy_.get();
  set(easy, CURLOPT_CURLU, url.handle());
  set(easy, CURLOPT_HTTPHEADER, headers.get());
  set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  set_method_and_body(easy, request);
  set_limits(easy, options, limit);
  set_proxy(easy, options);
  set_reader(easy, reader);
  once.watch(easy);
  const CURLcode code = run(call, reader, phases);
  if (once.has_refused()) {
    throw NetworkError("no reply from " + url.host() + ": it ended a connection that had been kept open", url.host());
  }
  if (code == CURLE_ABORTED_BY_CALLBACK) throw_stopped(url.host(), is_connected(easy));
  if (code == CURLE_OPERATION_TIMEDOUT) throw_late(easy, url.host(), phases);
  require_success(easy, code, reader, url.host(), options);

  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  reader.response().status = static_cast<int>(status);
  return std::move(reader.response());
}

CURLcode CurlSession::run(const CallOptions& call, const ReplyReader& reader, PhaseClock& phases) {
  constexpr milliseconds slice(100);
  CURLM* multi = multi_.get();
  const std::stop_callback wake(call.stop, [multi] { curl_multi_wakeup(multi); });
  if (curl_multi_add_handle(multi, easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  for (int running = 1;;) {
    if (call.stop.stop_requested()) return CURLE_ABORTED_BY_CALLBACK;
    if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (running == 0) return result();
    const auto now = std::chrono::steady_clock::now();
    phases.look(is_connected(easy_.get()), reader.pieces(), now);
    const milliseconds wait = phases.time_left(now, slice);
    if (wait == milliseconds(0)) return CURLE_OPERATION_TIMEDOUT;
    if (curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr) != CURLM_OK) {
      return CURLE_FAILED_INIT;
    }
  }
}

CURLcode CurlSession::result() {
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
  return message != nullptr && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
}

}  // namespace pilling::http
