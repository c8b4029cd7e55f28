#include "node/anonymize/keyed_names.h"

#include <gtest/gtest.h>

#include "node/anonymize/gate.h"
#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "tests/unit/anonymize/test_assets.h"

namespace renkei::anonymize {
namespace {

namespace v1 = record::v1;
using record::Correlation;

// The keys of the known answers: anon_master = 32 x 0x44, origin = 32 x 0x11, circle `members` of
// `demo.example`, epoch 690.  Keys and names were computed with Python's hashlib.blake2b, the
// encrypted addresses with an implementation of the draft of its own (pyca/cryptography).
Bytes KeyFor(NameClass name_class) {
  const Bytes circle =
      crypto::Sha256({crypto::Tag16("RNK1.circle"), Bytes(1, 12), "demo.example", "members"})
          .str()
          .substr(0, 16);
  return crypto::Blake2b(Bytes(32, 0x44),
                         {crypto::Tag16("RNK1.anon"), Bytes(32, 0x11), circle,
                          ByteWriter().U32(690).U8(static_cast<std::uint8_t>(name_class)).Take()},
                         32);
}

const KeyedNames& Names(Correlation correlation = Correlation::kNames) {
  static const KeyedNames names(Correlation::kNames, KeyFor);
  static const KeyedNames subnets(Correlation::kSubnets, KeyFor);
  return correlation == Correlation::kSubnets ? subnets : names;
}

GateResult AnonymizeKeyed(const record::Draft& draft, Correlation correlation) {
  static const Gate gate(TestAssets());
  auto result = gate.Anonymize(draft, nullptr, {}, &Names(correlation));
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : GateResult{};
}

// What becomes of a text; every name in it must pass the lint.
std::string Keyed(const std::string& text) {
  const GateResult result = AnonymizeKeyed(DraftOfText(text), Correlation::kNames);
  EXPECT_TRUE(result.draft) << text;
  for (const Finding& finding : result.findings) ADD_FAILURE() << finding;
  return result.sections.summary().description(0).value();
}

TEST(KeyedNamesTest, KnownAnswers) {
  EXPECT_EQ(HexEncode(KeyFor(NameClass::kHost)),
            "f559cd3d1e2ed6eab4b9661d5e1bcfdd77fa0dac04cc5d098efd5b39a202c2e3");
  EXPECT_EQ(Keyed("from 10.20.0.7"), "from h-7y5f4avopkc2oy3o.invalid");
  EXPECT_EQ(Keyed("in 10.20.8.0/24"), "in n-xagdns2mff45ye4r.invalid");
  EXPECT_EQ(Keyed("at Portal[.]hinode-bank[.]example"), "at h-5jmsm67ieubn2ght.invalid");
  EXPECT_EQ(Keyed(R"(to: MSato@hinode-mail.example)"),
            "to: u-74s6ykdnnijxg5gn@o-ent6nijnzucj77fr.invalid");
  EXPECT_EQ(Keyed(R"(C:\Users\msato\a.exe)"), R"(C:\Users\u-74s6ykdnnijxg5gn\a.exe)");
}

TEST(KeyedNamesTest, NamesOfPeopleAndOfTheOrganizationStayCounted) {
  EXPECT_EQ(Keyed("Hinode Bank, HinodePay, 汐見, Taro Yamada"), "ORG, PRODUCT-1, SITE-1, USER-1");
}

TEST(KeyedNamesTest, AnotherKeyIsAnotherName) {
  const KeyedNames other(Correlation::kNames, [](NameClass name_class) {
    Bytes key = KeyFor(name_class);
    key[0] = static_cast<char>(key[0] ^ 1);
    return key;
  });
  EXPECT_NE(other.NameOf(EntityClass::kHost, "host:a.example", "a.example"),
            Names().NameOf(EntityClass::kHost, "host:a.example", "a.example"));
}

// Even a pattern that would take every name of this shape for one of ours.
TEST(KeyedNamesTest, TheLintDoesNotTakeThemForOwnAssets) {
  config::Assets assets = TestAssets();
  assets.hosts = {"h-*", "n-*"};
  assets.users = {"u-*", "o-*"};
  const Gate gate(assets);
  const auto result =
      gate.Anonymize(DraftOfText("h-7 saw 10.20.0.7, 10.20.8.0/24, u-9, msato@hinode-mail.example"),
                     nullptr, {}, &Names());
  ASSERT_TRUE(result.ok()) << result.status();
  for (const Finding& finding : result->findings) ADD_FAILURE() << finding;
  EXPECT_TRUE(result->draft);
  // Passed on as they are, nothing is found in them either.
  record::Draft again;
  again.sections = result->sections;
  const auto twice = gate.Anonymize(again, nullptr, {}, &Names());
  ASSERT_TRUE(twice.ok() && twice->draft);
  EXPECT_TRUE(twice->replacements.empty());
}

TEST(KeyedNamesTest, OnlyTheExactShapeIsAStandIn) {
  for (const std::string text :
       {"h-7y5f4avopkc2oy3o.invalid", "(n-7y5f4avopkc2oy3o.invalid)", "u-7y5f4avopkc2oy3o",
        "u-7y5f4avopkc2oy3o@o-7y5f4avopkc2oy3o.invalid."}) {
    EXPECT_EQ(FindStandIns(text).size(), 1U) << text;
  }
  for (const std::string text :
       {"h-7y5f4avopkc2oy3o", "h-7y5f4avopkc2oy3o.example", "u-7y5f4avopkc2oy3", "u-",
        "u-7y5f4avopkc2oy3ob", "x-7y5f4avopkc2oy3o.invalid", "u-7y5f4avopkc2oy1o",
        "ah-7y5f4avopkc2oy3o.invalid", "U-7Y5F4AVOPKC2OY3O", "o-7y5f4avopkc2oy3o.invalid"}) {
    EXPECT_TRUE(FindStandIns(text).empty()) << text;
  }
}

TEST(KeyedNamesTest, AnAnonymousRecordHasNone) {
  record::Draft draft = DraftOfText("from 10.20.0.7");
  draft.header.source = policy::SourceMode::kAnonymous;
  const GateResult result = AnonymizeKeyed(draft, Correlation::kSubnets);
  EXPECT_EQ(result.sections.summary().description(0).value(), "from HOST-1");
}

// ---- subnets ----

v1::Indicator& AddVictim(record::Draft& draft, v1::IndicatorType type, const std::string& value) {
  v1::Indicator& indicator = *draft.sections.mutable_indicators()->add_indicators();
  indicator.set_type(type);
  indicator.set_value(value);
  indicator.set_role(v1::ROLE_VICTIM);
  return indicator;
}

TEST(AnonIpTest, OwnAddressesKeepTheirSubnetsAndLoseTheirType) {
  record::Draft draft;
  AddVictim(draft, v1::INDICATOR_TYPE_IPV4, "10.20.0.7");
  AddVictim(draft, v1::INDICATOR_TYPE_IPV4, "10[.]20[.]0[.]8");
  AddVictim(draft, v1::INDICATOR_TYPE_IPV4_NET, "10.20.0.0/24");
  AddVictim(draft, v1::INDICATOR_TYPE_IPV6, "2001:db8:77::5");
  AddVictim(draft, v1::INDICATOR_TYPE_IPV4, "198.51.100.3");  // the adversary's stays
  const GateResult result = AnonymizeKeyed(draft, Correlation::kSubnets);
  ASSERT_TRUE(result.draft);
  const auto& after = result.sections.indicators().indicators();
  EXPECT_EQ(after[0].value(), "155.220.69.41");
  EXPECT_EQ(after[1].value(), "155.220.69.38");
  EXPECT_EQ(after[2].value(), "155.220.69.0/24");
  EXPECT_EQ(after[3].value(), "8d7d:3986:22b5:f0ca:36c6:a47e:aad0:c6e7");
  EXPECT_EQ(after[4].value(), "198.51.100.3");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(after[i].type(), v1::INDICATOR_TYPE_ANON_IP) << i;
    EXPECT_FALSE(after[i].actionable()) << i;
    EXPECT_TRUE(after[i].source_type().starts_with("anonymized:ip")) << i;
  }
  EXPECT_EQ(after[4].type(), v1::INDICATOR_TYPE_IPV4);
}

// Somebody else's address in a text would be taken for one.
TEST(AnonIpTest, InTextsAndPartsOfValuesAnAddressIsAName) {
  record::Draft draft = DraftOfText("from 10.20.0.7");
  AddVictim(draft, v1::INDICATOR_TYPE_URL, "http://10.20.0.7/a");
  const GateResult result = AnonymizeKeyed(draft, Correlation::kSubnets);
  EXPECT_EQ(result.sections.summary().description(0).value(), "from h-7y5f4avopkc2oy3o.invalid");
  const v1::Indicator& url = result.sections.indicators().indicators(0);
  EXPECT_EQ(url.value(), "http://h-7y5f4avopkc2oy3o.invalid/a");
  EXPECT_EQ(url.type(), v1::INDICATOR_TYPE_OTHER);
}

TEST(AnonIpTest, NamesAloneMakeNone) {
  record::Draft draft;
  AddVictim(draft, v1::INDICATOR_TYPE_IPV4, "10.20.0.7");
  const GateResult result = AnonymizeKeyed(draft, Correlation::kNames);
  const v1::Indicator& after = result.sections.indicators().indicators(0);
  EXPECT_EQ(after.value(), "h-7y5f4avopkc2oy3o.invalid");
  EXPECT_EQ(after.type(), v1::INDICATOR_TYPE_OTHER);
}

// 155.220.69.41 is what 10.20.0.7 becomes: where that is ours too, it gets a name instead.
TEST(AnonIpTest, WhatWouldLookLikeOursGetsAName) {
  config::Assets assets = TestAssets();
  assets.networks.push_back("155.220.0.0/16");
  const Gate gate(assets);
  record::Draft draft;
  AddVictim(draft, v1::INDICATOR_TYPE_IPV4, "10.20.0.7");
  const auto result = gate.Anonymize(draft, nullptr, {}, &Names(Correlation::kSubnets));
  ASSERT_TRUE(result.ok() && result->draft);
  EXPECT_EQ(result->sections.indicators().indicators(0).value(), "h-7y5f4avopkc2oy3o.invalid");
}

}  // namespace
}  // namespace renkei::anonymize
