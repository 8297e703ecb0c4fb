#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The Prometheus text exposition format, version 0.0.4.
namespace pilling::core {

inline std::string metric_number(double value) {
  // Not printf, which writes a decimal comma where the host's locale has one.
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

inline std::string metric_label(std::string_view name, std::string_view value) {
  std::string text = std::string(name).append("=\"");
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text += '"';
}

/// One metric of many things: a column of a table whose rows are the things, each with its labels.
template <class Row>
struct MetricColumn {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  double (*value_of)(const Row&);
};

inline void add_metric_head(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

inline void add_metric(std::string& text, std::string_view name, std::string_view labels, double value) {
  text.append(name).append("{").append(labels).append("} ").append(metric_number(value)).append("\n");
}

/// Nothing at all without rows.
template <class Row, std::size_t columns>
void add_metrics(std::string& text, const std::vector<std::pair<std::string, Row>>& rows,
                 const MetricColumn<Row> (&table)[columns]) {
  if (rows.empty()) return;
  for (const MetricColumn<Row>& column : table) {
    add_metric_head(text, column.name, column.type, column.help);
    for (const auto& [labels, row] : rows) add_metric(text, column.name, labels, column.value_of(row));
  }
}

}  // namespace pilling::core
