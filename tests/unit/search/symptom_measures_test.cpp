#include "search/symptom_measures.hpp"

#include <gtest/gtest.h>
#include <string_view>

namespace pilling::search {
namespace {

void expect(std::string_view form, MeasureUnit unit, double value) {
  const Measure measure = measure_at(form);
  EXPECT_EQ(measure.unit, unit) << form;
  EXPECT_DOUBLE_EQ(unit == MeasureUnit::none ? 0 : measure.value, value) << form;
}

TEST(SymptomMeasures, ReadDegreesAgesAndPills) {
  expect("39.5도까지", MeasureUnit::degrees, 39.5);
  expect("38℃", MeasureUnit::degrees, 38);
  expect("3개월아기", MeasureUnit::months, 3);
  expect("두달된아기", MeasureUnit::months, 2);
  expect("삼개월", MeasureUnit::months, 3);
  expect("50일된아기", MeasureUnit::days_of_age, 50);
  expect("50일아기", MeasureUnit::days_of_age, 50);
  expect("3주된아기", MeasureUnit::days_of_age, 21);
  expect("세살", MeasureUnit::years, 3);
  expect("열한살", MeasureUnit::years, 11);
  expect("80세", MeasureUnit::years, 80);
  expect("두돌", MeasureUnit::years, 2);
  expect("서른알", MeasureUnit::pills, 30);
  expect("20알먹었", MeasureUnit::pills, 20);
  expect("12개먹었", MeasureUnit::pills, 12);
}

TEST(SymptomMeasures, TakeNoSpanOfTimeForAnAge) {
  for (const std::string_view form : {"3개월째", "2개월동안", "두달째", "3일째", "3주째", "3일전"}) {
    expect(form, MeasureUnit::none, 0);
  }
}

TEST(SymptomMeasures, TakeNoOtherWordForANumber) {
  for (const std::string_view form : {"열알레르기", "열정", "열도나고", "두통", "한쪽", "네", "3세트", "살", ""}) {
    expect(form, MeasureUnit::none, 0);
  }
}

TEST(SymptomMeasures, SayHowMuchTheyAreMadeOf) {
  EXPECT_EQ(measure_at("50일된아기").length, std::string_view("50일된").size());
  EXPECT_EQ(measure_at("50일아기").length, std::string_view("50일").size());
  EXPECT_EQ(measure_at("12개먹었").length, std::string_view("12개").size());
  EXPECT_TRUE(measure_at("3살").is_in_digits);
  EXPECT_FALSE(measure_at("세살").is_in_digits);
}

}  // namespace
}  // namespace pilling::search
