// What the audit log says of commands, what happens where it can't, and who may read an export.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/exchange/local_client.h"
#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

TEST(Export, AFileOfWholeRecordsIsItsOwnersAlone) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  author.PublishText(DraftText("Scans"));
  for (const std::string format : {"misp", "stix", "csv", "plain"}) {
    const std::string file = community.folder() + "/out." + format;
    ASSERT_EQ(author.Cli({"export", format, "-o", file}).exit_status, 0);
    struct stat found {};
    ASSERT_EQ(stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0077U, format == "plain" ? 0044U : 0U) << format;
  }
}

TEST(Audit, WhatCannotBeRecordedIsNotDone) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  const std::string file = community.folder() + "/draft.json";
  const std::string head = author.folder() + "/audit.head";
  const std::string kept = ReadText(head);
  WriteText(file, DraftText("Scans"));
  WriteText(head, "damaged");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"publish", file},
        {"reload"},
        {"policy", "apply", author.folder() + "/trust.policy", "--yes"}}) {
    const Ran refused = author.Cli(arguments);
    EXPECT_EQ(refused.exit_status, 1) << arguments[0];
    EXPECT_NE(refused.err.find("audit.head` is damaged"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(author.Status()["store"]["own"], 0);
  WriteText(head, kept);
  EXPECT_EQ(author.Cli({"publish", file}).exit_status, 0);
  EXPECT_EQ(author.Cli({"audit", "verify"}).exit_status, 0);
}

TEST(Audit, LinesSayWhatWasAskedOfTheRosterAndNotWhatACallerClaims) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& hub = community.hub();
  hub.Ask({"suspend", "author", "--until", "2040-05-01T00:00:00Z"});
  hub.Ask({"suspend", "author", "--end"});
  hub.Ask({"circles", "set", "members", "--source", "attributed", "--source", "anonymous"});
  hub.Ask({"circles", "set", "members", "--correlate", "names"});
  std::string story;
  const Json lines = hub.Ask({"audit"});
  for (const Json& entry : lines["entries"]) {
    story += fmt::format("{} {}; ", entry["action"].get<std::string>(), entry.value("note", "-"));
  }
  for (const char* told :
       {"invite members=accredited; ", "suspend until 2040-05-01T00:00:00Z; ", "suspend end; ",
        "circles-set sources=attributed,anonymous; ", "circles-set correlation=names; "}) {
    EXPECT_NE(story.find(told), std::string::npos) << told << " in " << story;
  }

  const auto client = exchange::LocalClient::Connect(author.folder(), "");
  ASSERT_TRUE(client.ok());
  const auto published = (*client)->Call(
      "publish", {{"reviewed", true}, {"reviewed_how", "approved"}},
      R"({"renkei": 1, "kind": "incident", "tlp": "green", "sections": {"summary": )"
      R"({"title": ["Scans"], "description": ["Seen at night"]}}})");
  ASSERT_TRUE(published.ok());
  EXPECT_EQ(published->exit_status, 0) << published->json.dump();
  bool reviewed = false;
  const Json audit = author.Ask({"audit"});
  for (const Json& entry : audit["entries"]) {
    if (entry["action"] != "review") continue;
    reviewed = true;
    EXPECT_EQ(entry["note"], "1 texts, --reviewed");
  }
  EXPECT_TRUE(reviewed);
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
