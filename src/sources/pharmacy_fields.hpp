#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "pilling/pharmacy.hpp"
#include "sources/json_rows.hpp"
#include "sources/row_reading.hpp"

namespace pilling::sources {

/// What the columns of the pharmacy files and services mean, whatever they are called there.
namespace pharmacy_field {
inline constexpr std::size_t id = 0;
inline constexpr std::size_t name = 1;
inline constexpr std::size_t address = 2;
inline constexpr std::size_t telephone = 3;
inline constexpr std::size_t latitude = 4;
inline constexpr std::size_t longitude = 5;
inline constexpr std::size_t sunday_is_suspect = 6;
inline constexpr std::size_t holiday_is_suspect = 7;
inline constexpr std::size_t open = 8;    ///< … of Monday; the other days and the holiday follow
inline constexpr std::size_t close = 16;  ///< as `open`
inline constexpr std::size_t count = 24;
}  // namespace pharmacy_field

/// The texts of one row by meaning; empty where it says nothing.
using PharmacyFields = std::array<std::string_view, pharmacy_field::count>;

/// The meaning of a column or field name, in the spelling of any known file or service.
std::optional<std::size_t> find_pharmacy_field(std::string_view name);

PharmacyFields pharmacy_fields(const JsonRow& row);

/// Reads one row. A row without an id, a name or a position in Korea is refused. A day whose hours make no sense, or
/// that is marked as suspect, is unknown; only the first is noted, as are hours that are hard to believe.
RowReading<Pharmacy> read_pharmacy(const PharmacyFields& fields);

}  // namespace pilling::sources
