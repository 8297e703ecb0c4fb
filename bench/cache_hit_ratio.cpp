#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "replay/policies.hpp"

// cache_hit_ratio FILE... --sizes 0.01,0.1,0.3: what the eviction policy, the least recently used and Belady's optimum
// hit when the files' keys are asked for in order. Sizes are shares of the distinct keys. `-` is standard input.
namespace pilling::bench {
namespace {

constexpr std::string_view usage = "usage: cache_hit_ratio FILE... --sizes 0.01,0.1,0.3";

struct Size {
  std::string text;
  double share;
};

struct Arguments {
  std::vector<std::string> files;
  std::vector<Size> sizes;
};

std::vector<Size> sizes_in(std::string_view list) {
  std::vector<Size> sizes;
  while (true) {
    const auto text = list.substr(0, list.find(','));
    double share = 0;
    const auto end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, share);
    if (problem != std::errc{} || stop != end || !(share > 0 && share <= 1)) {
      throw std::invalid_argument("bad size \"" + std::string(text) + "\": shares above 0 and up to 1, with commas");
    }
    sizes.push_back({std::string(text), share});
    if (text.size() == list.size()) return sizes;
    list.remove_prefix(text.size() + 1);
  }
}

Arguments arguments_in(int count, char** texts) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view text = texts[i];
    if (text == "--sizes") {
      if (++i == count) throw std::invalid_argument("--sizes needs a list, such as 0.01,0.1,0.3");
      arguments.sizes = sizes_in(texts[i]);
    } else if (text.starts_with("--")) {
      throw std::invalid_argument("unknown option " + std::string(text) + "; " + std::string(usage));
    } else {
      arguments.files.emplace_back(text);
    }
  }
  if (arguments.files.empty()) throw std::invalid_argument("no file named; " + std::string(usage));
  if (arguments.sizes.empty()) arguments.sizes = sizes_in("0.01,0.1,0.3");
  return arguments;
}

std::string bytes_of(const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) throw std::runtime_error("cannot open " + file);
  }
  std::istream& input = file == "-" ? std::cin : opened;
  try {
    return {std::istreambuf_iterator<char>(input), {}};
  } catch (const std::ios_base::failure&) {
    throw std::runtime_error("cannot read " + file);
  }
}

std::vector<Key> keys_of(const std::string& file) {
  const std::string bytes = bytes_of(file);
  if (bytes.empty() || bytes.size() % 4 != 0) {
    throw std::runtime_error(file + " holds " + std::to_string(bytes.size()) +
                             " bytes, not one or more little-endian 32-bit keys");
  }
  const auto byte = [&](std::size_t i) { return static_cast<Key>(static_cast<unsigned char>(bytes[i])); };
  std::vector<Key> keys;
  keys.reserve(bytes.size() / 4);
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    keys.push_back(byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24);
  }
  return keys;
}

std::string trace_name(const std::string& file) {
  const auto name = file.substr(file.rfind('/') + 1);
  return name.substr(0, name.find(".u32"));
}

void print_ratios(const std::string& file, const std::vector<Size>& sizes) {
  const std::vector<Key> keys = keys_of(file);
  const auto distinct = std::unordered_set<Key>(keys.begin(), keys.end()).size();
  const auto requests = static_cast<double>(keys.size());
  for (const auto& [text, share] : sizes) {
    // A hair more, lest 0.29 of 100 be 28.
    const double entries = share * static_cast<double>(distinct) + 1e-6;
    const auto capacity = std::max<std::size_t>(static_cast<std::size_t>(entries), 1);
    std::printf("%s,%s,%zu", trace_name(file).c_str(), text.c_str(), keys.size());
    for (const std::size_t hits :
         {replay_lru(keys, capacity), replay_pilling(keys, capacity), replay_belady(keys, capacity)}) {
      std::printf(",%zu,%.6f", hits, 1 - static_cast<double>(hits) / requests);
    }
    std::puts("");
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace pilling::bench

int main(int count, char** texts) try {
  using namespace pilling::bench;
  const auto [files, sizes] = arguments_in(count, texts);
  std::puts(
      "trace,size,requests,lru_hits,lru_miss_ratio,pilling_hits,pilling_miss_ratio,belady_hits,belady_miss_ratio");
  for (const auto& file : files) print_ratios(file, sizes);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "cache_hit_ratio: %s\n", error.what());
  return 1;
}
