// An embargo that ends in a few seconds: the hub tells its members then, and not at its next round,
// which comes once a minute.
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

constexpr Milliseconds kFarLessThanARound{30'000};
constexpr std::chrono::seconds kEmbargo{5};

TEST(AnEmbargoEndsWhenItIsDue, AndItsReadersGetTheRest) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("reader", "accredited");
  const std::time_t until =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + kEmbargo);
  const std::string id = author.PublishText(DraftText(
      "embargoed", fmt::format(R"("tlp": "green", "embargo_until": "{:%Y-%m-%dT%H:%M:%SZ}")",
                               fmt::gmtime(until))));
  reader.WaitForRecord(id);
  WaitUntil(
      "the embargo ends", [&] { return Holds(reader.Show(id), "impact"); }, kFarLessThanARound);
  EXPECT_GE(std::time(nullptr), until);
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
