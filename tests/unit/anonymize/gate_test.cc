#include "node/anonymize/gate.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/anonymize/test_assets.h"

namespace renkei::anonymize {
namespace {

namespace v1 = record::v1;

const Gate& TestGate() {
  static const Gate gate(TestAssets());
  return gate;
}

GateResult Anonymize(const record::Draft& draft) {
  auto result = TestGate().Anonymize(draft);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : GateResult{};
}

std::string After(const std::string& text) {
  const GateResult result = Anonymize(DraftOfText(text));
  EXPECT_TRUE(result.draft) << text;
  return result.sections.summary().description(0).value();
}

v1::Indicator& AddIndicator(record::Draft& draft, v1::IndicatorType type, const std::string& value,
                            bool actionable) {
  v1::Indicator& indicator = *draft.sections.mutable_indicators()->add_indicators();
  indicator.set_type(type);
  indicator.set_value(value);
  indicator.set_actionable(actionable);
  return indicator;
}

std::vector<std::string> Lines(const GateResult& result) {
  std::vector<std::string> lines;
  for (const Finding& finding : result.findings)
    lines.push_back(finding.place + " " + finding.rule);
  return lines;
}

struct GateRow {
  std::string name;
  std::string before;
  std::string after;
};
void PrintTo(const GateRow& row, std::ostream* out) { *out << row.name; }

class GateTextTest : public ::testing::TestWithParam<GateRow> {};

TEST_P(GateTextTest, ReplacesOnlyWhatIdentifies) {
  EXPECT_EQ(After(GetParam().before), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(
    All, GateTextTest,
    ::testing::Values(
        GateRow{"clean", "C2 at evil.example.net, 198.51.100.4",
                "C2 at evil.example.net, 198.51.100.4"},
        GateRow{"order_of_appearance", "10.20.0.2 then 10.20.0.1 then 10.20.0.2",
                "HOST-1 then HOST-2 then HOST-1"},
        GateRow{"url", "GET https://Portal.hinode-bank.example/a?b=1", "GET https://HOST-1/a?b=1"},
        GateRow{"defanged_alike", "a[.]hinode-bank[.]example = A.HINODE-BANK.EXAMPLE",
                "HOST-1 = HOST-1"},
        GateRow{"japanese", "ひので銀行の山田太郎（10.20.3.4）から報告",
                "ORGのUSER-1（HOST-1）から報告"},
        GateRow{"full_width", "１０．２０．３．４", "HOST-1"},
        GateRow{"mail_and_home", R"(msato@hinode-mail.example ran C:\Users\msato\a.exe)",
                R"(USER-1@ORG ran C:\Users\USER-1\a.exe)"},
        GateRow{"network", "10.20.8.0/24 via 10.20.8.1", "NET-1 via HOST-1"},
        GateRow{"unc", R"(\\PC0042\share)", R"(\\HOST-1\share)"},
        GateRow{"site_and_product", "HinodePay at 汐見データセンター", "PRODUCT-1 at SITE-1"},
        GateRow{"zero_width", "Hinode\u200b Bank", "ORG"},
        GateRow{"behind_stand_ins", "HOST-7 and 10.20.0.1", "HOST-7 and HOST-8"},
        GateRow{"adversary_borrows_the_name", "hinode-bank.example.evil.example.net",
                "HOST-1.evil.example.net"}),
    [](const auto& row) { return row.param.name; });

record::Draft RichDraft() {
  record::Draft draft;
  auto& s = draft.sections;
  s.mutable_summary()->add_title()->set_value("ひので銀行 phishing at Hinode Bank");
  s.mutable_summary()->add_description()->set_value(
      R"(t.yamada on srv-web1.hinode-bank.example (10.20.1.1) opened C:\Users\t.yamada\a.zip)");
  s.mutable_summary()->add_labels("hnb:internal");
  AddIndicator(draft, v1::INDICATOR_TYPE_DOMAIN, "evil.example.net", true).set_ref("a");
  AddIndicator(draft, v1::INDICATOR_TYPE_IPV4, "198.51.100.4", true).set_ref("b");
  AddIndicator(draft, v1::INDICATOR_TYPE_SHA256,
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true);
  AddIndicator(draft, v1::INDICATOR_TYPE_PDB_PATH, R"(C:\Users\dev\src\x.pdb)", true);
  AddIndicator(draft, v1::INDICATOR_TYPE_URI_PATH, "/home/gate", true);
  AddIndicator(draft, v1::INDICATOR_TYPE_IPV4, "10.20.1.1", false).set_ref("10.20.1.1");
  auto& object = *s.mutable_indicators()->add_objects();
  object.set_name("network-traffic");
  object.add_members()->set_indicator("10.20.1.1");
  s.mutable_victim()->set_size("340");
  s.mutable_impact()->set_money("1,200,000 JPY");
  s.mutable_contact()->add_points()->set_email("csirt@hinode-mail.example");
  auto& rule = *s.mutable_detection_rules()->add_rules();
  rule.set_body(R"(alert tcp 10.0.0.0/8 any -> 192.168.1.1 80; "C:\\Users\\dev\\")");
  return draft;
}

TEST(GateTest, ReplacesInEverySectionAndKeepsTheAdversarys) {
  const GateResult result = Anonymize(RichDraft());
  ASSERT_TRUE(result.draft) << ::testing::PrintToString(Lines(result));
  const auto& s = result.sections;
  EXPECT_EQ(s.summary().title(0).value(), "ORG phishing at ORG");
  EXPECT_EQ(s.summary().description(0).value(),
            R"(USER-1 on HOST-1 (HOST-2) opened C:\Users\USER-1\a.zip)");
  EXPECT_EQ(s.summary().labels(0), "ORG:internal");
  const record::Draft draft = RichDraft();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(s.indicators().indicators(i).SerializeAsString(),
              draft.sections.indicators().indicators(i).SerializeAsString());
  }
  EXPECT_EQ(s.indicators().indicators(5).value(), "HOST-2");
  EXPECT_EQ(s.indicators().indicators(5).ref(), "HOST-2");
  EXPECT_EQ(s.indicators().objects(0).members(0).indicator(), "HOST-2");
  EXPECT_EQ(s.victim().size(), "250-999");
  EXPECT_EQ(s.impact().money(), "1000+ JPY");
  EXPECT_EQ(s.contact().points(0).email(), "USER-2@ORG");
  EXPECT_EQ(s.detection_rules().rules(0).body(), draft.sections.detection_rules().rules(0).body());
}

TEST(GateTest, WhatItAcceptsIsCleanAndSecondPassChangesNothing) {
  const GateResult first = Anonymize(RichDraft());
  ASSERT_TRUE(first.draft);
  const OwnAssets own(TestAssets());
  EXPECT_EQ(LeakLint(own).Check(first.draft->header(), first.draft->sections()),
            std::vector<Finding>{});
  record::Draft again;
  again.sections = first.sections;
  const GateResult second = Anonymize(again);
  ASSERT_TRUE(second.draft);
  EXPECT_EQ(second.replacements, std::vector<Replacement>{});
  EXPECT_EQ(second.draft->sections(), first.draft->sections());
}

TEST(GateTest, ReplacementsSayPlaceBeforeAndAfter) {
  const GateResult result = Anonymize(DraftOfText("on SRV-1 and 10.20.0.1"));
  EXPECT_EQ(result.replacements,
            (std::vector<Replacement>{{"summary.description[0].value", "SRV-1", "HOST-1"},
                                      {"summary.description[0].value", "10.20.0.1", "HOST-2"}}));
}

TEST(GateTest, AnOwnAssetNamedAsTheAdversarysNeedsAPerson) {
  record::Draft draft;
  AddIndicator(draft, v1::INDICATOR_TYPE_IPV4, "203.0.113.5", true);
  AddIndicator(draft, v1::INDICATOR_TYPE_URL, "http://www.hinode-bank.example/x", false)
      .set_role(v1::ROLE_C2);
  AddIndicator(draft, v1::INDICATOR_TYPE_IPV4, "192.168.1.9", true);
  AddIndicator(draft, v1::INDICATOR_TYPE_DOMAIN, "hinodepay-login.example.net", true);
  auto& sighting = *draft.sections.mutable_indicators()->add_sightings();
  sighting.set_type(v1::INDICATOR_TYPE_IPV4);
  sighting.set_value("203.0.113.6");
  auto& rule = *draft.sections.mutable_detection_rules()->add_rules();
  rule.set_body("alert ip 203.0.113.0/24 any -> any any");
  const GateResult result = Anonymize(draft);
  EXPECT_FALSE(result.draft);
  EXPECT_EQ(Lines(result),
            (std::vector<std::string>{"indicators.indicators[0].value own-asset-as-indicator",
                                      "indicators.indicators[1].value own-asset-as-indicator",
                                      "indicators.indicators[2].value private-address-as-indicator",
                                      "indicators.indicators[3].value own-asset-as-indicator",
                                      "indicators.sightings[0].value own-asset-as-indicator",
                                      "detection_rules.rules[0].body own-asset-in-rule"}));
  EXPECT_EQ(result.replacements, std::vector<Replacement>{});
}

TEST(GateTest, AReplacedIndicatorIsNoLongerOneToActOn) {
  record::Draft draft;
  AddIndicator(draft, v1::INDICATOR_TYPE_IPV4, "203.0.113.5", true).set_role(v1::ROLE_VICTIM);
  AddIndicator(draft, v1::INDICATOR_TYPE_URL, "http://www.hinode-bank.example/x", false)
      .set_source_type("link");
  AddIndicator(draft, v1::INDICATOR_TYPE_FILE_PATH, R"(C:\Users\msato\x.exe)", true);
  const GateResult result = Anonymize(draft);
  ASSERT_TRUE(result.draft) << ::testing::PrintToString(Lines(result));
  const auto& list = result.sections.indicators().indicators();
  EXPECT_EQ(list[0].value(), "HOST-1");
  EXPECT_EQ(list[0].type(), v1::INDICATOR_TYPE_OTHER);
  EXPECT_EQ(list[0].source_type(), "anonymized:ipv4");
  EXPECT_FALSE(list[0].actionable());
  EXPECT_EQ(list[1].value(), "http://HOST-2/x");
  EXPECT_EQ(list[1].source_type(), "anonymized:url");
  EXPECT_EQ(list[2].value(), R"(C:\Users\USER-1\x.exe)");
  EXPECT_EQ(list[2].type(), v1::INDICATOR_TYPE_FILE_PATH);
  EXPECT_TRUE(list[2].actionable());
}

TEST(GateTest, ExactAmountsThatCannotBeReadAreRefused) {
  record::Draft draft;
  draft.sections.mutable_impact()->set_money("about 3 million yen");
  EXPECT_EQ(Lines(Anonymize(draft)), (std::vector<std::string>{"impact.money exact-amount"}));
}

TEST(GateTest, EncodedOwnAssetsAndTagsAreRefusedByTheLint) {
  record::Draft draft = DraftOfText("run cGluZyBoaW5vZGUtYmFuay5leGFtcGxl");
  draft.header.tags = {"hnb"};
  const GateResult result = Anonymize(draft);
  EXPECT_FALSE(result.draft);
  EXPECT_EQ(Lines(result), (std::vector<std::string>{"header.tags[0] own-organization",
                                                     "summary.description[0].value own-host"}));
}

TEST(GateTest, BrokenSectionsAreAnError) {
  record::Draft draft;
  AddIndicator(draft, v1::INDICATOR_TYPE_UNSPECIFIED, "x", false);
  EXPECT_EQ(TestGate().Anonymize(draft).status().code(), absl::StatusCode::kInvalidArgument);
}

// Random drafts of own and foreign pieces: what passes is clean, a second pass is the identity, and
// without own pieces nothing changes.
TEST(GateTest, AnyMixOfPiecesComesOutCleanAndStable) {
  const std::vector<std::string> own = {"Hinode Bank",
                                        "ひので銀行",
                                        "HNB",
                                        "203.0.113.9",
                                        "10.20.0.0/24",
                                        "srv-x1",
                                        "t.yamada",
                                        "山田太郎",
                                        "a@hinode-mail.example",
                                        "www.hinode-bank.example",
                                        "HinodePay",
                                        "汐見",
                                        R"(\\PC1\x)",
                                        "/home/abe/",
                                        "HOST-3",
                                        "ORG",
                                        "2001:db8:77::1",
                                        "192.168.0.4"};
  const std::vector<std::string> other = {
      "evil.example.net", "198.51.100.4", "は", "word", "1.2.3", "接続", "x@evil.example.net"};
  const std::vector<std::string> glue = {" ", ", ", "", "、", "/", "\n", "の", "-", "."};
  std::uint32_t seed = 7;
  const auto pick = [&](const std::vector<std::string>& from) {
    seed = seed * 1664525U + 1013904223U;
    return from[(seed >> 16) % from.size()];
  };
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    std::string clean;
    for (int j = 0; j < 5; ++j) {
      text += pick(j % 2 == 0 ? own : other) + pick(glue);
      clean += pick(other) + " ";
    }
    EXPECT_EQ(After(clean), clean);
    const GateResult first = Anonymize(DraftOfText(text));
    if (!first.draft) continue;  // glued together so that only the lint sees it: refused
    ++accepted;
    const GateResult second =
        Anonymize(DraftOfText(first.sections.summary().description(0).value()));
    EXPECT_TRUE(second.draft) << text;
    EXPECT_EQ(second.replacements, std::vector<Replacement>{})
        << text << " -> " << first.sections.summary().description(0).value();
  }
  EXPECT_GT(accepted, 1500);
}

record::Draft SmallCrowdDraft(policy::SourceMode source) {
  record::Draft draft = DraftOfText("nothing of ours");
  draft.header.circles = {"members"};
  draft.header.source = source;
  draft.header.sectors = {"casino"};
  draft.sections.mutable_victim()->add_sectors("casino");
  draft.sections.mutable_victim()->set_size("1200");
  return draft;
}

bool OnlySizesFit(std::string_view, const VictimProfile& profile) {
  return profile.sector.empty() && profile.size == "1000+";
}

TEST(GateCrowdTest, ASmallCrowdRefusesAnUnnamedRecordAndWarnsOfANamedOne) {
  const CrowdRules rules{.fits = OnlySizesFit};
  for (const auto source : {policy::SourceMode::kPseudonymous, policy::SourceMode::kAnonymous}) {
    const auto refused = TestGate().Anonymize(SmallCrowdDraft(source), &rules);
    ASSERT_TRUE(refused.ok());
    EXPECT_FALSE(refused->draft);
    EXPECT_EQ(Lines(*refused), std::vector<std::string>{"victim small-crowd"});
  }
  const auto warned =
      TestGate().Anonymize(SmallCrowdDraft(policy::SourceMode::kAttributed), &rules);
  ASSERT_TRUE(warned.ok());
  ASSERT_TRUE(warned->draft);
  EXPECT_EQ(Lines(*warned), std::vector<std::string>{"victim small-crowd"});
  EXPECT_EQ(warned->findings[0].severity, FindingSeverity::kWarn);
  EXPECT_EQ(warned->draft->header().sectors, std::vector<std::string>{"casino"});
}

TEST(GateCrowdTest, WhatIsGeneralisedIsWhatLeavesInSectionAndHeader) {
  const CrowdRules rules{.fits = OnlySizesFit, .generalise = true};
  const auto result = TestGate().Anonymize(SmallCrowdDraft(policy::SourceMode::kAnonymous), &rules);
  ASSERT_TRUE(result.ok());
  ASSERT_TRUE(result->draft);
  EXPECT_TRUE(result->findings.empty());
  EXPECT_TRUE(result->draft->header().sectors.empty());
  EXPECT_EQ(result->sections.victim().sectors_size(), 0);
  EXPECT_EQ(result->sections.victim().size(), "1000+") << "tested as the range that leaves";
  const auto left_out = std::count_if(result->replacements.begin(), result->replacements.end(),
                                      [](const Replacement& r) { return r.after == "(left out)"; });
  EXPECT_EQ(left_out, 2);
}

TEST(GateCrowdTest, NoTestIsMadeWhereNoneIsAskedFor) {
  EXPECT_TRUE(Anonymize(SmallCrowdDraft(policy::SourceMode::kAnonymous)).draft);
}

}  // namespace
}  // namespace renkei::anonymize
