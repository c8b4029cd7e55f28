#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/formats/export.h"
#include "tests/unit/formats/held.h"

namespace renkei::formats {
namespace {

constexpr std::int64_t kListNow = 1'790'000'001;

class BlockListsTest : public ::testing::Test {
 protected:
  BlockListsTest() : held_(Held({})), options_(At(kListNow)) {}

  v1::Indicator& Say(v1::IndicatorType type, const std::string& value) {
    v1::Indicator& indicator = *held_.sections.mutable_indicators()->add_indicators();
    indicator.set_type(type);
    indicator.set_value(value);
    indicator.set_actionable(true);
    return indicator;
  }
  std::uint64_t LeftOutAs(const Exported& exported, const std::string& what) const {
    for (const LeftOut& entry : exported.left_out) {
      if (entry.what == what) return entry.count;
    }
    return 0;
  }

  HeldRecord held_;
  ExportOptions options_;
};

constexpr Exporter kLists[] = {&ExportPlain,    &ExportHosts,    &ExportRpz,  &ExportZeek,
                               &ExportSuricata, &ExportNftables, &ExportIpset};

TEST_F(BlockListsTest, NoListHoldsWhatNobodyShouldBlock) {
  Say(v1::INDICATOR_TYPE_IPV4, "10.1.2.3");
  Say(v1::INDICATOR_TYPE_IPV4, "8.8.8.8");
  Say(v1::INDICATOR_TYPE_IPV4_NET, "0.0.0.0/0");
  Say(v1::INDICATOR_TYPE_DOMAIN, "co.jp");
  Say(v1::INDICATOR_TYPE_DOMAIN, "not a name");
  Say(v1::INDICATOR_TYPE_DOMAIN, "mail.ours.example");
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.1").set_actionable(false);
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.2").set_role(v1::ROLE_VICTIM);
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.3").set_valid_until_us(1);
  options_.is_ours = [](std::string_view value) { return value.ends_with("ours.example"); };
  for (const Exporter exporter : kLists) {
    EXPECT_EQ(exporter({&held_, 1}, options_).written, 0U);
  }
  EXPECT_EQ(LeftOutAs(ExportPlain({&held_, 1}, options_), "values that are ours"), 1U);
}

TEST_F(BlockListsTest, WhatAWarningListCoversIsInNoListAndCounted) {
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
  Say(v1::INDICATOR_TYPE_DOMAIN, "cdn.example");
  for (const Exporter exporter : kLists) {
    EXPECT_GT(exporter({&held_, 1}, options_).written, 0U);
  }
  options_.known_good = [](v1::IndicatorType, std::string_view value) {
    return std::string(value == "198.51.100.7" || value == "cdn.example" ? "harmless" : "");
  };
  for (const Exporter exporter : kLists) {
    EXPECT_EQ(exporter({&held_, 1}, options_).written, 0U);
  }
  EXPECT_EQ(LeftOutAs(ExportPlain({&held_, 1}, options_), "values on the warning list `harmless`"),
            2U);
}

TEST_F(BlockListsTest, ExercisesExpiredAndPapBoundRecordsAreInNoList) {
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
  Say(v1::INDICATOR_TYPE_DOMAIN, "evil.example");
  HeldRecord drill = held_;
  drill.exercise = true;
  HeldRecord bound = held_;
  bound.pap = policy::Pap::kAmber;
  HeldRecord old = held_;
  old.expires = FromUnixSeconds(kListNow);
  for (const Exporter exporter : kLists) {
    EXPECT_GT(exporter({&held_, 1}, options_).written, 0U);
    for (const HeldRecord* record : {&drill, &bound, &old}) {
      EXPECT_EQ(exporter({record, 1}, options_).written, 0U);
    }
  }
}

TEST_F(BlockListsTest, HostsNameEachNameOnce) {
  Say(v1::INDICATOR_TYPE_DOMAIN, "Evil[.]example");
  Say(v1::INDICATOR_TYPE_HOSTNAME, "evil.example");
  Say(v1::INDICATOR_TYPE_HOSTNAME, "bücher.example");
  EXPECT_EQ(ExportHosts({&held_, 1}, options_).text,
            "0.0.0.0 evil.example\n0.0.0.0 xn--bcher-kva.example\n");
}

TEST_F(BlockListsTest, AZoneAnswersForNamesAllBelowThemAndAddresses) {
  Say(v1::INDICATOR_TYPE_DOMAIN, "evil.example");
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
  Say(v1::INDICATOR_TYPE_IPV4_NET, "203.0.113.0/24");
  Say(v1::INDICATOR_TYPE_IPV6, "2001:db8::1");
  Say(v1::INDICATOR_TYPE_IPV6_NET, "2001:db8:1::/48");
  options_.zone = "rpz.team.example";
  EXPECT_EQ(ExportRpz({&held_, 1}, options_).text,
            "$ORIGIN rpz.team.example.\n"
            "$TTL 300\n"
            "@ SOA localhost. hostmaster.localhost. 1790000001 300 60 86400 300\n"
            "@ NS localhost.\n"
            "*.evil.example CNAME .\n"
            "128.1.zz.db8.2001.rpz-ip CNAME .\n"
            "24.0.113.0.203.rpz-ip CNAME .\n"
            "32.7.100.51.198.rpz-ip CNAME .\n"
            "48.zz.1.db8.2001.rpz-ip CNAME .\n"
            "evil.example CNAME .\n");
}

TEST_F(BlockListsTest, ANameTooLongForItsZoneIsLeftOutAndCounted) {
  const std::string label(60, 'a');
  const std::string name = label + "." + label + "." + label + ".evil.example";  // 195 bytes
  Say(v1::INDICATOR_TYPE_DOMAIN, name);
  EXPECT_EQ(ExportRpz({&held_, 1}, options_).written, 2U);
  options_.zone = label + ".example";
  const Exported exported = ExportRpz({&held_, 1}, options_);
  EXPECT_EQ(exported.written, 0U);
  EXPECT_EQ(LeftOutAs(exported, "names too long for the zone"), 1U);
}

TEST_F(BlockListsTest, NoNameOfAPeerIsATriggerOfAnotherKindInAZone) {
  // 8.8.8.8 in answers, half of all clients, a name server's name, its address, and what may come.
  for (const char* trigger : {"32.8.8.8.8.rpz-ip", "1.0.0.0.128.rpz-client-ip", "com.rpz-nsdname",
                              "8.0.0.0.10.RPZ-NSIP", "evil.example.rpz-later."}) {
    Say(v1::INDICATOR_TYPE_DOMAIN, trigger);
    Say(v1::INDICATOR_TYPE_HOSTNAME, trigger);
  }
  Say(v1::INDICATOR_TYPE_DOMAIN, "rpz-ip.evil.example");
  const Exported exported = ExportRpz({&held_, 1}, options_);
  EXPECT_EQ(exported.written, 2U) << exported.text;
  for (const char* trigger : {"8.8.8.8", "client-ip", "nsdname", "NSIP", "later"}) {
    EXPECT_EQ(exported.text.find(trigger), std::string::npos) << exported.text;
  }
  EXPECT_EQ(LeftOutAs(exported, "names that are triggers of another kind"), 10U);
}

TEST_F(BlockListsTest, AListOfAnythingHoldsNoAddressThatIsSaidToBeSomethingElse) {
  for (const auto type :
       {v1::INDICATOR_TYPE_BITCOIN_ADDRESS, v1::INDICATOR_TYPE_SSDEEP, v1::INDICATOR_TYPE_TLSH}) {
    for (const char* value : {"8.8.8.8", "10.0.0.0/8", "co.jp", "http://10.0.0.1/", "evil.example",
                              "2001:db8::1", "free text"}) {
      Say(type, value);
    }
  }
  Say(v1::INDICATOR_TYPE_SSDEEP, "2606::");  // an address to all who know no ssdeep
  const Exported exported = ExportPlain({&held_, 1}, options_);
  EXPECT_EQ(exported.text, "");
  EXPECT_EQ(LeftOutAs(exported, "values that are not of their type"), 21U);
}

TEST_F(BlockListsTest, NoListHoldsAValueThatMovesATerminal) {
  Say(v1::INDICATOR_TYPE_EMAIL, "a\xC2\x9B@evil.example");
  Say(v1::INDICATOR_TYPE_EMAIL, "a\xE2\x80\xAE@evil.example");
  EXPECT_EQ(LeftOutAs(ExportPlain({&held_, 1}, options_), "values with control characters"), 2U);
}

// Ids of rules by the value that the rule's message names.
std::map<std::string, std::string> IdsOf(const std::string& rules) {
  std::map<std::string, std::string> ids;
  std::istringstream lines(rules);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t from = line.find("msg:\"") + 5;
    const std::size_t id = line.find("; sid:") + 6;
    ids[line.substr(from, line.find(" record ") - from)] = line.substr(id, line.find(';', id) - id);
  }
  return ids;
}

TEST_F(BlockListsTest, IdsOfRulesAreSpreadSoThatOneMoreMovesFewOthers) {
  for (int i = 0; i < 1'000; ++i) {
    Say(v1::INDICATOR_TYPE_DOMAIN, "host" + std::to_string(i) + ".example");
  }
  const auto before = IdsOf(ExportSuricata({&held_, 1}, options_).text);
  ASSERT_EQ(before.size(), 3'000U);
  // The first one of all: whatever meets it moves on.
  Say(v1::INDICATOR_TYPE_DOMAIN, "a.example");
  const auto after = IdsOf(ExportSuricata({&held_, 1}, options_).text);
  int moved = 0;
  for (const auto& [what, id] : before) moved += after.at(what) == id ? 0 : 1;
  EXPECT_LE(moved, 5);
  // 128 of a thousand next to each other would mean that most ids were never possible.
  int upper = 0;
  for (const auto& [what, id] : before) upper += id >= "1500000" ? 1 : 0;
  EXPECT_GT(upper, 1'200);
  EXPECT_LT(upper, 1'800);
}

TEST_F(BlockListsTest, ARuleKeepsItsIdWhateverStandsBesideIt) {
  Say(v1::INDICATOR_TYPE_DOMAIN, "evil.example");
  const std::string alone = ExportSuricata({&held_, 1}, options_).text;
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
  Say(v1::INDICATOR_TYPE_DOMAIN, "a.example");
  const std::string beside = ExportSuricata({&held_, 1}, options_).text;
  EXPECT_NE(beside.find(alone), std::string::npos) << beside;
  EXPECT_NE(alone.find("dns.query; dotprefix; content:\".evil.example\"; nocase; endswith; sid:1"),
            std::string::npos)
      << alone;
  EXPECT_NE(beside.find("alert ip $HOME_NET any <> [198.51.100.7] any (msg:"), std::string::npos);
}

TEST_F(BlockListsTest, NoByteOfAValueBreaksOutOfARule) {
  Say(v1::INDICATOR_TYPE_URL, "http://evil.example/a;b\"c\\d|e?x=(1)'");
  Say(v1::INDICATOR_TYPE_URL, "https://evil.example/hidden");
  const Exported exported = ExportSuricata({&held_, 1}, options_);
  ASSERT_EQ(exported.written, 1U) << exported.text;
  EXPECT_EQ(LeftOutAs(exported, "URLs that a sensor can't see or match"), 1U);
  EXPECT_NE(exported.text.find("http.host; content:\"evil.example\"; bsize:12; http.uri.raw; "
                               "content:\"/a|3B|b%22c%5Cd%7Ce?x=(1)|27|\"; startswith; "),
            std::string::npos)
      << exported.text;
}

TEST_F(BlockListsTest, ZeekReadsTabsTypesAndUrlsWithoutScheme) {
  Say(v1::INDICATOR_TYPE_URL, "http://evil.example/a");
  Say(v1::INDICATOR_TYPE_IPV4_NET, "203.0.113.0/24");
  Say(v1::INDICATOR_TYPE_SHA256, std::string(64, 'A'));
  EXPECT_EQ(ExportZeek({&held_, 1}, options_).text,
            "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n"
            "203.0.113.0/24\tIntel::SUBNET\tteam-a\trenkei record 000102030405\n" +
                std::string(64, 'a') +
                "\tIntel::FILE_HASH\tteam-a\trenkei record 000102030405\n"
                "evil.example/a\tIntel::URL\tteam-a\trenkei record 000102030405\n");
}

TEST_F(BlockListsTest, SetsAreSwappedWhole) {
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
  Say(v1::INDICATOR_TYPE_IPV6_NET, "2001:db8:1::/48");
  EXPECT_EQ(ExportNftables({&held_, 1}, options_).text,
            "add table inet renkei\n"
            "add set inet renkei renkei4 { type ipv4_addr; flags interval; auto-merge; }\n"
            "flush set inet renkei renkei4\n"
            "add element inet renkei renkei4 { 198.51.100.7 }\n"
            "add set inet renkei renkei6 { type ipv6_addr; flags interval; auto-merge; }\n"
            "flush set inet renkei renkei6\n"
            "add element inet renkei renkei6 { 2001:db8:1::/48 }\n");
  EXPECT_EQ(ExportIpset({&held_, 1}, options_).text,
            "create renkei4 hash:net family inet maxelem 4194304 -exist\n"
            "create renkei4-new hash:net family inet maxelem 4194304 -exist\n"
            "flush renkei4-new\n"
            "add renkei4-new 198.51.100.7 -exist\n"
            "swap renkei4-new renkei4\n"
            "destroy renkei4-new\n"
            "create renkei6 hash:net family inet6 maxelem 4194304 -exist\n"
            "create renkei6-new hash:net family inet6 maxelem 4194304 -exist\n"
            "flush renkei6-new\n"
            "add renkei6-new 2001:db8:1::/48 -exist\n"
            "swap renkei6-new renkei6\n"
            "destroy renkei6-new\n");
}

TEST_F(BlockListsTest, ASetIsMadeForTheSameNumberHoweverLongTheListHasGrown) {
  const auto created = [](const std::string& text) {
    std::string found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("create ")) found += line + "\n";
    }
    return found;
  };
  Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
  const std::string small = created(ExportIpset({&held_, 1}, options_).text);
  for (int i = 0; i < 70'000; ++i) {
    Say(v1::INDICATOR_TYPE_IPV6, fmt::format("2001:db8:{:x}::{:x}", i / 1'000, 1 + i % 1'000));
  }
  const Exported large = ExportIpset({&held_, 1}, options_);
  EXPECT_EQ(large.written, 70'001U);
  EXPECT_EQ(created(large.text), small);
}

}  // namespace
}  // namespace renkei::formats
