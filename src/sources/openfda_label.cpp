#include "sources/openfda_label.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <simdjson.h>
#include <utility>

#include "pilling/error.hpp"
#include "sources/easy_drug.hpp"
#include "sources/row_reading.hpp"
#include "text/clean.hpp"

namespace pilling::sources {
namespace {

namespace dom = simdjson::dom;

// Sections are lists of texts, most of them of one. What is no such list gives nothing.
std::string joined(simdjson::simdjson_result<dom::element> texts, std::string_view separator) {
  std::string all;
  dom::array list;
  if (texts.get(list)) return all;
  for (const dom::element element : list) {
    std::string_view text;
    if (element.get(text)) continue;
    const std::string clean = text::clean_text(text);
    if (clean.empty()) continue;
    if (!all.empty()) all += separator;
    all += clean;
  }
  return all;
}

std::string plain(simdjson::simdjson_result<dom::element> value) {
  std::string_view text;
  return value.get(text) ? std::string() : text::clean_text(text);
}

// The sections that are there, a paragraph each: labels on prescription and over the counter have different ones.
std::string sections(dom::element label, std::initializer_list<const char*> names) {
  std::string all;
  for (const char* const name : names) {
    const std::string text = joined(label[name], "\n");
    if (text.empty()) continue;
    if (!all.empty()) all += '\n';
    all += text;
  }
  return all;
}

std::string first_of(simdjson::simdjson_result<dom::element> texts) {
  std::string_view text;
  return texts.at(0).get(text) ? std::string() : text::clean_text(text);
}

std::string dispensing_of(dom::element label) {
  const std::string kind = first_of(label["openfda"]["product_type"]);
  if (kind == "HUMAN OTC DRUG") return "otc";
  return kind == "HUMAN PRESCRIPTION DRUG" ? "prescription" : "";
}

RowReading<Medicine> read_label(dom::element label) {
  RowReading<Medicine> reading;
  Medicine& medicine = reading.value;
  medicine.id.value = plain(label["set_id"]);
  medicine.name = first_of(label["openfda"]["brand_name"]);
  if (medicine.id.value.empty()) reading.refusal = "has no set_id";
  if (medicine.name.empty()) reading.refusal = "has no brand name";
  if (!reading.refusal.empty()) return reading;
  medicine.english_name = medicine.name;
  medicine.company = first_of(label["openfda"]["manufacturer_name"]);
  medicine.ingredients = joined(label["openfda"]["substance_name"], ",");
  if (medicine.ingredients.empty()) medicine.ingredients = joined(label["openfda"]["generic_name"], ",");
  medicine.dispensing = dispensing_of(label);
  medicine.efficacy = sections(label, {"indications_and_usage"});
  medicine.usage = sections(label, {"dosage_and_administration"});
  medicine.warnings = sections(label, {"boxed_warning", "warnings", "warnings_and_cautions"});
  medicine.precautions = sections(label, {"contraindications", "do_not_use", "precautions", "ask_doctor",
                                          "pregnancy_or_breast_feeding", "pregnancy"});
  medicine.interactions = sections(label, {"drug_interactions", "ask_doctor_or_pharmacist"});
  medicine.side_effects = sections(label, {"adverse_reactions", "stop_use"});
  medicine.storage = sections(label, {"storage_and_handling", "how_supplied"});
  medicine.updated_on = iso_date(plain(label["effective_time"]));
  return reading;
}

// Codes are words in capitals; anything else might be what was asked, or a key.
bool is_code(std::string_view code) {
  return !code.empty() && code.size() <= 40 && code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == code.npos;
}

std::string advice_for(int status) {
  if (status == 403) return "; check the API key";
  if (status == 429) return "; slow down, or use an API key";
  return {};
}

[[noreturn]] void refuse(int status, std::string_view code, const std::string& service) {
  throw ServiceError(service + " answered with HTTP status " + std::to_string(status) +
                         (is_code(code) ? " " + std::string(code) : std::string()) + advice_for(status),
                     service, status);
}

}  // namespace

SourcePage<Medicine> read_openfda_reply(std::string_view body, int http_status, const std::string& service) {
  constexpr int ok = 200;
  constexpr int not_found = 404;
  dom::parser parser;
  dom::element reply;
  const bool is_json = !parser.parse(body.data(), body.size()).get(reply);
  std::string_view code;
  const bool is_error = is_json && !reply["error"]["code"].get(code);
  if (http_status == not_found && code == "NOT_FOUND") return {};
  if (http_status != ok || is_error) refuse(http_status, code, service);
  dom::array labels;
  if (!is_json || reply["results"].get(labels))
    throw BadData(service + " answered with something else than labels", service);
  SourcePage<Medicine> page;
  std::uint64_t number = 0;
  for (const dom::element label : labels) {
    RowReading<Medicine> reading = read_label(label);
    ++number;
    if (reading.refusal.empty()) {
      page.rows.push_back(std::move(reading.value));
    } else {
      page.skipped.push_back({.line = number, .reason = std::move(reading.refusal)});
    }
  }
  std::uint64_t total = number;
  if (reply["meta"]["results"]["total"].get(total)) total = number;
  page.total = static_cast<std::size_t>(total);
  return page;
}

std::string openfda_search(std::string_view brand_name, std::string_view set_id) {
  // openFDA refuses other characters, and a quote would end the phrase.
  const auto safe = [](std::string_view text) {
    std::string kept;
    for (const char c : text) {
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (is_letter || c == '-' || c == '.') {
        kept += c;
      } else if (!kept.empty() && kept.back() != ' ') {
        kept += ' ';
      }
    }
    while (kept.ends_with(' ')) kept.pop_back();
    return kept;
  };
  const std::string name = safe(brand_name);
  const std::string id = safe(set_id);
  std::string search;
  if (!name.empty()) search = "openfda.brand_name:\"" + name + "\"";
  if (!id.empty()) search += (search.empty() ? "set_id:\"" : " AND set_id:\"") + id + "\"";
  return search;
}

}  // namespace pilling::sources
