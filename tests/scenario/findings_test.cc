// Findings that a person lets pass, and those that warn: in each command, and in the audit log.

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

// A number for fiction; the country that fewer than five teams are of.
std::string WithPhone(const std::string& title) {
  return fmt::format(R"({{"renkei": 1, "kind": "incident", "tlp": "green", "sections": {{)"
                     R"("summary": {{"title": ["{}, tel +44 20 7946 0123"]}},)"
                     R"("victim": {{"countries": ["jp"]}}}}}})",
                     title);
}
constexpr std::string_view kPlace = "summary.title[0].value";
const std::string kAllowed = fmt::format("phone-number@{}", kPlace);

class Findings : public testing::Test {
 protected:
  Findings() : author_(community_.Add("author", "accredited")) {}
  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = community_.folder() + "/" + name + ".json";
    WriteText(path, text);
    return path;
  }
  // Entries of the audit log with this action.
  static std::vector<Json> Audited(const NodeProcess& node, const std::string& action) {
    std::vector<Json> entries;
    const Json audit = node.Ask({"audit"});
    for (const Json& entry : audit["entries"]) {
      if (entry["action"] == action) entries.push_back(entry);
    }
    return entries;
  }

  Community community_;
  NodeProcess& author_;
};

TEST_F(Findings, WhatAPersonAllowsLeavesAndStandsInTheAuditLog) {
  const std::string file = Write("phone", WithPhone("Fraud"));
  const Ran refused = author_.Cli({"publish", file});
  EXPECT_EQ(refused.exit_status, 3);
  EXPECT_NE(refused.err.find(fmt::format("{}: rule phone-number:", kPlace)), std::string::npos)
      << refused.err;
  EXPECT_EQ(author_.Status()["store"]["own"], 0);

  const Ran sarif = author_.Cli({"publish", file, "--dry-run", "--sarif"});
  EXPECT_EQ(sarif.exit_status, 3);
  const Json report = Json::parse(sarif.out, nullptr, /*allow_exceptions=*/false);
  EXPECT_EQ(report["version"], "2.1.0");
  std::set<std::string> rules;
  for (const Json& result : report["runs"][0]["results"]) {
    rules.insert(result["ruleId"].get<std::string>());
  }
  EXPECT_EQ(rules, (std::set<std::string>{"phone-number", "small-crowd"})) << sarif.out;
  EXPECT_EQ(sarif.out.find("7946"), std::string::npos) << "the value is nobody's to log";

  const Ran published = author_.Cli({"publish", file, "--allow", kAllowed});
  EXPECT_EQ(published.exit_status, 0) << published.err;
  EXPECT_NE(published.out.find(fmt::format("allowed by hand: phone-number at {}", kPlace)),
            std::string::npos)
      << published.out;
  const std::string id = published.out.substr(published.out.find("published ") + 10, 32);

  const std::string next = Write("next", WithPhone("Fraud, more"));
  EXPECT_EQ(author_.Cli({"update", id, next}).exit_status, 3);
  const Ran wrong = author_.Cli({"update", id, next, "--allow", "phone-number@elsewhere"});
  EXPECT_EQ(wrong.exit_status, 3);
  const Ran updated = author_.Cli({"update", id, next, "--allow", kAllowed});
  EXPECT_EQ(updated.exit_status, 0) << updated.err;
  EXPECT_EQ((*author_.Show(id))["revision"], 2);
  EXPECT_EQ(author_.Cli({"update", id, next, "--allow", "private-key@x"}).exit_status, 2);

  const auto overrides = Audited(author_, "override");
  ASSERT_EQ(overrides.size(), 2U);
  for (const Json& entry : overrides) {
    EXPECT_EQ(entry["object"], id);
    EXPECT_EQ(entry["note"], kAllowed);
  }
  community_.StopAll();
}

// Of several records none leaves before a person has read them; what was allowed is no finding.
TEST_F(Findings, AFileOfSeveralRecordsKeepsWhatWasAllowed) {
  const auto event = [](int number) {
    return fmt::format(R"({{"Event": {{"uuid": "00000000-0000-4000-8000-00000000000{0}",)"
                       R"("info": "event {0}, tel +44 20 7946 0123", "date": "2026-11-01",)"
                       R"("distribution": "1", "Tag": [{{"name": "tlp:green"}}], "Attribute":)"
                       R"([{{"type": "comment", "category": "Other", "value": "{1}"}}]}}}})",
                       number, std::string(200, 'w'));
  };
  const std::string file =
      Write("several", fmt::format(R"({{"response": [{}, {}]}})", event(1), event(2)));
  const Json refused = author_.Ask({"publish", file, "--allow", kAllowed}, 3)["files"][0];
  ASSERT_EQ(refused["drafts"].size(), 2U) << refused.dump();
  for (const Json& draft : refused["drafts"]) {
    EXPECT_EQ(draft["findings"].size(), 0U) << draft.dump();
    EXPECT_EQ(draft["allowed"].size(), 1U) << draft.dump();
    EXPECT_EQ(draft["narratives"].size(), 1U) << draft.dump();
  }
  const Json out = author_.Ask({"publish", file, "--allow", kAllowed, "--reviewed"})["files"][0];
  for (const Json& draft : out["drafts"]) EXPECT_EQ(draft["result"], "published") << draft.dump();
  community_.StopAll();
}

TEST_F(Findings, ASmallCrowdIsSaidWhenItIsPublishedByNameAndEachMemberSeesTheTable) {
  const std::string file = Write("victim", WithPhone("Fraud"));
  const Ran published = author_.Cli({"publish", file, "--allow", kAllowed});
  EXPECT_EQ(published.exit_status, 0) << published.err;
  EXPECT_NE(published.err.find("warning: victim: rule small-crowd:"), std::string::npos)
      << published.err;

  for (int i = 0; i < 5; ++i) {
    const std::string slug = fmt::format("team-{}", i);
    community_.Add(slug, "accredited", {.start = false});
    community_.hub().Ask({"roster", "set", slug, "--country", "jp"});
  }
  community_.hub().Ask({"roster", "crowd"});
  EXPECT_EQ(Audited(community_.hub(), "roster-crowd").size(), 0U) << "it only asked";
  community_.hub().Ask({"roster", "crowd", "--now"});
  const auto counted = Audited(community_.hub(), "roster-crowd");
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_EQ(counted[0]["object"], "crowd table");
  EXPECT_EQ(counted[0]["result"], "done");

  const Json table =
      Json::parse(R"({"members": [{"country": "030"}, {"country": "142"}, {"country": "jp"}]})");
  WaitUntil("the member has the table", [&] { return author_.Ask({"crowd"})["circles"] == table; });
  EXPECT_EQ(author_.Ask({"crowd"})["usable"], true);
  EXPECT_EQ(community_.hub().Ask({"crowd"})["circles"], table);
  const Ran screen = author_.Cli({"crowd"});
  EXPECT_NE(screen.out.find("members  any     Eastern Asia  any"), std::string::npos) << screen.out;
  const Ran quiet = author_.Cli({"publish", file, "--allow", kAllowed});
  EXPECT_EQ(quiet.err.find("small-crowd"), std::string::npos) << quiet.err;
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
