// Reading of replies, beside what simdjson and expat take alone for the same bytes. The bodies are the saved ones of
// the services and, because those are small, pages of 500 rows made of the real medicines; where the real data are not
// there (PILLING_DATA_DIR, else shared/data beside the checkout), pages of invented rows.

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <expat.h>
#include <memory>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sources/file_bytes.hpp"
#include "sources/json_rows.hpp"
#include "sources/openfda_label.hpp"
#include "sources/permit.hpp"
#include "sources/reply.hpp"
#include "sources/xml.hpp"
#include "sources/xml_rows.hpp"
#include "support/public_data.hpp"

namespace {

namespace sources = pilling::sources;
using pilling::support::public_data;

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t rows_of_a_page = 500;

// As read from a file, or invented ones of the usual size.
std::vector<Fields> medicine_rows() {
  std::vector<Fields> rows;
  const auto keep = [&](std::uint64_t, const sources::JsonRow& row) {
    if (rows.size() == rows_of_a_page) return;
    Fields fields;
    for (const auto& [name, text] : row.fields()) fields.emplace_back(name, text);
    rows.push_back(std::move(fields));
  };
  if (const auto file = public_data("easydrug/easydrug_2024-07.jsonl.gz")) {
    std::string json = sources::read_file_bytes(*file);
    sources::read_json_lines(json, {.row = keep, .broken = [](std::uint64_t, const std::string&) {}});
    return rows;
  }
  std::string text = "이 약은 가상의 증상에 사용합니다.\n";
  while (text.size() < 1000) text += text;
  for (std::size_t i = 0; i < rows_of_a_page; ++i) {
    rows.push_back({{"itemSeq", std::to_string(200'000'000 + i)}, {"itemName", "가상정"}, {"efcyQesitm", text}});
  }
  return rows;
}

std::string escaped(std::string_view text, bool is_json) {
  std::string result;
  for (const char c : text) {
    if (is_json && c == '\n') {
      result += "\\n";
    } else if (is_json && (c == '"' || c == '\\')) {
      (result += '\\') += c;
    } else if (!is_json && c == '<') {
      result += "&lt;";
    } else if (!is_json && c == '&') {
      result += "&amp;";
    } else {
      result += c;
    }
  }
  return result;
}

std::string json_page(const std::vector<Fields>& rows) {
  std::string body =
      R"({"header":{"resultCode":"00","resultMsg":"NORMAL SERVICE."},"body":{"totalCount":4712,"items":[)";
  for (const Fields& row : rows) {
    body += body.back() == '}' ? ",{" : "{";
    for (const auto& [name, text] : row) {
      if (body.back() != '{') body += ',';
      body += '"' + name + "\":\"" + escaped(text, true) + '"';
    }
    body += '}';
  }
  return body + "]}}";
}

std::string xml_page(const std::vector<Fields>& rows) {
  std::string body =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><header><resultCode>00</resultCode></header>"
      "<body><items>";
  for (const Fields& row : rows) {
    body += "<item>";
    for (const auto& [name, text] : row) body += "<" + name + ">" + escaped(text, false) + "</" + name + ">";
    body += "</item>";
  }
  return body + "</items></body></response>";
}

// Looks at all fields, so that nothing can be left out.
struct CountingVisitor {
  std::size_t bytes = 0;
  sources::JsonRowVisitor visitor() {
    return {.row =
                [this](std::uint64_t, const sources::JsonRow& row) {
                  for (const auto& [name, text] : row.fields()) bytes += name.size() + text.size();
                },
            .broken = [](std::uint64_t, const std::string&) {}};
  }
};

std::size_t json_rows(const std::string& body) {
  CountingVisitor counting;
  sources::ApiEnvelope envelope;
  std::string json = body;
  if (sources::read_api_body(json, counting.visitor(), envelope)) std::abort();
  return counting.bytes;
}

std::size_t xml_rows(const std::string& body) {
  CountingVisitor counting;
  sources::ApiEnvelope envelope;
  if (sources::read_xml_body(body, counting.visitor(), envelope)) std::abort();
  return counting.bytes;
}

std::size_t medicines(const std::string& body) { return sources::read_medicine_reply(body, 200, "bench").rows.size(); }
std::size_t permits(const std::string& body) { return sources::read_permit_reply(body, 200, "bench").rows.size(); }
std::size_t pharmacies(const std::string& body) { return sources::read_pharmacy_reply(body, 200, "bench").rows.size(); }

std::size_t simdjson_document(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(body).get(root)) std::abort();
  return root.is_object();
}

std::size_t walk(simdjson::ondemand::value value) {
  namespace ondemand = simdjson::ondemand;
  std::size_t bytes = 0;
  const ondemand::json_type type = value.type();
  if (type == ondemand::json_type::object) {
    for (auto field : value.get_object()) {
      const std::string_view name = field.unescaped_key();
      bytes += name.size() + walk(field.value());
    }
  } else if (type == ondemand::json_type::array) {
    for (auto element : value.get_array()) bytes += walk(element.value());
  } else if (type == ondemand::json_type::string) {
    bytes += std::string_view(value.get_string()).size();
  } else {
    bytes += value.raw_json_token().size();
  }
  return bytes;
}

std::size_t simdjson_on_demand(const std::string& body) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string json(body);
  simdjson::ondemand::document document = parser.iterate(json);
  return walk(document.get_value());
}

// With handlers that do nothing, without which expat need not make the pieces.
std::size_t expat_alone(const std::string& body) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), &XML_ParserFree);
  std::size_t bytes = 0;
  XML_SetUserData(parser.get(), &bytes);
  XML_SetElementHandler(
      parser.get(), [](void*, const XML_Char*, const XML_Char**) {}, [](void*, const XML_Char*) {});
  XML_SetCharacterDataHandler(parser.get(), [](void* sum, const XML_Char*, int length) {
    *static_cast<std::size_t*>(sum) += static_cast<std::size_t>(length);
  });
  if (XML_Parse(parser.get(), body.data(), static_cast<int>(body.size()), XML_TRUE) != XML_STATUS_OK) std::abort();
  return bytes;
}

using Read = std::size_t (*)(const std::string& body);

void add(const std::string& name, const std::string& body, Read read) {
  benchmark::RegisterBenchmark(name.c_str(), [body, read](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(read(body));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  });
}

void add_json(const std::string& name, const std::string& body, Read whole) {
  add(name + "/rows", body, &json_rows);
  if (whole != nullptr) add(name + "/values", body, whole);
  add(name + "/simdjson_on_demand", body, &simdjson_on_demand);
  add(name + "/simdjson_document", body, &simdjson_document);
}

void add_xml(const std::string& name, const std::string& body, Read whole) {
  add(name + "/rows", body, &xml_rows);
  if (whole != nullptr) add(name + "/values", body, whole);
  add(name + "/expat", body, &expat_alone);
}

void add_saved(const std::string& file, Read whole) {
  const auto path = public_data("api_samples/" + file);
  if (!path) return;
  const std::string body = sources::read_file_bytes(*path);
  if (file.ends_with(".xml")) return add_xml(file, body, whole);
  add_json(file, body, whole);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Fields> rows = medicine_rows();
  add_json("medicines_500.json", json_page(rows), &medicines);
  add_xml("medicines_500.xml", xml_page(rows), &medicines);
  add_saved("dur_usjnt_page1_100rows_2022.json", nullptr);
  add_saved("mermaid_2026-07/easydrug_ibuprofen.json", &medicines);
  add_saved("mermaid_2026-07/permission_detail.json", &permits);
  add_saved("mermaid_2026-07/pharmacy.json", &pharmacies);
  add_saved("mermaid_2026-07/holiday_2026.xml", nullptr);
  add_saved("nmc_pharmacy_list_xml_sample.xml", &pharmacies);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
