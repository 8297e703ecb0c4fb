#pragma once

// What the C++ snippets of the pages take for granted: things that their reader has, or made with a snippet of another
// page. Declared only, for the snippets are compiled and not run.

#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <pilling/pilling.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Keys, a point of time, and the limits of a call.
extern const std::string key, api_key;
extern const std::chrono::sys_seconds instant;
extern const pilling::CallOptions call;

// Made elsewhere.
extern pilling::Engine engine;
extern const std::shared_ptr<pilling::ResilientTransport> http;
extern const std::shared_ptr<pilling::MedicineSource> source, drugs;
extern const std::shared_ptr<pilling::Summarizer> model;
extern const std::shared_ptr<pilling::CounterStore> counters;
extern const std::shared_ptr<pilling::DailyQuota> quota;
extern const pilling::DollarBudget budget;
extern const pilling::HttpRequest request;

// The reader's own.
std::string ask_somebody(std::string_view key, const pilling::CallOptions& call);
std::shared_ptr<pilling::Store> make_my_store(const std::filesystem::path& path);
