#include "core/metric_text.hpp"
#include "pilling/spending.hpp"

namespace pilling {
namespace {

using core::metric_label;

constexpr core::MetricColumn<DailyQuotaStats> quota_columns[] = {
    {"pilling_quota_calls_left", "gauge", "Calls of the operation that are left today, by Korean days.",
     [](const DailyQuotaStats& quota) { return static_cast<double>(quota.remaining); }},
    {"pilling_quota_calls_per_day", "gauge", "Calls of the operation that a day has.",
     [](const DailyQuotaStats& quota) { return static_cast<double>(quota.calls_per_day); }},
};

constexpr core::MetricColumn<DollarBudgetStats> budget_columns[] = {
    {"pilling_budget_dollars_today", "gauge", "Settled and reserved for models today, by days of UTC.",
     [](const DollarBudgetStats& budget) { return budget.dollars_today; }},
    {"pilling_budget_dollars_this_month", "gauge", "Settled and reserved for models this month, by months of UTC.",
     [](const DollarBudgetStats& budget) { return budget.dollars_this_month; }},
    {"pilling_budget_refused_total", "counter", "Calls that would have passed a ceiling.",
     [](const DollarBudgetStats& budget) { return static_cast<double>(budget.refused); }},
};

}  // namespace

std::string metrics_text(const std::vector<DailyQuotaStats>& quotas) {
  std::vector<std::pair<std::string, DailyQuotaStats>> rows;
  rows.reserve(quotas.size());
  for (const DailyQuotaStats& quota : quotas) {
    rows.emplace_back(metric_label("quota", quota.name) + ',' + metric_label("operation", quota.operation), quota);
  }
  std::string text;
  core::add_metrics(text, rows, quota_columns);
  return text;
}

std::string metrics_text(const std::vector<DollarBudgetStats>& budgets) {
  std::vector<std::pair<std::string, DollarBudgetStats>> rows;
  rows.reserve(budgets.size());
  for (const DollarBudgetStats& budget : budgets) rows.emplace_back(metric_label("budget", budget.name), budget);
  std::string text;
  core::add_metrics(text, rows, budget_columns);
  return text;
}

}  // namespace pilling
