#include <algorithm>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/community.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

TEST(LevelChange, BackfillsWhatIsGainedAndRetractsWhatIsLost) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("reader", "listed");
  const std::string green = author.PublishText(DraftText("green"));
  const std::string amber = author.PublishText(DraftText("amber", R"("tlp": "amber")"));
  const std::string strict = author.PublishText(DraftText("strict", R"("tlp": "amber+strict")"));
  community.WaitUntilCaughtUp(author);
  EXPECT_FALSE(Holds(reader.Show(green), "impact"));
  EXPECT_FALSE(reader.Show(amber));

  // Up: the amber record arrives, and the green one grows, without the author doing anything.
  Follower follower(reader);
  community.SetLevel("reader", "accredited");
  follower.WaitForRecord(amber);
  WaitUntil("the green record grows", [&] { return Holds(reader.Show(green), "impact"); });
  EXPECT_TRUE(Holds(reader.Show(amber), "impact"));
  EXPECT_FALSE(Holds(reader.Show(amber), "victim"));
  EXPECT_FALSE(reader.Show(strict));

  // Further up: the strictest one too, with whom it struck.
  community.SetLevel("reader", "certified");
  follower.WaitForRecord(strict);
  WaitUntil("the victim becomes known", [&] { return Holds(reader.Show(amber), "victim"); });
  EXPECT_TRUE(Holds(reader.Show(strict), "contact"));
  EXPECT_EQ((*reader.Show(strict))["verified"], true);

  // All the way down: what was lost is gone from the store, what stays still verifies.
  community.SetLevel("reader", "listed");
  WaitUntil("the strict record is taken back", [&] { return !reader.Show(strict); });
  WaitUntil("the amber record is taken back", [&] { return !reader.Show(amber); });
  WaitUntil("the green record shrinks", [&] {
    return !Holds(reader.Show(green), "victim") && !Holds(reader.Show(green), "impact");
  });
  community.StopAll();

  const auto held = HeldBy(reader.folder());
  const policy::Evaluator evaluator = EvaluatorOf(community.hub().folder());
  for (const auto& [id, theirs] : HeldBy(author.folder())) {
    const policy::Mask mask = MaskFor(evaluator, "reader", kListed, theirs.record.header());
    EXPECT_EQ(held.contains(id), mask.exist()) << id;
    if (!held.contains(id)) continue;
    EXPECT_EQ(held.at(id).record.held(), mask.see() & theirs.record.held()) << id;
  }
  // Not in any free page of the file either.
  for (const std::string file : {"/store.db", "/store.db-wal"}) {
    if (access((reader.folder() + file).c_str(), R_OK) != 0) continue;
    EXPECT_EQ(ReadText(reader.folder() + file).find("irt@peer.example.net"), std::string::npos)
        << file;
  }
}

TEST(LevelChange, WhileAMemberWasAwayCountsWhenItComesBack) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("reader", "accredited");
  const std::string amber = author.PublishText(DraftText("amber", R"("tlp": "amber")"));
  reader.WaitForRecord(amber);
  ASSERT_EQ(reader.Stop(), 0);
  community.SetLevel("reader", "listed");
  reader.Start();
  WaitUntil("the amber record is taken back", [&] { return !reader.Show(amber); });
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
