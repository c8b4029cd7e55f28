// Indicators are found across formats, teams and spellings, and a false positive lowers one
// wherever it went.

#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

std::string MispText() {
  return R"({"Event": {"uuid": "5f0f0a52-7b0c-4d6e-9a53-0a1b2c3d4e5f", "info": "phishing wave",
    "date": "2026-11-20", "distribution": "1", "Tag": [{"name": "tlp:green"}],
    "Attribute": [{"uuid": "5f0f0a52-7b0c-4d6e-9a53-0a1b2c3d4e60", "type": "domain",
      "category": "Network activity", "to_ids": true, "value": "Login.evil[.]example"}]}})";
}

std::string StixText() {
  return R"({"type": "bundle", "id": "bundle--11111111-2222-4333-8444-555555555555", "objects": [
    {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix",
     "id": "indicator--11111111-2222-4333-8444-555555555556", "created": "2026-11-20T00:00:00Z",
     "modified": "2026-11-20T00:00:00Z", "valid_from": "2026-11-20T00:00:00Z",
     "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
     "pattern": "[domain-name:value = 'login.evil.example']"}]})";
}

// The line of this record among the hits.
Json HitOf(const Json& answer, const std::string& id) {
  for (const Json& hit : answer["hits"]) {
    if (hit["record"] == id) return hit;
  }
  return Json();
}

TEST(Search, TwoFormatsAreOneIndicatorAndAVerdictLowersItAtTheThird) {
  Community community;
  NodeProcess& first = community.Add("author", "accredited");
  NodeProcess& second = community.Add("aki", "accredited");
  NodeProcess& third = community.Add("lina", "accredited");
  const std::string by_misp = first.PublishText(MispText());
  const std::string by_stix = second.PublishText(StixText());
  third.WaitForRecord(by_misp);
  third.WaitForRecord(by_stix);

  const Json found = third.Ask({"search", "hxxp://x", "--type", "url"});
  EXPECT_TRUE(found["hits"].empty());
  const Json both = third.Ask({"search", "LOGIN[.]evil.example"});
  ASSERT_EQ(both["hits"].size(), 2U) << both;
  const Json before = HitOf(both, by_misp);
  EXPECT_EQ(before["value"], "login.evil.example");
  EXPECT_EQ(before["told_by"], (Json{"aki", "author"}));
  EXPECT_EQ(before["score"], HitOf(both, by_stix)["score"]);
  EXPECT_GT(before["score"].get<int>(), 0);

  second.WaitForRecord(by_misp);
  const std::string verdict =
      second.Ask({"sight", by_misp, "login.evil.example", "--false-positive"})["id"];
  third.WaitForRecord(verdict);
  first.WaitForRecord(verdict);
  const Json after = HitOf(third.Ask({"search", "login.evil.example"}), by_misp);
  EXPECT_EQ(after["false_positive_by"], Json{"aki"});
  EXPECT_LT(after["score"].get<int>(), before["score"].get<int>());
  EXPECT_EQ(after["taken_out"], false);
  EXPECT_NE(third.Cli({"export", "plain"}).out.find("login.evil.example"), std::string::npos);

  // The author is told, and answers.
  EXPECT_EQ(first.Status()["disputed"], Json{by_misp});
  const Ran shown = first.Cli({"show", by_misp});
  EXPECT_NE(shown.out.find("answer with `renkei update`"), std::string::npos) << shown.out;

  // A second team; the third one's own lists drop it at its own word.
  const std::string own = third.Ask({"sight", by_misp, "--false-positive"})["id"];
  const Json out = HitOf(third.Ask({"search", "login.evil.example"}), by_misp);
  EXPECT_EQ(out["false_positive_by"], (Json{"aki", "lina"}));
  EXPECT_EQ(out["taken_out"], true);
  EXPECT_EQ(third.Cli({"export", "plain"}).out.find("login.evil.example"), std::string::npos);

  first.WaitForRecord(own);
  first.Ask({"withdraw", by_misp, "--reason", "false-positive"});
  EXPECT_TRUE(first.Status()["disputed"].empty());
  community.StopAll();
}

TEST(Search, FiltersPagesAndSavedSearchesWorkThroughARunningNode) {
  Community community;
  NodeProcess& node = community.Add("author", "accredited");
  for (int i = 0; i < 5; ++i) {
    node.PublishText(
        DraftText("number " + std::to_string(i), R"("tlp": "green", "tags": ["wave"])"));
  }
  Json page = node.Ask({"search", "--tag", "Wave", "--limit", "2"});
  std::size_t hits = 0;
  for (int pages = 0; pages < 50; ++pages) {
    hits += page["hits"].size();
    if (!page.contains("next")) break;
    page = node.Ask({"search", "--tag", "Wave", "--limit", "2", "--after", page["next"]});
  }
  EXPECT_EQ(hits, node.Ask({"search", "--tag", "wave"})["hits"].size());
  EXPECT_GE(hits, 5U);
  EXPECT_TRUE(node.Ask({"search", "--team", "nobody"})["hits"].empty());

  EXPECT_EQ(node.Ask({"search", "--tag", "wave", "--save", "wave"})["collection"], "search-wave");
  EXPECT_EQ(node.Ask({"search", "--saved", "wave"})["hits"].size(), hits);
  EXPECT_EQ(node.Ask({"search", "--list"})["searches"][0]["name"], "wave");
  node.Ask({"search", "--remove", "wave"});
  std::vector<std::string> recorded;
  const Json audit = node.Ask({"audit"});
  for (const Json& entry : audit["entries"]) {
    if (entry["object"] == "wave") recorded.push_back(entry["action"].get<std::string>());
  }
  EXPECT_EQ(recorded, (std::vector<std::string>{"search-save", "search-remove"}));
  const Ran gone = node.Cli({"search", "--saved", "wave"});
  EXPECT_EQ(gone.exit_status, 1);
  EXPECT_EQ(gone.err,
            "renkei: search: there is no saved search `wave`\n"
            "hint: `renkei search --list` names those that there are\n");
  const Ran wrong = node.Cli({"search", "--type", "ipv5"});
  EXPECT_EQ(wrong.exit_status, 2);
  EXPECT_EQ(wrong.err,
            "renkei: search: type `ipv5`: no such type of indicator (did you mean `ipv4`?)\n");
  const Ran table = node.Cli({"search"});
  for (std::size_t at = 0; at < table.out.size();) {
    const std::size_t end = std::min(table.out.find('\n', at), table.out.size());
    EXPECT_LE(end - at, 80U) << table.out.substr(at, end - at);
    at = end + 1;
  }
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
