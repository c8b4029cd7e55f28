#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

constexpr char kExplainRules[] =
    "grant g-base to level >= listed in circle on tlp <= green allow exist, see summary, query\n"
    "grant g-detail to level >= accredited in circle on tlp <= amber allow exist, see impact\n"
    "grant g-victim to level >= certified same-sector allow exist, see victim\n"
    "deny d-query to level < certified on tag in {ot} forbid query, see summary\n"
    "deny d-hold everywhere to team in {spun-off} forbid all\n";

const Withheld* Find(const Explanation& said, SectionId section) {
  for (const Withheld& withheld : said.withheld) {
    if (withheld.section == section) return &withheld;
  }
  return nullptr;
}

TEST(ExplainTest, NamesTheNearestGrantAndWhatItLacks) {
  const Explanation said = MustMake(kExplainRules).Explain(Member(), Green());
  EXPECT_EQ(ActionsText(said.mask.bits()), "exist, see summary, query");
  const Withheld* impact = Find(said, SectionId::kImpact);
  ASSERT_NE(impact, nullptr);
  EXPECT_EQ(impact->nearest,
            (std::vector<NearRule>{
                {"g-detail", 5, "energy", {{"level >= accredited", "you have listed"}}}}));
  const std::string text = ToText(said, 80, SectionId::kImpact);
  EXPECT_NE(text.find("g-detail needs level >= accredited; you have listed"), std::string::npos)
      << text;
}

TEST(ExplainTest, NearestComesFirst) {
  const Evaluator evaluator = MustMake(
      "grant far to level >= certified team in {beta} allow see victim\n"
      "grant near to level >= certified allow see victim\n");
  const Withheld victim = *Find(evaluator.Explain(Member(), Green()), SectionId::kVictim);
  ASSERT_EQ(victim.nearest.size(), 2U);
  EXPECT_EQ(victim.nearest[0].rule, "near");
  EXPECT_EQ(victim.nearest[1].unmet,
            (std::vector<UnmetAtom>{{"team in {beta}", "you are alpha"},
                                    {"level >= certified", "you have listed"}}));
}

TEST(ExplainTest, WhatAPeerCouldEarnComesBeforeWhatItIsNot) {
  const Evaluator evaluator = MustMake(
      "grant to-own to own allow see victim\n"
      "grant to-named to recipient allow see victim\n"
      "grant to-hub to peer in {hub} allow see victim\n"
      "grant earned to level >= certified in circle on tlp <= clear allow see victim\n");
  const Withheld victim = *Find(evaluator.Explain(Member(), Green()), SectionId::kVictim);
  ASSERT_EQ(victim.nearest.size(), 3U);
  EXPECT_EQ(victim.nearest[0].rule, "earned");
  EXPECT_EQ(victim.nearest[0].unmet.size(), 2U);
  EXPECT_EQ(victim.nearest[1].rule, "to-own");
}

TEST(ExplainTest, NamesDeniesHeaderAndEverywhere) {
  const Evaluator evaluator = MustMake(kExplainRules);
  Marking record = Green();
  record.tags = {"ot"};
  record.section_levels[5] = 14;
  const Explanation said = evaluator.Explain(Member(kAccredited), record);
  EXPECT_EQ(ActionsText(said.mask.bits()), "exist");
  ASSERT_EQ(said.circles.size(), 1U);
  EXPECT_EQ(said.circles[0].level, "accredited");
  EXPECT_EQ(said.circles[0].grants.size(), 2U);
  ASSERT_EQ(said.circles[0].denies.size(), 1U);
  EXPECT_EQ(said.circles[0].denies[0].rule, "d-query");
  EXPECT_EQ(said.circles[0].limits,
            (std::vector<HeaderLimit>{{"see impact", "rung >= 14", 1U << 5}}));
  EXPECT_EQ(Find(said, SectionId::kSummary)->denied_by.size(), 1U);
  EXPECT_EQ(Find(said, SectionId::kImpact)->limits.size(), 1U);

  Peer held = Member(kAccredited);
  held.team = "spun-off";
  const Explanation none = evaluator.Explain(held, Green());
  ASSERT_EQ(none.everywhere.size(), 1U);
  EXPECT_EQ(none.everywhere[0].rule, "d-hold");
  EXPECT_EQ(Find(none, SectionId::kSummary)->denied_by, none.everywhere);
}

TEST(ExplainTest, SaysWhenClosureTookEverything) {
  Marking record = Green();
  record.must_disclose = Bit(SectionId::kCaveats);
  const Explanation said = MustMake(kExplainRules).Explain(Member(), record);
  EXPECT_EQ(said.mask, Mask());
  const Withheld* summary = Find(said, SectionId::kSummary);
  ASSERT_EQ(summary->limits.size(), 1U);
  EXPECT_EQ(summary->limits[0], "the author wants caveats shown with the rest, or nothing");
}

TEST(ExplainTest, SaysWhenNoCircleIsInCommon) {
  const Evaluator evaluator = MustMake(kExplainRules);
  Peer peer = Member();
  peer.circles[0].circle = "finance";
  EXPECT_EQ(ToText(evaluator.Explain(peer, Green())),
            "allowed: nothing\nno circle in common: the record is for energy\n");
  peer.circles[0] = {.circle = "energy", .rung = 0};
  EXPECT_EQ(evaluator.Explain(peer, Green()).notes[0],
            "the peer has no level in energy that this policy believes");
}

TEST(ExplainTest, TextKeepsToTheWidth) {
  const Explanation said = MustMake(kExplainRules).Explain(Member(), Green());
  for (const std::size_t width : {40U, 80U, 120U}) {
    std::istringstream lines(ToText(said, width));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), width) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(ExplainTest, JsonHasTheSameAnswer) {
  const Explanation said = MustMake(kExplainRules).Explain(Member(), Green());
  const Json json = ToJson(said);
  EXPECT_EQ(json["allowed"], "exist, see summary, query");
  EXPECT_EQ(json["circles"][0]["circle"], "energy");
  EXPECT_EQ(json["circles"][0]["grants"][0]["rule"], "g-base");
  EXPECT_EQ(json["withheld"].size(), said.withheld.size());
}

}  // namespace
}  // namespace renkei::policy
