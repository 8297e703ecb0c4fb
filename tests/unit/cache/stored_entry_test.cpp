#include "cache/stored_entry.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <optional>
#include <random>
#include <string>

namespace pilling::cache {
namespace {

SystemTime at(std::int64_t milliseconds) { return SystemTime(std::chrono::milliseconds(milliseconds)); }

StoredEntry sample() {
  return {.value = "두통, 발열",
          .stamp = 1'700'000'000'000'001,
          .created_at = at(1'700'000'000'000),
          .fresh_until = at(1'700'000'060'000),
          .kept_until = at(1'700'086'460'000),
          .tags = {"catalogue", "maker/1"}};
}

TEST(StoredEntry, ComesBackAsItWas) { EXPECT_EQ(decode("key", encode("key", sample())), sample()); }

TEST(StoredEntry, ComesBackWithoutWhatItLacks) {
  StoredEntry entry;
  entry.stamp = 1;

  EXPECT_EQ(decode("", encode("", entry)), entry);
}

TEST(StoredEntry, KeepsEveryByteAndEveryNumber) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t number : {Limits::min(), std::int64_t{-1}, std::int64_t{0}, Limits::max() - 1}) {
    const StoredEntry entry{.value = bytes,
                            .stamp = number,
                            .created_at = at(number),
                            .fresh_until = at(number),
                            .kept_until = at(number),
                            .tags = {"", bytes, std::string(3, '\0')}};

    EXPECT_EQ(decode(bytes, encode(bytes, entry)), entry);
  }
}

TEST(StoredEntry, ComesBackWhateverItsBytesAre) {
  std::mt19937 random(11);
  const auto text = [&] {
    std::string made(random() % 40, '\0');
    for (char& byte : made) byte = static_cast<char>(random() & 0xffU);
    return made;
  };
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE("seed 11, round " + std::to_string(round));
    const std::string key = text();
    StoredEntry entry{.value = text(), .stamp = static_cast<std::int64_t>(random())};
    for (auto tags = random() % 4; tags > 0; --tags) entry.tags.push_back(text());

    EXPECT_EQ(decode(key, encode(key, entry)), entry);
  }
}

TEST(StoredEntry, IsNothingUnderAnotherKey) {
  const std::string bytes = encode("key", sample());

  for (const char* key : {"", "kez", "ke", "keyy", "Key"}) EXPECT_EQ(decode(key, bytes), std::nullopt) << key;
  EXPECT_EQ(decode(std::string("key\0", 4), bytes), std::nullopt);
}

TEST(StoredEntry, IsNothingWhenItsEndIsMissing) {
  const std::string bytes = encode("key", sample());

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(decode("key", bytes.substr(0, size)), std::nullopt) << size;
  }
}

TEST(StoredEntry, IsNothingWhenItsBeginningIsMissing) {
  const std::string bytes = encode("key", sample());

  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    EXPECT_EQ(decode("key", bytes.substr(size)), std::nullopt) << size;
  }
}

TEST(StoredEntry, IsNothingWithMoreBytesThanWereWritten) {
  const std::string bytes = encode("key", sample());

  EXPECT_EQ(decode("key", bytes + '\0'), std::nullopt);
  EXPECT_EQ(decode("key", bytes + bytes), std::nullopt);
}

TEST(StoredEntry, IsNothingWithAnyBitFlipped) {
  const std::string whole = encode("key", sample());

  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(decode("key", bytes), std::nullopt) << "bit " << bit;
  }
}

TEST(StoredEntry, IsNothingWhenTwoValuesAreMixed) {
  StoredEntry other = sample();
  other.value = "소화불량";
  other.stamp += 1;
  const std::string one = encode("key", sample());
  const std::string two = encode("key", other);

  for (std::size_t at = 1; at < std::min(one.size(), two.size()); ++at) {
    const std::string mixed = one.substr(0, at) + two.substr(at);
    EXPECT_TRUE(mixed == one || mixed == two || !decode("key", mixed)) << at;
  }
}

TEST(StoredEntry, IsNothingInAnotherVersionOfTheFormat) {
  std::string bytes = encode("key", sample());
  const std::size_t number = bytes.find('1');
  ASSERT_LT(number, bytes.find('\n'));

  bytes[number] = '2';

  EXPECT_EQ(decode("key", bytes), std::nullopt);
}

// What one machine wrote, all read: the bytes must not change without the version.
TEST(StoredEntry, IsWrittenTheSameOnEveryMachine) {
  const StoredEntry entry{
      .value = "v", .stamp = 258, .created_at = at(1), .fresh_until = at(2), .kept_until = {}, .tags = {"t"}};

  const std::string bytes = encode("k", entry);

  const auto number = [](std::uint64_t value) {
    std::string text;
    for (int i = 0; i < 8; ++i) text += static_cast<char>(value >> (8 * i) & 0xffU);
    return text;
  };
  const std::string head = "pilling cache 1\n";
  const std::string body = number(258) + number(1) + number(2) + number(0x7fff'ffff'ffff'ffff) + number(1) + number(1) +
                           "t" + number(1) + "v";
  ASSERT_EQ(bytes.size(), head.size() + 8 + body.size());
  EXPECT_EQ(bytes.substr(0, head.size()), head);
  EXPECT_EQ(bytes.substr(head.size() + 8), body);
}

}  // namespace
}  // namespace pilling::cache
