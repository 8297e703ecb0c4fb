#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pilling/shared_cache.hpp"
#include "pilling/store.hpp"

namespace pilling::support {

inline Medicine sample_medicine(const std::string& id, const std::string& edition = "1") {
  Medicine medicine;
  medicine.id = {id};
  medicine.name = "두통엔정 " + edition;
  medicine.english_name = "Headend Tab. " + edition;
  medicine.company = "(주)보기제약";
  medicine.ingredients = "아세트아미노펜,카페인무수물";
  medicine.dispensing = "otc";
  medicine.efficacy = "머리가 아플 때와 열이 날 때 먹는 약입니다.";
  medicine.usage = "어른은 한 번에 1정, 하루 3번까지.";
  medicine.warnings = "It's \"quoted\"; drop table medicines; --";
  medicine.precautions = "";
  medicine.interactions = "술\n커피";
  medicine.side_effects = "졸음\t입마름";
  medicine.storage = "서늘한 곳";
  medicine.images = {"https://example.org/1.jpg", "https://example.org/2.jpg"};
  medicine.published_on = "2024-01-31";
  medicine.updated_on = "2024-02-29";
  return medicine;
}

inline Pharmacy sample_pharmacy(const std::string& id, const std::string& edition = "1") {
  Pharmacy pharmacy;
  pharmacy.id = {id};
  pharmacy.name = "새벽약국 " + edition;
  pharmacy.address = "서울특별시 어느구 어느로 1";
  pharmacy.telephone = "02-000-0000";
  pharmacy.position = {.latitude = 37.566535123456789, .longitude = 126.97796919999999};
  pharmacy.hours.days[0] = OpenInterval{540, 1140};
  pharmacy.hours.days[5] = OpenInterval{600, 1500};
  pharmacy.hours.days[OpeningHours::holiday] = OpenInterval{0, 1440};
  return pharmacy;
}

inline Summary sample_summary(const std::string& maker, const std::string& text = "두통, 발열") {
  return {.text = text,
          .indications = {"두통", "발열", "", "two\nlines \\ here"},
          .maker = maker,
          .made_at = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
}

inline JobProgress sample_progress(const std::string& name) {
  JobProgress progress;
  progress.name = name;
  progress.cursor = "5";
  return progress;
}

inline std::vector<std::pair<std::string, SharedEntry>> sample_entries(const std::string& key,
                                                                       const std::string& bytes) {
  return {{key, {.bytes = bytes, .stamp = 1, .kept_until = std::nullopt}}};
}

template <class Row>
void commit_one(Store& store, const Row& row) {
  const auto transaction = store.begin();
  transaction->put(row);
  transaction->commit();
}

}  // namespace pilling::support
