#include "sources/reply.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include "pilling/error.hpp"
#include "sources/easy_drug.hpp"
#include "sources/json_rows.hpp"
#include "sources/pharmacy_fields.hpp"
#include "sources/service_problem.hpp"

namespace pilling::sources {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view skip_blanks(std::string_view body) {
  if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
  const std::size_t begin = body.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : body.substr(begin);
}

bool is_success(int http_status) { return http_status >= 200 && http_status < 300; }

// Says what came instead of rows, and never shows it: gateways repeat the request with its key.
class ReplyJudge {
 public:
  ReplyJudge(int http_status, std::string_view service) : http_status_(http_status), service_(service) {}

  [[noreturn]] void refuse(const ServiceProblem& problem) const {
    throw ServiceError(service_ + ": " + problem.what, service_, problem.code);
  }

  /// The reply itself says nothing: the HTTP status does, or else it makes no sense.
  [[noreturn]] void refuse(const std::string& what) const {
    if (!is_success(http_status_)) {
      throw ServiceError(service_ + ": HTTP status " + std::to_string(http_status_) + " with " + what, service_,
                         http_status_);
    }
    throw BadData(service_ + " answered with " + what, service_);
  }

  void check_envelope(const ApiEnvelope& envelope) const {
    if (const auto problem = problem_of(envelope)) refuse(*problem);
    if (!is_success(http_status_)) refuse("a JSON reply");
    if (!envelope.is_envelope) refuse("JSON that is not a reply of the service");
  }

  /// Returns only for an XML reply without rows.
  void check_xml(std::string_view body) const {
    if (const auto problem = problem_in_xml(body)) refuse(*problem);
    const bool is_no_data = body.find("<resultCode>03</resultCode>") != std::string_view::npos;
    if (!is_no_data) refuse("markup instead of JSON");
  }

 private:
  int http_status_;
  std::string service_;
};

template <class Row, class ReadRow>
SourcePage<Row> read_reply(std::string_view body, const ReplyJudge& judge, const ReadRow& read_row) {
  body = skip_blanks(body);
  if (body.empty()) judge.refuse("an empty body; ask for fewer rows");
  SourcePage<Row> page;
  if (body.front() == '<') {
    judge.check_xml(body);
    return page;
  }
  if (body.front() != '{') {
    if (const auto problem = problem_in_text(body)) judge.refuse(*problem);
    judge.refuse("text that is not JSON");
  }
  const auto skip = [&](std::uint64_t number, const std::string& reason) {
    page.skipped.push_back({.line = number, .reason = reason});
  };
  const JsonRowVisitor visit{.row =
                                 [&](std::uint64_t number, const JsonRow& json) {
                                   RowReading<Row> reading = read_row(json);
                                   if (reading.refusal.empty()) {
                                     page.rows.push_back(std::move(reading.value));
                                   } else {
                                     skip(number, std::move(reading.refusal));
                                   }
                                 },
                             .broken = skip};
  ApiEnvelope envelope;
  std::string json(body);
  const auto fault = read_api_body(json, visit, envelope);
  if (fault && !problem_of(envelope)) judge.refuse("a body that " + fault->what);
  judge.check_envelope(envelope);
  page.total = envelope.total.value_or(envelope.rows);
  return page;
}

}  // namespace

SourcePage<Medicine> read_medicine_reply(std::string_view body, int http_status, std::string_view service) {
  return read_reply<Medicine>(body, ReplyJudge(http_status, service), &read_easy_drug);
}

SourcePage<Pharmacy> read_pharmacy_reply(std::string_view body, int http_status, std::string_view service) {
  return read_reply<Pharmacy>(body, ReplyJudge(http_status, service),
                              [](const JsonRow& json) { return read_pharmacy(pharmacy_fields(json)); });
}

}  // namespace pilling::sources
