#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

TEST(Sighting, TravelsToTheAuthorAndToAllWhoKnowTheRecord) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& seer = community.Add("aki", "accredited");
  NodeProcess& other = community.Add("lina", "listed");
  const std::string id = author.PublishText(DraftText("seen elsewhere?"));
  seer.WaitForRecord(id);
  other.WaitForRecord(id);

  const Json answer = seer.Ask({"sight", id, "203.0.113.80"});
  EXPECT_EQ(answer["result"], "published");
  EXPECT_EQ(answer["about"], id);
  const std::string sighting = answer["id"].get<std::string>();
  for (NodeProcess* node : {&author, &other}) {
    const Json line = Follower(*node).WaitForRecord(sighting);
    EXPECT_EQ(line["kind"], "sighting");
    EXPECT_EQ(line["about"], id);
    EXPECT_EQ(line["author"], "aki");
    const Json& seen = line["sections"]["indicators"]["sightings"][0];
    EXPECT_EQ(seen["value"], "203.0.113.80");
    EXPECT_EQ(seen["verdict"], "seen");
  }

  const std::string doubt = other.Ask({"sight", id, "--false-positive"})["id"].get<std::string>();
  const Json line = Follower(author).WaitForRecord(doubt);
  EXPECT_EQ(line["sections"]["indicators"]["sightings"][0]["verdict"], "false-positive");

  const Ran unknown = seer.Cli({"sight", id, "203.0.113.81"});
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_EQ(unknown.err, "renkei: sight: record " + id + " holds no indicator `203.0.113.81`\n");
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
