// The public services themselves, by data.go.kr or by a fake of it:
//
//   live_sources KEY [ADDRESS]

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <pilling/pilling.hpp>
#include <string>

namespace {

using pilling::HttpTransport;
using pilling::PublicDataOptions;

// Products of e약은요, and then those that only the permits know: the engine asks in this order.
void search(const std::shared_ptr<HttpTransport>& http, const PublicDataOptions& options) {
  const pilling::Engine engine({
      .database = "live.db",
      .sources = {pilling::make_easy_drug_source(http, options), pilling::make_permit_source(http, options)},
  });
  for (const char* name : {"활명수", "모형스타틴정"}) {
    for (const auto& match : engine.search(name, 1).matches) {
      const pilling::Medicine& medicine = *match.medicine;
      const std::string dispensing = medicine.dispensing.empty() ? "unknown dispensing" : medicine.dispensing;
      std::cout << medicine.name << " (" << dispensing << "): " << medicine.efficacy << '\n';
    }
  }
}

void show_the_nearest(const std::shared_ptr<HttpTransport>& http, const PublicDataOptions& options) {
  const auto page = pilling::fetch_pharmacies_near(http, options, {37.5665, 126.9780}, {.rows = 3});
  for (const auto& nearby : page.rows) {
    // The list of what is near has no hours: those of each are another call.
    const auto pharmacy = pilling::fetch_pharmacy(http, options, nearby.id);
    const auto monday = pharmacy ? pharmacy->hours.days[0] : std::nullopt;
    std::cout << nearby.name << ": " << pilling::in_words(monday, pilling::Language::english) << '\n';
  }
}

void update_holidays(const std::shared_ptr<HttpTransport>& http, const PublicDataOptions& options) {
  const std::chrono::year year(2026);
  const auto holidays = pilling::fetch_holidays(http, options, year);
  const auto calendar = pilling::HolidayCalendar::bundled().with_year(year, holidays);
  std::cout << holidays.size() << " holidays in 2026, " << calendar.holidays().size() << " known\n";
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2 && count != 3) {
    std::cerr << "usage: live_sources KEY [ADDRESS]\n";
    return EXIT_FAILURE;
  }
  const auto http = pilling::make_curl_transport();
  PublicDataOptions options{.service_key = arguments[1]};
  if (count == 3) options.base_url = arguments[2];
  search(http, options);
  show_the_nearest(http, options);
  update_holidays(http, options);
} catch (const std::exception& error) {
  std::cerr << "live_sources: " << error.what() << '\n';
  return EXIT_FAILURE;
}
