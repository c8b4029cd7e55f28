// A circle asks for keyed names, its authors agree or not, and nobody's list blocks them.

#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

constexpr std::string_view kHit = R"json({"renkei": 1, "kind": "incident", "tlp": "green",
  "sections": {
    "summary": {"title": ["10.20.0.7 calls out"]},
    "indicators": {"indicators": [
      {"type": "domain", "value": "c2.example.net", "actionable": true},
      {"type": "ipv4", "value": "10.20.0.7", "role": "victim"},
      {"type": "ipv4", "value": "10.20.0.8", "role": "victim"}]}}})json";

std::string TitleIn(const Json& record) {
  return record["sections"]["summary"]["title"][0]["value"].get<std::string>();
}
const Json& IndicatorsIn(const Json& record) {
  return record["sections"]["indicators"]["indicators"];
}

class KeyedNames : public testing::Test {
 protected:
  KeyedNames() : file_(community_.folder() + "/hit.json") {
    WriteText(file_, std::string(kHit));
    community_.Add("alpha", "accredited");
    community_.Add("beta", "accredited");
  }
  NodeProcess& Member(const std::string& slug) { return community_.member(slug); }
  void AskFor(const std::string& word) {
    const Ran set = community_.hub().Cli({"circles", "set", "members", "--correlate", word});
    ASSERT_EQ(set.exit_status, 0) << set.err;
    EXPECT_EQ(set.out, "circle members asks for keyed names: " + word + "\n");
    for (const std::string slug : {"alpha", "beta"}) {
      WaitUntil(slug + " knows the charter",
                [&] { return Member(slug).Ask({"circles"})["circles"][0]["correlation"] == word; });
    }
  }
  Json Published(const std::string& author, const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"publish", file_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return Member(author).Ask(arguments)["files"][0]["drafts"][0];
  }

  Community community_;
  const std::string file_;
};

TEST_F(KeyedNames, AreGivenWhereCircleAndAuthorWantThem) {
  const Json early = Published("alpha", {"--correlate", "names"});
  EXPECT_EQ(early["correlation"], "none");
  EXPECT_EQ(early["why_not_correlated"],
            "the charter of circle `members` does not ask for it (`renkei circles`)");
  AskFor("names");
  EXPECT_EQ(Published("alpha", {})["replacements"][0]["after"], "HOST-1") << "nobody said so";

  // What the dry run shows is what others read, and the same in every record.
  const Ran dry = Member("alpha").Cli({"publish", file_, "--correlate", "names", "--dry-run"});
  EXPECT_EQ(dry.exit_status, 0) << dry.err;
  const Json first = Published("alpha", {"--correlate", "names"});
  EXPECT_EQ(first["correlation"], "names");
  const std::string name = first["replacements"][0]["after"].get<std::string>();
  EXPECT_NE(dry.out.find(name), std::string::npos) << dry.out;
  EXPECT_NE(dry.out.find("Keyed names: the same in all that you write to this circle"),
            std::string::npos)
      << dry.out;
  EXPECT_EQ(Published("alpha", {"--correlate", "names"})["replacements"][0]["after"], name);
  EXPECT_NE(Published("beta", {"--correlate", "names"})["replacements"][0]["after"], name);
  const std::string id = first["id"].get<std::string>();
  Member("beta").WaitForRecord(id);
  EXPECT_EQ(TitleIn(*Member("beta").Show(id)), name + " calls out");

  // Handed on by a reader as a source of its own, they stay as they are.
  const std::string copy = community_.folder() + "/copy.json";
  WriteText(copy, Json{{"renkei", 1},
                       {"kind", "incident"},
                       {"tlp", "green"},
                       {"sections", (*Member("beta").Show(id))["sections"]}}
                      .dump());
  const Json again = Member("beta").Ask({"publish", copy})["files"][0]["drafts"][0];
  EXPECT_EQ(again["result"], "published") << again.dump();
  EXPECT_EQ(again["replacements"].size(), 0U);
  community_.StopAll();
}

TEST_F(KeyedNames, SubnetsBecomeAddressesThatNoListHolds) {
  AskFor("subnets");
  const Json published = Published("alpha", {"--correlate", "subnets"});
  EXPECT_EQ(published["correlation"], "subnets");
  const std::string id = published["id"].get<std::string>();
  Member("beta").WaitForRecord(id);
  const Json indicators = IndicatorsIn(*Member("beta").Show(id));
  EXPECT_EQ(indicators[1]["type"], "anon-ip");
  EXPECT_EQ(indicators[2]["type"], "anon-ip");
  const std::string title = TitleIn(*Member("beta").Show(id));
  const std::string name = title.substr(0, title.find(".invalid"));
  EXPECT_TRUE(name.starts_with("h-")) << title;
  for (const std::string list :
       {"plain", "hosts", "rpz", "suricata", "zeek", "nftables", "ipset"}) {
    const Ran exported = Member("beta").Cli({"export", list});
    ASSERT_EQ(exported.exit_status, 0) << list << exported.err;
    EXPECT_EQ(exported.out.find(name), std::string::npos) << list;
    for (const std::size_t at : {1U, 2U}) {
      const std::string value = indicators[at]["value"].get<std::string>();
      EXPECT_EQ(exported.out.find(value), std::string::npos) << list;
    }
  }
  EXPECT_NE(Member("beta").Cli({"export", "plain"}).out.find("c2.example.net"), std::string::npos);
  const Ran misp = Member("beta").Cli({"export", "misp"});
  EXPECT_NE(misp.out.find("\"anonymised\""), std::string::npos) << misp.out;
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
