#include "sources/service_problem.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace pilling::sources {
namespace {

struct KnownCode {
  int code;
  std::string_view name;
  std::string_view advice;
};

constexpr std::string_view try_again = "the agency has trouble; try again later";
constexpr std::string_view fix_request = "the request is wrong";
constexpr std::string_view check_key = "check the service key and its approval for this service";

constexpr std::array<KnownCode, 18> known_codes = {{
    {1, "APPLICATION_ERROR", try_again},
    {2, "DB_ERROR", try_again},
    {no_data_code, "NODATA_ERROR", "there are no rows"},
    {4, "HTTP_ERROR", try_again},
    {5, "SERVICETIMEOUT_ERROR", try_again},
    {10, "INVALID_REQUEST_PARAMETER_ERROR", fix_request},
    {11, "NO_MANDATORY_REQUEST_PARAMETERS_ERROR", fix_request},
    {12, "NO_OPENAPI_SERVICE_ERROR", "there is no such service or operation any more"},
    {20, "SERVICE_ACCESS_DENIED_ERROR", check_key},
    {21, "TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR", check_key},
    {22, "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
     "the quota of the day is used up; try again after midnight in Korea"},
    {23, "LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS_ERROR", "too many requests at once; slow down"},
    {29, "BLACKLIST_IP_ACCESS_ERROR", "this address is blocked"},
    {30, "SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "check the service key; was it escaped twice?"},
    {31, "DEADLINE_HAS_EXPIRED_ERROR", "the service key has expired"},
    {32, "UNREGISTERED_IP_ERROR", "this address is not registered for the key"},
    {33, "UNSIGNED_CALL_ERROR", check_key},
    {99, "UNKNOWN_ERROR", "try again once"},
}};

struct KnownText {
  std::string_view text;
  int status;
  std::string_view advice;
};

constexpr std::array<KnownText, 8> known_texts = {{
    {"unauthorized", 401, check_key},
    {"forbidden", 403, check_key},
    {"api not found", 404, "there is no such operation"},
    {"api rate limit exceeded", 429, "too many requests at once; slow down"},
    {"api token quota exceeded", 22, "the quota of the day is used up; try again after midnight in Korea"},
    {"unexpected error", 500, "there is no such service, or it has trouble"},
    {"error forwarding request to backend server", 502, try_again},
    {"error receiving response from backend server", 502, try_again},
}};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

// Names are written with underscores or blanks, and with or without the last word.
const KnownCode* find_name(std::string_view message) {
  std::string folded(message);
  for (char& c : folded) {
    if (c == ' ') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  constexpr std::size_t last_word = std::string_view("_ERROR").size();
  constexpr std::size_t shortest_telling = 12;
  const auto known = std::ranges::find_if(known_codes, [&](const KnownCode& candidate) {
    const std::string_view stem = candidate.name.substr(0, candidate.name.size() - last_word);
    return folded.find(stem.size() < shortest_telling ? candidate.name : stem) != std::string::npos;
  });
  if (known != known_codes.end()) return &*known;
  return folded.find("SERVICE_KEY_IS_NULL") != std::string::npos ? find_name("SERVICE_ACCESS_DENIED_ERROR") : nullptr;
}

const KnownCode* find_code(int code) {
  const auto known = std::ranges::find(known_codes, code, &KnownCode::code);
  return known == known_codes.end() ? nullptr : &*known;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

ServiceProblem make_problem(const KnownCode& known) {
  const std::string digits = (known.code < 10 ? "0" : "") + std::to_string(known.code);
  return {.code = known.code, .what = digits + " " + std::string(known.name) + ": " + std::string(known.advice)};
}

ServiceProblem make_problem(std::optional<int> code, std::string_view message) {
  if (const KnownCode* known = code ? find_code(*code) : nullptr) return make_problem(*known);
  if (const KnownCode* known = find_name(message)) return make_problem(*known);
  const int status = code.value_or(99);
  return {.code = status, .what = std::to_string(status) + ": an error that the service does not document"};
}

// The text between <tag> and the next tag.
std::string_view tag_text(std::string_view xml, std::string_view tag) {
  const std::string opening = "<" + std::string(tag) + ">";
  const std::size_t begin = xml.find(opening);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = xml.substr(begin + opening.size());
  const std::string_view inner = rest.substr(0, rest.find('<'));
  const std::size_t first = inner.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view()
                                         : inner.substr(first, inner.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::optional<ServiceProblem> problem_of(const ApiEnvelope& envelope) {
  const std::optional<int> code = number(envelope.code);
  if (envelope.is_gateway_error) return make_problem(code, envelope.message);
  const bool is_success = envelope.code.empty() || code == 0 || code == no_data_code;
  return is_success ? std::nullopt : std::optional(make_problem(code, envelope.message));
}

std::optional<ServiceProblem> problem_in_xml(std::string_view xml) {
  ApiEnvelope envelope;
  envelope.is_gateway_error = xml.find("<cmmMsgHeader") != std::string_view::npos ||
                              xml.find("<OpenAPI_ServiceResponse") != std::string_view::npos;
  envelope.code = tag_text(xml, envelope.is_gateway_error ? "returnReasonCode" : "resultCode");
  for (const std::string_view tag : {"errMsg", "returnAuthMsg", "resultMsg"}) {
    (envelope.message += tag_text(xml, tag)) += '\n';
  }
  return problem_of(envelope);
}

std::optional<ServiceProblem> problem_in_text(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\"");
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string folded = lower(text.substr(begin, 64));
  const auto known =
      std::ranges::find_if(known_texts, [&](const KnownText& candidate) { return folded.starts_with(candidate.text); });
  if (known == known_texts.end()) return std::nullopt;
  return ServiceProblem{
      .code = known->status,
      .what = std::to_string(known->status) + " " + std::string(known->text) + ": " + std::string(known->advice)};
}

}  // namespace pilling::sources
