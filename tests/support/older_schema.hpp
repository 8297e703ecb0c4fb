#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include "store/sqlite.hpp"

namespace pilling::support {

/// Takes a database of the newest schema back to what version `version` would have left. Data stay where they fit.
inline void take_back_to(const std::filesystem::path& path, std::size_t version) {
  // The one at index i undoes the step from version i + 1 to i + 2.
  constexpr std::array<const char*, 5> undo = {
      "alter table medicines drop column english_name; alter table medicines drop column dispensing",
      "delete from meta where key <> 'catalogue_version'", "drop table cache",
      "drop table notes; alter table medicines drop column withdrawn_on; alter table summaries drop column writer;"
      "alter table keyword_summaries drop column writer",
      "drop index medicines_by_version; alter table medicines drop column version"};
  store::Connection connection(path, store::Connection::Mode::create, std::chrono::seconds(1));
  for (std::size_t i = undo.size(); i >= version; --i) connection.execute(undo[i - 1]);
  connection.execute(("pragma user_version = " + std::to_string(version)).c_str());
}

}  // namespace pilling::support
