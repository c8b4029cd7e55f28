#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

TEST(Publishing, WorksWhileTheHubIsAwayAndOutlivesARestart) {
  constexpr int kRecords = 20;
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("lina", "listed");
  community.WaitUntilCaughtUp(author);
  ASSERT_EQ(community.hub().Stop(), 0);

  std::vector<std::string> ids;
  for (int i = 0; i < kRecords; ++i) {
    ids.push_back(author.PublishText(DraftText("while away " + std::to_string(i))));
  }
  EXPECT_EQ(author.Status()["store"]["outbox"], kRecords);
  const Json why = author.Ask({"why", ids.front(), "--peer", "hub"});
  EXPECT_EQ(why["state"], "waiting");
  EXPECT_EQ(why["because"][1], "it waits in the outbox for the hub");
  author.Kill();
  author.Start();
  EXPECT_EQ(author.Status()["store"]["outbox"], kRecords);

  community.hub().Start();
  for (const std::string& id : ids) reader.WaitForRecord(id);
  WaitUntil("the outbox is empty", [&] { return author.Status()["store"]["outbox"] == 0; });
  EXPECT_EQ(author.Ask({"why", ids.back(), "--peer", "hub"})["state"], "delivered");
  community.StopAll();
  const auto sent = HeldBy(author.folder());
  const auto held = HeldBy(reader.folder());
  EXPECT_EQ(held.size(), sent.size());
  for (const std::string& id : ids) EXPECT_EQ(held.at(id).row.leaf, sent.at(id).row.leaf);
}

}  // namespace
}  // namespace renkei::testing_support
