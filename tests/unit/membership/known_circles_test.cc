#include "node/membership/known_circles.h"

#include <gtest/gtest.h>

#include "node/membership/roster_work.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

std::optional<KnownCircles> KnownIn(const store::Store& store) {
  std::optional<KnownCircles> known;
  const absl::Status read = store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(known, ReadKnownCircles(reader, kTestCommunity));
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return known;
}

TEST(KnownCirclesTest, AStoreOfNobodyKnowsNone) {
  const testing_support::MemoryStore store;
  EXPECT_FALSE(KnownIn(store));
}

TEST(KnownCirclesTest, AHubKnowsWhereTeamsAre) {
  TestHub hub;
  ASSERT_TRUE(hub.roster->AddCircle("energy").ok());
  ASSERT_TRUE(hub.roster->AddCircle("finance").ok());
  // Nobody joined yet: the charters have to do.
  EXPECT_EQ(KnownIn(hub.store)->with_members,
            (std::set<std::string>{"energy", "finance", "members"}));
  hub.MustJoin("acme", {{"members", "listed"}, {"energy", "certified"}});
  const auto known = KnownIn(hub.store);
  EXPECT_EQ(known->with_members, (std::set<std::string>{"energy", "members"}));
  EXPECT_EQ(known->rungs, (std::map<std::string, policy::Rung>{
                              {"listed", 4}, {"accredited", 8}, {"certified", 12}}));
  // The hub itself is no member of its circle.
  ASSERT_TRUE(hub.roster->Revoke("acme").ok());
  EXPECT_EQ(KnownIn(hub.store)->with_members, std::set<std::string>());
}

TEST(KnownCirclesTest, AMemberKnowsTheCharters) {
  TestHub hub;
  ASSERT_TRUE(hub.roster->AddCircle("energy").ok());
  testing_support::MemoryStore member;
  std::optional<Bytes> state;
  ASSERT_TRUE(hub.store
                  .Read([&](const store::Reader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(state, reader.FindObject(kHubStateKind, kTestCommunity));
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(member
                  .Commit([&](store::Writer& writer) {
                    return writer.PutObject(kSeenStateKind, kTestCommunity, *state);
                  })
                  .ok());
  const auto known = KnownIn(member);
  EXPECT_EQ(known->with_members, (std::set<std::string>{"energy", "members"}));
  EXPECT_EQ(known->rungs.at("certified"), 12);
}

}  // namespace
}  // namespace renkei::membership
