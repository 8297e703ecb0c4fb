#pragma once

#include <string>
#include <string_view>

namespace pilling::refresh {

/// The name of the job under which the store says how far the refresh under way is, or when the last one ended.
inline constexpr std::string_view refresh_job = "refresh";

/// The name of the job whose progress changes when a refresh has published summaries of this maker.
inline std::string published_job(const std::string& maker) { return "summaries/" + maker; }

/// The key of its only note, which is there while summaries have come that were not published.
inline constexpr std::string_view unpublished = "unpublished";

/// Notes, by the fingerprint of a text: calls of this maker that were begun and have not been answered, and texts that
/// it finds no indication in.
inline std::string calls_job(const std::string& maker) { return "calls/" + maker; }
inline constexpr std::string_view call_begun = "begun";
inline constexpr std::string_view no_indication = "none";

/// Notes, by label: batches that were handed over. Each is the batch's id, empty while it is not known, and then the
/// fingerprints of its texts, a line each.
inline std::string batches_job(const std::string& maker) { return "batches/" + maker; }

}  // namespace pilling::refresh
