#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pilling/store.hpp"
#include "store/sqlite.hpp"

namespace pilling::store {

/// Any list of any texts as one text, and back; see schema.cpp.
std::string encode_list(const std::vector<std::string>& items);
std::vector<std::string> decode_list(std::string_view text);

/// Opening hours as one text, and back; see schema.cpp. Nothing when the text is no such thing.
std::string encode_hours(const OpeningHours& hours);
std::optional<OpeningHours> decode_hours(std::string_view text);

std::vector<Medicine> load_medicines(Connection& connection);
std::optional<std::vector<Medicine>> load_medicines_since(Connection& connection, std::uint64_t since,
                                                          std::size_t limit);  ///< as `Store::medicines_since`
std::vector<Pharmacy> load_pharmacies(Connection& connection);
std::vector<std::pair<SummaryKey, Summary>> load_summaries(Connection& connection);

std::optional<Medicine> load_medicine(Connection& connection, const MedicineId& id);
std::optional<Pharmacy> load_pharmacy(Connection& connection, const PharmacyId& id);
std::optional<Summary> load_summary(Connection& connection, const SummaryKey& key);
std::optional<JobProgress> load_job(Connection& connection, std::string_view name);
std::vector<JobNote> load_notes(Connection& connection, std::string_view job);
std::optional<std::string> load_note(Connection& connection, std::string_view job, std::string_view key);
bool has_summary(Connection& connection, const SummaryKey& key);

/// Whether the row is new or differs from the one that was there.
bool save(Connection& connection, const Medicine& medicine);
bool save(Connection& connection, const Pharmacy& pharmacy);
void save(Connection& connection, const SummaryKey& key, const Summary& summary);
void save(Connection& connection, const JobProgress& progress);
void save(Connection& connection, const JobNote& note);
void erase_note(Connection& connection, std::string_view job, std::string_view key);

}  // namespace pilling::store
