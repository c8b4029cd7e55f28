#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

TEST(Withdrawal, ReachesAllWhoHadTheRecordAndTheAuthorIsTold) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& listed = community.Add("lina", "listed");
  NodeProcess& certified = community.Add("cora", "certified");

  // Amber: the listed team never hears of it, so it gets no withdrawal either.
  const std::string id = author.PublishText(DraftText("amber", R"("tlp": "amber")"));
  community.WaitUntilCaughtUp(author);
  ASSERT_TRUE(certified.Show(id));
  ASSERT_FALSE(listed.Show(id));
  const std::string green = author.PublishText(DraftText("green"));
  listed.WaitForRecord(green);
  certified.WaitForRecord(green);

  Follower at_listed(listed);
  Follower at_certified(certified);
  const Json answer = author.Ask({"withdraw", id, "--reason", "false-positive"});
  EXPECT_EQ(answer["result"], "withdrawn");
  author.Ask({"withdraw", green, "--reason", "mistake"});
  const auto withdrawn = [](const std::string& wanted) {
    return
        [wanted](const Json& line) { return line["id"] == wanted && line["state"] == "withdrawn"; };
  };
  const Json line = at_certified.WaitFor("the withdrawal", withdrawn(id));
  EXPECT_EQ(line["reason"], "false-positive");
  EXPECT_TRUE(line["sections"].empty()) << line;
  EXPECT_TRUE(line["held"].empty());
  EXPECT_EQ(line["kind"], "withdrawal");
  at_certified.WaitFor("the other withdrawal", withdrawn(green));
  at_listed.WaitFor("the withdrawal of what it had", withdrawn(green));
  EXPECT_FALSE(listed.Show(id));

  // Receipts travel back to the author: one peer had the amber record, two the green one.
  const auto said = [&](const std::string& record, int peers) {
    const auto shown = author.Show(record);
    return shown && (*shown)["receipts"]["said"] == peers &&
           (*shown)["receipts"]["sent_to"] == peers;
  };
  WaitUntil("one receipt of one", [&] { return said(id, 1); });
  WaitUntil("two receipts of two", [&] { return said(green, 2); });
  const Json why = author.Ask({"why", green, "--peer", "hub"});
  EXPECT_NE(why["because"].dump().find("2 of 2 peers that may hold it have said so"),
            std::string::npos)
      << why;
  const Json at_hub = community.hub().Ask({"why", id, "--peer", "cora"});
  EXPECT_EQ(at_hub["state"], "taken-back");
  EXPECT_EQ(community.hub().Ask({"why", id, "--peer", "lina"})["state"], "withheld");

  // What was withdrawn can't be revised or withdrawn again.
  const Ran again = author.Cli({"withdraw", green, "--reason", "mistake"});
  EXPECT_EQ(again.exit_status, 1);
  EXPECT_EQ(again.err, "renkei: withdraw: record " + green + " is withdrawn\n");
  community.StopAll();
}

TEST(Withdrawal, ReachesAMemberThatWasAway) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("lina", "listed");
  const std::string id = author.PublishText(DraftText("soon taken back"));
  reader.WaitForRecord(id);
  ASSERT_EQ(reader.Stop(), 0);
  author.Ask({"withdraw", id, "--reason", "legal"});
  reader.Start();
  Follower(reader).WaitFor("the withdrawal", [&](const Json& line) {
    return line["id"] == id && line["state"] == "withdrawn";
  });
  WaitUntil("the receipt", [&] { return (*author.Show(id))["receipts"]["said"] == 1; });
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
