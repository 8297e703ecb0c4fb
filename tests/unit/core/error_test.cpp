#include "pilling/error.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace pilling {
namespace {

template <class Caught, class Thrown>
bool is_caught_as(const Thrown& error) {
  try {
    throw error;
  } catch (const Caught&) {
    return true;
  } catch (...) {
    return false;
  }
}

TEST(Error, IsCaughtAsWhatItIsAndAsAnyOfItsBases) {
  const Timeout timeout("no reply from example.org in time", "example.org");

  EXPECT_TRUE(is_caught_as<Timeout>(timeout));
  EXPECT_TRUE(is_caught_as<NetworkError>(timeout));
  EXPECT_TRUE(is_caught_as<Error>(timeout));
  EXPECT_TRUE(is_caught_as<std::runtime_error>(timeout));
}

TEST(Error, IsNotCaughtAsItsSibling) {
  EXPECT_FALSE(is_caught_as<Timeout>(NetworkError("connection refused", "example.org")));
  EXPECT_FALSE(is_caught_as<InvalidArgument>(BadData("not JSON", "rows.json")));
  EXPECT_FALSE(is_caught_as<StorageError>(InvalidArgument("limit is 0")));
  EXPECT_FALSE(is_caught_as<NetworkError>(ServiceError("refused", "e약은요", 403)));
}

TEST(Error, IsNeverMadeFromAMessageAloneWhenThePlaceMatters) {
  EXPECT_FALSE((std::is_constructible_v<StorageError, std::string>));
  EXPECT_FALSE((std::is_constructible_v<NetworkError, std::string>));
  EXPECT_FALSE((std::is_constructible_v<BadData, std::string>));
}

TEST(Error, CopiesWithoutThrowing) {
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<Error>);
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<InvalidArgument>);
}

TEST(StorageError, KeepsItsMessageAndItsLocation) {
  const StorageError error("cannot open pilling.db: it belongs to another program", "pilling.db");

  EXPECT_STREQ(error.what(), "cannot open pilling.db: it belongs to another program");
  EXPECT_EQ(error.location(), "pilling.db");
}

TEST(NetworkError, KeepsTheHost) {
  const NetworkError error("connection refused by example.org", "example.org");

  EXPECT_STREQ(error.what(), "connection refused by example.org");
  EXPECT_EQ(error.host(), "example.org");
}

TEST(ServiceError, KeepsTheServiceItsCodeAndHowLongToWait) {
  const ServiceError error("too many requests", "e약은요", 429, std::chrono::seconds(3));

  EXPECT_EQ(error.service(), "e약은요");
  EXPECT_EQ(error.status(), 429);
  EXPECT_EQ(error.retry_after(), std::chrono::milliseconds(3000));
}

TEST(ServiceError, DoesNotInventATimeToWait) {
  EXPECT_EQ(ServiceError("key is not registered", "e약은요", 30).retry_after(), std::nullopt);
}

TEST(BadData, KeepsTheSourceAndThePlaceInIt) {
  const BadData error("not UTF-8 at byte 17", "rows.csv", 17);

  EXPECT_EQ(error.source(), "rows.csv");
  EXPECT_EQ(error.byte_offset(), 17u);
  EXPECT_EQ(BadData("empty", "rows.csv").byte_offset(), std::nullopt);
}

}  // namespace
}  // namespace pilling
