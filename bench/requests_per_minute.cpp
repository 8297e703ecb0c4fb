// Requests a minute that threads of one process get from one engine.
//
//   requests_per_minute DATABASE QUERIES [THREADS [SECONDS]]
//
// QUERIES has one search a line, in the order in which they are asked; each thread begins elsewhere in them, after all
// have been asked once. The first word of the output is the number.

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "pilling/engine.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Client {
  std::uint64_t asked = 0;
  std::uint64_t found = 0;  // Looked at, so that no search can be left out.
};

// Looks at its watch once in 64 searches, and counts on its own stack: neither is what is to be measured.
Client ask_until(const pilling::Engine& engine, std::span<const std::string> queries, std::size_t first,
                 const std::atomic<bool>& is_over) {
  Client client;
  std::size_t at = first;
  while (!is_over.load(std::memory_order_relaxed)) {
    for (int turn = 0; turn < 64; ++turn) {
      client.found += engine.search(queries[at]).matches.size();
      if (++at == queries.size()) at = 0;
    }
    client.asked += 64;
  }
  return client;
}

Client ask_from_threads(const pilling::Engine& engine, std::span<const std::string> queries, std::size_t threads,
                        std::chrono::duration<double> duration, std::chrono::duration<double>& elapsed) {
  std::atomic<bool> is_over = false;
  std::barrier start(static_cast<std::ptrdiff_t>(threads + 1));
  std::vector<Client> clients(threads);
  std::vector<std::jthread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      clients[i] = ask_until(engine, queries, i * queries.size() / threads, is_over);
    });
  }
  start.arrive_and_wait();
  const auto begin = Clock::now();
  std::this_thread::sleep_for(duration);
  is_over = true;
  running.clear();
  elapsed = Clock::now() - begin;
  Client all;
  for (const Client& client : clients) {
    all.asked += client.asked;
    all.found += client.found;
  }
  return all;
}

int run(std::span<const char* const> arguments) {
  if (arguments.size() < 3) {
    std::cerr << "usage: requests_per_minute DATABASE QUERIES [THREADS [SECONDS]]\n";
    return 2;
  }
  const std::size_t threads = arguments.size() > 3 ? std::stoul(arguments[3]) : 100;
  const std::chrono::duration<double> duration(arguments.size() > 4 ? std::stod(arguments[4]) : 3.0);
  const auto queries = lines_of(arguments[2]);
  if (queries.empty() || threads == 0) {
    std::cerr << "requests_per_minute: " << arguments[2] << " has no line, or there is no thread\n";
    return 2;
  }
  const pilling::Engine engine({.database = arguments[1]});
  for (const std::string& query : queries) engine.search(query);
  std::chrono::duration<double> elapsed{};
  const Client all = ask_from_threads(engine, queries, threads, duration, elapsed);
  const double each_minute = static_cast<double>(all.asked) / elapsed.count() * 60;
  std::cout << std::fixed << static_cast<std::uint64_t>(each_minute) << " requests a minute by " << threads
            << " threads, " << static_cast<double>(all.found) / static_cast<double>(all.asked) << " rows each\n";
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    return run(std::span<const char* const>(values, static_cast<std::size_t>(count)));
  } catch (const std::exception& error) {
    std::cerr << "requests_per_minute: " << error.what() << '\n';
    return 1;
  }
}
