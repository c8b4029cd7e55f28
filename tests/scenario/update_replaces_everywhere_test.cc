#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

std::string Title(const Json& record) {
  return record["sections"]["summary"]["title"][0]["value"].get<std::string>();
}

TEST(Update, ReplacesTheRecordEverywhere) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& listed = community.Add("lina", "listed");
  NodeProcess& certified = community.Add("cora", "certified");
  const std::string id = author.PublishText(DraftText("first words"));
  listed.WaitForRecord(id);
  certified.WaitForRecord(id);

  const std::string file = community.folder() + "/second.json";
  WriteText(file, DraftText("second words"));
  Follower at_listed(listed);
  Follower at_certified(certified);
  const Json answer = author.Ask({"update", id, file});
  EXPECT_EQ(answer["result"], "revised");
  EXPECT_EQ(answer["id"], id);
  EXPECT_EQ(answer["revision"], 2);
  for (Follower* follower : {&at_listed, &at_certified}) {
    const Json line = follower->WaitFor(
        "revision 2", [&](const Json& one) { return one["id"] == id && one["revision"] == 2; });
    EXPECT_EQ(Title(line), "second words");
  }
  for (NodeProcess* node : {&author, &listed, &certified}) {
    const Json shown = *node->Show(id);
    EXPECT_EQ(Title(shown), "second words");
    EXPECT_EQ(shown["verified"], true);
    EXPECT_EQ(shown["leaf"], (*author.Show(id))["leaf"]);
  }

  // Only the author may.
  const Ran refused = listed.Cli({"update", id, file});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_EQ(refused.err, "renkei: update: record " + id + " is not ours: only its author may\n");
  community.StopAll();
  EXPECT_EQ(HeldBy(listed.folder()).size(), 1U);
}

TEST(Update, OfASourceFileMakesARevisionAndTheSameFileNone) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("lina", "listed");
  const std::string from = R"("tlp": "green", "from": {"format": "ticket", "id": "case-7"})";
  const std::string id = author.PublishText(DraftText("case 7", from));
  EXPECT_EQ(author.PublishText(DraftText("case 7", from)), id);
  EXPECT_EQ((*author.Show(id))["revision"], 1);
  EXPECT_EQ(author.PublishText(DraftText("case 7, more known", from)), id);
  Follower(reader).WaitFor(
      "revision 2", [&](const Json& line) { return line["id"] == id && line["revision"] == 2; });
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
