#include "node/anonymize/sensitive.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "node/anonymize/gate.h"
#include "node/anonymize/sarif.h"
#include "node/base/encoding.h"
#include "tests/unit/anonymize/test_assets.h"

namespace renkei::anonymize {
namespace {

namespace v1 = record::v1;
using policy::SourceMode;

const Gate& SharedGate() {
  static const Gate gate(TestAssets());
  return gate;
}

GateResult Pass(const record::Draft& draft, const std::vector<Override>& overrides = {}) {
  auto result = SharedGate().Anonymize(draft, nullptr, overrides);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : GateResult{};
}

// `rule` or `rule?` (a warning) of each finding.
std::vector<std::string> Found(const GateResult& result) {
  std::vector<std::string> rules;
  for (const Finding& finding : result.findings) {
    rules.push_back(finding.rule + (finding.severity == FindingSeverity::kWarn ? "?" : ""));
  }
  return rules;
}

struct ShapeRow {
  std::string name;
  std::string text;
  std::string rule;  // empty: none
};
void PrintTo(const ShapeRow& row, std::ostream* out) { *out << row.name; }

class SensitiveTest : public ::testing::TestWithParam<ShapeRow> {};

TEST_P(SensitiveTest, IsFoundInFreeText) {
  std::vector<std::string> expected;
  if (!GetParam().rule.empty()) expected.push_back(GetParam().rule);
  EXPECT_EQ(Found(Pass(DraftOfText(GetParam().text))), expected) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, SensitiveTest,
    ::testing::Values(
        ShapeRow{"jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIz", "jwt"},
        ShapeRow{"aws", "key AKIAABCDEFGH23456722 was used", "api-key"},
        ShapeRow{"named", "api_key = \"q8ZfV0xk3LmT7wYb2NcR5sJh\"", "api-key"},
        ShapeRow{"pem_header_alone", "rule looks for -----BEGIN RSA PRIVATE KEY----- in files", ""},
        ShapeRow{"url_password", "ftp://joe:s3cretpw@files.other.example/a", "url-password"},
        ShapeRow{"url_token", "https://p.other.example/?token=a8f7e6d5c4b3a2918070", "url-token"},
        ShapeRow{"victim_mail", "reported by taro@customer.example", "mail-address"},
        ShapeRow{"some_mail", "billing@other.example sent it", "mail-address?"},
        ShapeRow{"phone_japan", "担当 03-4567-8901 まで", "phone-number"},
        ShapeRow{"phone_full_width", "０３－４５６７－８９０１", "phone-number"},
        ShapeRow{"phone_world", "call +49 30 1234567", "phone-number"},
        ShapeRow{"iban", "paid to DE89 3704 0044 0532 0130 00", "iban"},
        ShapeRow{"iban_wrong_digit", "DE88 3704 0044 0532 0130 00", ""},
        ShapeRow{"card", "4111 1111 1111 1111 was charged", "card-number"},
        ShapeRow{"card_wrong_digit", "4111 1111 1111 1112", ""},
        ShapeRow{"mac", "on 02:1a:2b:3c:4d:5e", "mac-address"},
        ShapeRow{"fingerprint", "3f:1a:99:00:c4:7e:55:20:1b:66", ""},
        ShapeRow{"message_id", "Message-ID: <a1b2.345@mx.other.example>", "message-id"},
        ShapeRow{"received", "Received: from relay (relay.other.example) by mx", "mail-header"},
        ShapeRow{"received_prose", "we received: nothing", ""},
        ShapeRow{"ticket", "see INC0012345", "ticket-number"},
        ShapeRow{"ticket_japanese", "チケット番号：48213", "ticket-number"},
        ShapeRow{"names_with_numbers", "CVE-2024-38112, APT29, KB5034441, RFC 9110, case 3", ""},
        ShapeRow{"unlisted_address", "seen at 198.51.100.7", "unlisted-address?"},
        ShapeRow{"resolver", "asked 8.8.8.8", ""},
        ShapeRow{"encoded_phone", "x " + Base64Encode("call 03-4567-8901 now"), "phone-number"}),
    [](const auto& row) { return row.param.name; });

TEST(SensitiveGateTest, TheRecordsOwnIndicatorsMayBeNamedInText) {
  record::Draft draft = DraftOfText(
      "mails from pay@evil.example.net and https://evil.example.net/?token=a8f7e6d5c4b3a2918070 "
      "at 198.51.100.7");
  for (const char* value : {"evil.example.net", "198.51.100.7"}) {
    auto& indicator = *draft.sections.mutable_indicators()->add_indicators();
    indicator.set_type(v1::INDICATOR_TYPE_OTHER);
    indicator.set_value(value);
    indicator.set_actionable(true);
  }
  EXPECT_EQ(Found(Pass(draft)), std::vector<std::string>{});
}

TEST(SensitiveGateTest, AnOverrideLetsOneFindingPassAndIsKept) {
  const record::Draft draft = DraftOfText("INC0012345, call 03-4567-8901");
  const std::string place = "summary.description[0].value";
  const GateResult one = Pass(draft, {{"ticket-number", place}});
  EXPECT_FALSE(one.draft);
  EXPECT_EQ(Found(one), std::vector<std::string>{"phone-number"});
  const GateResult both = Pass(draft, {{"ticket-number", place}, {"phone-number", place}});
  EXPECT_TRUE(both.draft);
  EXPECT_EQ(both.allowed.size(), 2U);
  EXPECT_FALSE(Pass(draft, {{"ticket-number", "elsewhere"}}).draft);
}

TEST(SensitiveGateTest, AnOwnAssetUsedByTheAdversaryLeavesOnlyByAPersonsWord) {
  record::Draft draft;
  auto& indicator = *draft.sections.mutable_indicators()->add_indicators();
  indicator.set_type(v1::INDICATOR_TYPE_IPV4);
  indicator.set_value("203.0.113.5");
  indicator.set_actionable(true);
  EXPECT_FALSE(Pass(draft).draft);
  const GateResult passed =
      Pass(draft, {{"own-asset-as-indicator", "indicators.indicators[0].value"}});
  ASSERT_TRUE(passed.draft);
  EXPECT_EQ(passed.sections.indicators().indicators(0).value(), "203.0.113.5");
}

TEST(SensitiveGateTest, WhatAListCallsHarmlessIsBlockedOnlyByAPersonsWord) {
  record::Draft draft;
  for (const char* value : {"a[.]example", "b.example"}) {
    auto& indicator = *draft.sections.mutable_indicators()->add_indicators();
    indicator.set_type(v1::INDICATOR_TYPE_DOMAIN);
    indicator.set_value(value);
    indicator.set_actionable(true);
  }
  const Gate gate({}, [](v1::IndicatorType, std::string_view value) {
    return std::string(value == "a.example" ? "the best-known" : "");
  });
  const auto refused = gate.Anonymize(draft);
  ASSERT_TRUE(refused.ok());
  EXPECT_FALSE(refused->draft);
  ASSERT_EQ(refused->findings.size(), 1U);
  EXPECT_EQ(ToString(refused->findings[0]),
            "indicators.indicators[0].value: rule known-good: it is on the warning list `the "
            "best-known`: take it out, or make it not actionable");
  EXPECT_TRUE(
      gate.Anonymize(draft, nullptr, {{"known-good", "indicators.indicators[0].value"}})->draft);
  draft.sections.mutable_indicators()->mutable_indicators(0)->set_actionable(false);
  EXPECT_TRUE(gate.Anonymize(draft)->draft);
}

TEST(SensitiveGateTest, CredentialsAreNeverAllowed) {
  EXPECT_TRUE(ParseOverride("phone-number@caveats.texts[0].value").ok());
  for (const char* bad : {"jwt@summary", "private-key@summary", "api-key@x", "no-such@x", "jwt",
                          "@x", "phone-number@"}) {
    EXPECT_EQ(ParseOverride(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  const record::Draft draft = DraftOfText("AKIAABCDEFGH23456722");
  EXPECT_FALSE(Pass(draft, {{"api-key", "summary.description[0].value"}}).draft);
}

TEST(SensitiveGateTest, ExactTimesAmountsAndCountsAreRoundedInText) {
  const auto after = [](const std::string& text, SourceMode source) {
    record::Draft draft = DraftOfText(text);
    draft.header.source = source;
    return Pass(draft).sections.summary().description(0).value();
  };
  const std::string text = "2026-03-04T12:33:44.5Z: 1,283 workstations, JPY 12,345,678; $500,000";
  EXPECT_EQ(after(text, SourceMode::kAttributed),
            "2026-03-04T12:33Z: 1000+ workstations, JPY 1000+; $500,000");
  EXPECT_EQ(after("at 12:33:44", SourceMode::kPseudonymous), "at 12:00");
  EXPECT_EQ(after("at 12:33:44", SourceMode::kAnonymous), "at 00:00");
  EXPECT_EQ(after("９時５分１２秒に１３７台の端末", SourceMode::kAttributed),
            "9時5分に50-249台の端末");
  EXPECT_EQ(after("00:11:22:33:44:55:66 and 3 hosts", SourceMode::kAttributed),
            "00:11:22:33:44:55:66 and 3 hosts");
}

TEST(SensitiveGateTest, TimesInFieldsAreRoundedDownByMode) {
  record::Draft draft;
  draft.sections.mutable_timeline()->add_events()->set_time(1'772'612'345);
  const auto time = [&](SourceMode source) {
    draft.header.source = source;
    return Pass(draft).sections.timeline().events(0).time();
  };
  EXPECT_EQ(time(SourceMode::kAttributed), 1'772'612'345);
  EXPECT_EQ(time(SourceMode::kPseudonymous), 1'772'611'200);
  EXPECT_EQ(time(SourceMode::kAnonymous), 1'772'582'400);
}

TEST(SensitiveGateTest, AnOwnDocumentIsKnownByItsHash) {
  config::Assets assets;
  assets.documents = {std::string(60, 'a') + "0123"};
  const Gate gate(assets);
  const auto result = gate.Anonymize(DraftOfText("stolen: " + std::string(60, 'A') + "0123."));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Found(*result), std::vector<std::string>{"own-document"});
}

TEST(SarifTest, HoldsRuleLevelAndPlaceAndNoValue) {
  const GateResult result = Pass(DraftOfText("INC0012345 from 198.51.100.7"));
  const Json sarif = ToSarif({{"incident.json", result.findings}}, "0.1");
  EXPECT_EQ(sarif["version"], "2.1.0");
  const Json& run = sarif["runs"][0];
  ASSERT_EQ(run["results"].size(), 2U);
  EXPECT_EQ(run["results"][0]["ruleId"], "ticket-number");
  EXPECT_EQ(run["results"][0]["level"], "error");
  EXPECT_EQ(run["results"][1]["level"], "warning");
  const std::size_t index = run["results"][0]["ruleIndex"];
  EXPECT_EQ(run["tool"]["driver"]["rules"][index]["id"], "ticket-number");
  EXPECT_EQ(sarif.dump().find("0012345"), std::string::npos);
}

TEST(SarifTest, EveryRuleThatIsFoundIsDescribed) {
  for (int kind = 0; kind <= static_cast<int>(Sensitive::kCard); ++kind) {
    const std::string_view rule = RuleOf(static_cast<Sensitive>(kind));
    const auto& rules = AllRules();
    EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), [&](const RuleText& r) {
      return r.rule == rule;
    })) << rule;
  }
}

}  // namespace
}  // namespace renkei::anonymize
