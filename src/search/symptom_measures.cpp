#include "search/symptom_measures.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "search/word_lists.hpp"
#include "text/utf8.hpp"

namespace pilling::search {
namespace {

struct Numeral {
  std::string_view word;
  double value;
};

struct Number {
  double value = 0;
  std::size_t length = 0;
  enum Kind { digits, native, sino } kind = digits;
};

// Takes one of the numerals off the front; returns 0 without one.
double take(std::string_view& text, std::span<const Numeral> numerals) {
  const auto found = std::ranges::find_if(numerals, [&](const Numeral& one) { return begins_with(text, one.word); });
  if (found == numerals.end()) return 0;
  text.remove_prefix(found->word.size());
  return found->value;
}

// Whether the first character may begin a number; asked of every character.
bool may_be_number(std::string_view text) {
  constexpr std::u32string_view firsts = U"열스서마쉰예일여아백한두세석네넉다이삼사오육칠팔구십몇반수";
  if (text.empty()) return false;
  const char32_t first = text::decode(text, 0).value;
  return (first >= U'0' && first <= U'9') || firsts.find(first) != std::u32string_view::npos;
}

Number native_number(std::string_view text) {
  constexpr auto tens = std::to_array<Numeral>({{"열", 10},
                                                {"스물", 20},
                                                {"스무", 20},
                                                {"서른", 30},
                                                {"마흔", 40},
                                                {"쉰", 50},
                                                {"예순", 60},
                                                {"일흔", 70},
                                                {"여든", 80},
                                                {"아흔", 90},
                                                {"백", 100}});
  constexpr auto ones = std::to_array<Numeral>({{"한", 1},
                                                {"두", 2},
                                                {"세", 3},
                                                {"석", 3},
                                                {"네", 4},
                                                {"넉", 4},
                                                {"다섯", 5},
                                                {"여섯", 6},
                                                {"일곱", 7},
                                                {"여덟", 8},
                                                {"아홉", 9}});
  const std::size_t size = text.size();
  const double value = take(text, tens);
  return {.value = value + take(text, ones), .length = size - text.size(), .kind = Number::native};
}

Number sino_number(std::string_view text) {
  constexpr auto ones = std::to_array<Numeral>(
      {{"일", 1}, {"이", 2}, {"삼", 3}, {"사", 4}, {"오", 5}, {"육", 6}, {"칠", 7}, {"팔", 8}, {"구", 9}, {"십", 10}});
  const std::size_t size = text.size();
  return {.value = take(text, ones), .length = size - text.size(), .kind = Number::sino};
}

Number digits_number(std::string_view text) {
  Number number;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (error == std::errc()) number.length = static_cast<std::size_t>(stop - text.data());
  return number;
}

struct Unit {
  std::string_view word;
  MeasureUnit unit;
  double factor = 1;
};

// What makes an age of days, weeks or months of which one does not say 개월.
constexpr auto of_babies =
    std::to_array<std::string_view>({"된", "아기", "애기", "아가", "애", "신생아", "갓난", "짜리", "배기", "쟁이",
                                     "도안", "안된", "밖에안", "밖에안된"});
constexpr auto of_time = std::to_array<std::string_view>(
    {"째", "동안", "간", "전", "넘게", "내내", "가까이", "이상아", "정도아", "만에", "치", "분"});

bool is_age(const Number& number, std::string_view unit, std::string_view rest) {
  if (unit == "개월") return !begins_with_any(rest, of_time);
  if (unit == "달") return begins_with_any(rest, of_babies);
  // 백일 is a word of its own.
  if (number.kind != Number::digits && (unit == "일" || unit == "주")) return false;
  if (unit == "일") return begins_with_any(rest, of_babies);
  if (unit == "주") {
    constexpr auto babies = std::to_array<std::string_view>({"아기", "애기", "아가", "신생아", "된아", "된애", "된신"});
    return begins_with_any(rest, babies);
  }
  // "두 살", but not "두 세트" or "한 살림".
  if (unit == "세") return number.kind == Number::digits && !rest.starts_with("트");
  return !rest.starts_with("림") && !rest.starts_with("빼") && !rest.starts_with("찌");
}

Measure age(const Number& number, std::string_view rest) {
  constexpr auto units = std::to_array<Unit>({{"개월", MeasureUnit::months},
                                              {"달", MeasureUnit::months},
                                              {"일", MeasureUnit::days_of_age},
                                              {"주", MeasureUnit::days_of_age, 7},
                                              {"살", MeasureUnit::years},
                                              {"세", MeasureUnit::years},
                                              {"돌", MeasureUnit::years}});
  for (const Unit& unit : units) {
    if (!rest.starts_with(unit.word)) continue;
    if (!is_age(number, unit.word, rest.substr(unit.word.size()))) continue;
    constexpr std::string_view become = "된";
    std::size_t length = number.length + unit.word.size();
    if (rest.substr(unit.word.size()).starts_with(become)) length += become.size();
    return {.unit = unit.unit, .value = number.value * unit.factor, .length = length};
  }
  return {};
}

Measure degrees(const Number& number, std::string_view rest) {
  constexpr auto units = std::to_array<std::string_view>({"도", "℃", "°c", "c"});
  for (const std::string_view unit : units) {
    if (!rest.starts_with(unit)) continue;
    return {.unit = MeasureUnit::degrees, .value = number.value, .length = number.length + unit.size()};
  }
  return {};
}

Measure pills(const Number& number, std::string_view rest) {
  // What follows 개 is a verb that the phrase needs.
  constexpr auto taken = std::to_array<std::string_view>({"개를먹", "개먹", "개나먹", "개씩", "개를삼", "개삼"});
  constexpr auto units = std::to_array<std::string_view>({"알", "정", "봉지", "캡슐"});
  const bool is_in_digits = number.kind == Number::digits;
  if (is_in_digits && begins_with_any(rest, taken)) {
    constexpr std::string_view counter = "개";
    return {.unit = MeasureUnit::pills, .value = number.value, .length = number.length + counter.size()};
  }
  for (const std::string_view unit : units) {
    if (!rest.starts_with(unit)) continue;
    // 열정 is no ten pills, nor is 열 알레르기.
    if (!is_in_digits && (unit == "정" || rest.starts_with("알레") || rest.starts_with("알러"))) continue;
    return {.unit = MeasureUnit::pills, .value = number.value, .length = number.length + unit.size()};
  }
  return {};
}

}  // namespace

Measure measure_at(std::string_view rest) {
  if (!may_be_number(rest)) return {};
  if (const Number number = digits_number(rest); number.length > 0) {
    const std::string_view unit = rest.substr(number.length);
    for (const Measure measure : {degrees(number, unit), age(number, unit), pills(number, unit)}) {
      if (measure.unit != MeasureUnit::none) return measure;
    }
    return {.value = number.value, .length = number.length};
  }
  const Number number = native_number(rest);
  if (number.length > 0) {
    const std::string_view unit = rest.substr(number.length);
    for (Measure measure : {age(number, unit), pills(number, unit)}) {
      measure.is_in_digits = false;
      if (measure.unit != MeasureUnit::none) return measure;
    }
  }
  if (const Number sino = sino_number(rest); sino.length > 0) {
    Measure measure = age(sino, rest.substr(sino.length));
    measure.is_in_digits = false;
    if (measure.unit == MeasureUnit::months) return measure;
  }
  return {};
}

std::size_t amount_at(std::string_view rest) {
  if (!may_be_number(rest)) return 0;
  constexpr auto counters =
      std::to_array<std::string_view>({"컵", "잔", "병", "시간", "번", "분", "모금", "사발", "바가지", "대접", "숟갈",
                                       "스푼", "차례", "군데", "그릇", "방울", "되", "리터", "미리"});
  constexpr auto some = std::to_array<Numeral>({{"몇", 2}, {"반", 0.5}, {"여러", 2}, {"수", 2}});
  const Number digits = digits_number(rest);
  Number number = digits.length > 0 ? digits : native_number(rest);
  if (number.length == 0) {
    std::string_view behind = rest;
    take(behind, some);
    number.length = rest.size() - behind.size();
  }
  if (number.length == 0) return 0;
  for (const std::string_view counter : counters) {
    if (rest.substr(number.length).starts_with(counter)) return number.length + counter.size();
  }
  return digits.length;
}

}  // namespace pilling::search
