#include "sources/reply.hpp"

#include "pilling/error.hpp"
#include "sources/easy_drug.hpp"
#include "sources/pharmacy_fields.hpp"
#include "sources/service_problem.hpp"
#include "sources/xml_rows.hpp"

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

  void check(const ApiEnvelope& envelope, const std::string& form) const {
    if (const auto problem = problem_of(envelope)) refuse(*problem);
    if (!is_success(http_status_)) refuse("a reply in " + form);
    if (!envelope.is_envelope) refuse(form + " that is not a reply of the service");
  }

 private:
  int http_status_;
  std::string service_;
};

void read_json_reply(std::string_view body, const ReplyJudge& judge, const JsonRowVisitor& visit,
                     ApiEnvelope& envelope) {
  std::string json(body);
  const auto fault = read_api_body(json, visit, envelope);
  if (fault && !problem_of(envelope)) judge.refuse("a body that " + fault->what);
  judge.check(envelope, "JSON");
}

// Errors of the gateway come in XML that is cut off or no XML at all: then their tags are looked for.
void read_xml_reply(std::string_view body, const ReplyJudge& judge, const JsonRowVisitor& visit,
                    ApiEnvelope& envelope) {
  const auto fault = read_xml_body(body, visit, envelope);
  if (const auto problem = problem_of(envelope)) judge.refuse(*problem);
  if (fault) {
    if (const auto problem = problem_in_xml(body)) judge.refuse(*problem);
    judge.refuse(envelope.is_envelope ? "a body that " + *fault : "markup that is not a reply of the service");
  }
  judge.check(envelope, "XML");
}

}  // namespace

std::size_t read_reply(std::string_view body, int http_status, std::string_view service, const JsonRowVisitor& visit) {
  const ReplyJudge judge(http_status, service);
  body = skip_blanks(body);
  if (body.empty()) judge.refuse("an empty body; ask for fewer rows");
  ApiEnvelope envelope;
  if (body.front() == '<') {
    read_xml_reply(body, judge, visit, envelope);
  } else if (body.front() == '{') {
    read_json_reply(body, judge, visit, envelope);
  } else {
    if (const auto problem = problem_in_text(body)) judge.refuse(*problem);
    judge.refuse("text that is not JSON");
  }
  return envelope.total.value_or(envelope.rows);
}

SourcePage<Medicine> read_medicine_reply(std::string_view body, int http_status, std::string_view service) {
  return read_page<Medicine>(body, http_status, service, &read_easy_drug);
}

SourcePage<Pharmacy> read_pharmacy_reply(std::string_view body, int http_status, std::string_view service) {
  return read_page<Pharmacy>(body, http_status, service,
                             [](const JsonRow& row) { return read_pharmacy(pharmacy_fields(row)); });
}

}  // namespace pilling::sources
