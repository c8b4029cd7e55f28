#include "node/record/indicator_key.h"

#include <random>

#include <gtest/gtest.h>

#include "node/record/indicator_value.h"

namespace renkei::record {
namespace {

bool Under(std::string_view wide, v1::IndicatorType type, std::string_view value) {
  const auto range = PlacesUnder(wide);
  const Bytes place = KeyOf(type, value).place;
  return range && !place.empty() && range->from <= place && place < range->to;
}

TEST(IndicatorKeyTest, OneKeyHoweverTheValueIsWritten) {
  const struct {
    v1::IndicatorType type;
    std::vector<std::string> forms;
  } kSame[] = {
      {v1::INDICATOR_TYPE_DOMAIN,
       {"evil.example", "EVIL.example.", "evil[.]example", "evil(dot)example", " evil.example\n"}},
      {v1::INDICATOR_TYPE_DOMAIN, {"bücher.example", "BÜCHER.example", "xn--bcher-kva.example"}},
      {v1::INDICATOR_TYPE_IPV4, {"198.51.100.7", "198[.]51[.]100[.]7", "198.51.100[.]7 "}},
      {v1::INDICATOR_TYPE_IPV6, {"2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:db8[:]:1"}},
      {v1::INDICATOR_TYPE_IPV4_NET, {"198.51.100.0/24", "198.51.100.9/24", "198[.]51.100.0/24"}},
      {v1::INDICATOR_TYPE_URL,
       {"http://evil.example/a", "hxxp://EVIL[.]example:80/./%61", "HTTP://evil.example./b/../a",
        "http://evil%2eexample/a"}},
      {v1::INDICATOR_TYPE_EMAIL, {"a@evil.example", "A[at]EVIL[.]example"}},
      {v1::INDICATOR_TYPE_SHA1, {std::string(40, 'a'), std::string(40, 'A')}},
      {v1::INDICATOR_TYPE_MAC, {"00:00:5e:00:53:01", "00-00-5E-00-53-01", "0000.5e00.5301"}},
      {v1::INDICATOR_TYPE_ASN, {"AS64496", "64496", "as64496"}},
      {v1::INDICATOR_TYPE_VULNERABILITY, {"CVE-2099-0001", "cve-2099-0001"}},
  };
  for (const auto& same : kSame) {
    for (const std::string& form : same.forms) {
      const KeyedIndicator key = KeyOf(same.type, form);
      EXPECT_EQ(key.key, KeyOf(same.type, same.forms.front()).key) << form;
      EXPECT_EQ(key.value, KeyOf(same.type, same.forms.front()).value);
    }
  }
}

TEST(IndicatorKeyTest, ANameIsOneWhateverItsTypeAndANetworkOfOneIsAnAddress) {
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_HOSTNAME, "a.example").key,
            KeyOf(v1::INDICATOR_TYPE_DOMAIN, "a.example").key);
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_IPV4_NET, "192.0.2.1/32").key,
            KeyOf(v1::INDICATOR_TYPE_IPV4, "192.0.2.1").key);
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_IPV6_NET, "2001:db8::1/128").key,
            KeyOf(v1::INDICATOR_TYPE_IPV6, "2001:db8::1").key);
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_IPV6_NET, "2001:db8::1").type, v1::INDICATOR_TYPE_IPV6);
}

TEST(IndicatorKeyTest, AnAddressIsOfItsFamilyWhateverItWasCalled) {
  const IndicatorKey key = KeyOf(v1::INDICATOR_TYPE_IPV4, "198.51.100.9").key;
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_OTHER, "198.51.100[.]9").key, key);
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_IPV6, "198.51.100.9").key, key);
  EXPECT_EQ(KeyOf(v1::INDICATOR_TYPE_IPV4, "198.51.100.0/24").type, v1::INDICATOR_TYPE_IPV4_NET);
  EXPECT_NE(KeyOf(v1::INDICATOR_TYPE_TEXT, "198.51.100.9").key, key);
}

TEST(IndicatorKeyTest, OtherValuesAndOtherTypesHaveOtherKeys) {
  const std::string hash(32, 'a');
  EXPECT_NE(KeyOf(v1::INDICATOR_TYPE_MD5, hash).key, KeyOf(v1::INDICATOR_TYPE_JA3, hash).key);
  EXPECT_NE(KeyOf(v1::INDICATOR_TYPE_FILE_NAME, "a.exe").key,
            KeyOf(v1::INDICATOR_TYPE_FILE_NAME, "A.exe").key);
  EXPECT_NE(KeyOf(v1::INDICATOR_TYPE_DOMAIN, "a.example").key,
            KeyOf(v1::INDICATOR_TYPE_DOMAIN, "b.example").key);
}

TEST(IndicatorKeyTest, AValueThatCanNotBeOfItsTypeIsKeptAsWritten) {
  const KeyedIndicator odd = KeyOf(v1::INDICATOR_TYPE_IPV4, " 192.0.2.01 ");
  EXPECT_EQ(odd.value, "192.0.2.01");
  EXPECT_TRUE(odd.place.empty());
  EXPECT_NE(odd.key, KeyOf(v1::INDICATOR_TYPE_IPV4, "192.0.2.1").key);
}

TEST(IndicatorKeyTest, WithoutATypeAValueIsLookedForAsAllThatItCanBe) {
  const auto has = [](const std::vector<KeyedIndicator>& keys, v1::IndicatorType type,
                      std::string_view value) {
    for (const KeyedIndicator& one : keys) {
      if (one.key == KeyOf(type, value).key) return true;
    }
    return false;
  };
  const std::string hash(32, 'b');
  const auto keys = KeysOfAnyType(std::string(32, 'B'));
  EXPECT_TRUE(has(keys, v1::INDICATOR_TYPE_MD5, hash));
  EXPECT_TRUE(has(keys, v1::INDICATOR_TYPE_IMPHASH, hash));
  EXPECT_TRUE(has(KeysOfAnyType("evil[.]example"), v1::INDICATOR_TYPE_HOSTNAME, "evil.example"));
  EXPECT_TRUE(has(KeysOfAnyType("run.exe"), v1::INDICATOR_TYPE_FILE_NAME, "run.exe"));
  EXPECT_TRUE(KeysOfAnyType(" \t").empty());
}

TEST(IndicatorKeyTest, WhatLiesUnderANameIsOneRange) {
  EXPECT_TRUE(Under("Evil[.]example", v1::INDICATOR_TYPE_DOMAIN, "evil.example"));
  EXPECT_TRUE(Under("evil.example", v1::INDICATOR_TYPE_HOSTNAME, "www.evil.example"));
  EXPECT_TRUE(Under("evil.example", v1::INDICATOR_TYPE_URL, "http://a.b.evil.example/x"));
  EXPECT_TRUE(Under("evil.example", v1::INDICATOR_TYPE_EMAIL, "m@mail.evil.example"));
  EXPECT_TRUE(Under("example", v1::INDICATOR_TYPE_DOMAIN, "evil.example"));
  EXPECT_FALSE(Under("evil.example", v1::INDICATOR_TYPE_DOMAIN, "notevil.example"));
  EXPECT_FALSE(Under("evil.example", v1::INDICATOR_TYPE_DOMAIN, "evil.example.org"));
  EXPECT_FALSE(Under("evil.example", v1::INDICATOR_TYPE_DOMAIN, "example"));
  EXPECT_FALSE(Under("evil.example", v1::INDICATOR_TYPE_FILE_NAME, "evil.example"));
  EXPECT_FALSE(PlacesUnder("no name").has_value());
}

TEST(IndicatorKeyTest, WhatLiesUnderANetworkIsOneRange) {
  EXPECT_TRUE(Under("198.51.100.0/24", v1::INDICATOR_TYPE_IPV4, "198.51.100.255"));
  EXPECT_TRUE(Under("198.51.100.0/24", v1::INDICATOR_TYPE_URL, "http://198.51.100.9:8080/"));
  EXPECT_TRUE(Under("198.51.0.0/16", v1::INDICATOR_TYPE_IPV4_NET, "198.51.100.0/24"));
  EXPECT_TRUE(Under("2001:db8::/32", v1::INDICATOR_TYPE_URL, "http://[2001:db8:1::2]/"));
  EXPECT_TRUE(Under("::/0", v1::INDICATOR_TYPE_IPV6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_TRUE(Under("198.51.100.7", v1::INDICATOR_TYPE_IPV4, "198.51.100.7"));
  EXPECT_FALSE(Under("198.51.100.0/24", v1::INDICATOR_TYPE_IPV4, "198.51.101.0"));
  EXPECT_FALSE(Under("0.0.0.0/0", v1::INDICATOR_TYPE_IPV6, "2001:db8::1"));
}

TEST(IndicatorKeyTest, TheNetworksAroundAnAddressAreThoseItLiesIn) {
  const auto around = NetworksAround("198.51.100[.]7");
  ASSERT_EQ(around.size(), 32U);
  EXPECT_EQ(around[24], KeyOf(v1::INDICATOR_TYPE_IPV4_NET, "198.51.100.0/24").key);
  EXPECT_EQ(NetworksAround("2001:db8::1").size(), 128U);
  EXPECT_EQ(NetworksAround("198.51.100.0/24").size(), 24U);
  EXPECT_TRUE(NetworksAround("evil.example").empty());
}

// For all values: the key is that of the canonical form, and what lies under a name or an address
// begins with itself.
TEST(IndicatorKeyTest, AKeyIsThatOfItsCanonicalForm) {
  constexpr std::string_view kBytes = "abZ019.:/%?#@[]()-_~ hxtp\xC3\xBC\\";
  std::mt19937 random(11);
  int placed = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string value = i % 3 == 0 ? "hxxp://a[.]example/" : i % 3 == 1 ? "192.0.2." : "";
    const std::size_t length = 1 + random() % 12;
    for (std::size_t j = 0; j < length; ++j) value.push_back(kBytes[random() % kBytes.size()]);
    const auto type =
        static_cast<v1::IndicatorType>(1 + random() % (i % 2 == 0 ? 6 : v1::IndicatorType_MAX));
    const KeyedIndicator key = KeyOf(type, value);
    const KeyedIndicator again = KeyOf(key.type, key.value);
    EXPECT_EQ(key.key, again.key) << type << " of " << value;
    EXPECT_EQ(key.value, again.value);
    EXPECT_EQ(key.place, again.place);
    const bool range = type <= v1::INDICATOR_TYPE_HOSTNAME && !key.place.empty();
    if (!range) continue;
    ++placed;
    const auto under = PlacesUnder(value);
    ASSERT_TRUE(under) << value;
    EXPECT_EQ(under->from, key.place) << value;
    EXPECT_LT(under->from, under->to);
  }
  EXPECT_GT(placed, 100);
}

}  // namespace
}  // namespace renkei::record
