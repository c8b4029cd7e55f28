#include "node/record/indicator_value.h"

#include <random>

#include <gtest/gtest.h>

#include "node/record/host_name.h"
#include "node/record/ip_address.h"
#include "node/record/uri.h"

namespace renkei::record {
namespace {

std::string UriText(std::string_view text) {
  const auto uri = ParseUri(text);
  return uri ? uri->Text() : "none";
}

std::string Canonical(v1::IndicatorType type, std::string_view value) {
  return CanonicalValue(type, value).value_or("none");
}

TEST(HostNameTest, CaseScriptsAndTheLastDotMakeNoDifference) {
  EXPECT_EQ(CanonicalHostName("WWW.Example.COM."), "www.example.com");
  EXPECT_EQ(CanonicalHostName("bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(CanonicalHostName("BÜCHER.example"), "xn--bcher-kva.example");
  EXPECT_EQ(CanonicalHostName("港湾。example"), CanonicalHostName("港湾.example"));
  EXPECT_EQ(CanonicalHostName("_dmarc.example.org"), "_dmarc.example.org");
}

TEST(HostNameTest, WhatIsNoHostNameIsNone) {
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a..example"), std::string("-a.example"),
        std::string("a b.example"), std::string("a/b"), std::string("192.0.2.1"),
        std::string("\xC3\x28.example"), std::string("a\0b.example", 11),
        std::string(64, 'a') + ".example", std::string(300, 'a')}) {
    EXPECT_EQ(CanonicalHostName(text), std::nullopt) << text;
  }
}

TEST(HostNameTest, NamesUnderWhichStrangersRegisterArePublic) {
  EXPECT_TRUE(IsPublicSuffix("com"));
  EXPECT_TRUE(IsPublicSuffix("co.jp"));
  EXPECT_FALSE(IsPublicSuffix("harbour.co.jp"));
}

TEST(IpAddressTest, OneTextPerAddress) {
  EXPECT_EQ(CanonicalIpv4("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(CanonicalIpv4("192.0.2.01"), std::nullopt);
  EXPECT_EQ(CanonicalIpv4("192.0.2"), std::nullopt);
  EXPECT_EQ(CanonicalIpv6("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(CanonicalIpv6("fe80::1%eth0"), std::nullopt);
  EXPECT_EQ(CanonicalNetwork("192.0.2.77/24"), "192.0.2.0/24");
  EXPECT_EQ(CanonicalNetwork("192.0.2.77"), "192.0.2.77/32");
  EXPECT_EQ(CanonicalNetwork("2001:db8:ffff::/32"), "2001:db8::/32");
  for (const std::string_view bad :
       {"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/2x"}) {
    EXPECT_EQ(CanonicalNetwork(bad), std::nullopt) << bad;
  }
}

TEST(IpAddressTest, NobodyBlocksWhatIsReservedEverybodysOrTooWide) {
  EXPECT_EQ(WhyNotBlockAddress("198.51.100.7"), "");
  EXPECT_EQ(WhyNotBlockAddress("198.51.100.0/24"), "");
  EXPECT_EQ(WhyNotBlockAddress("2001:db8::1"), "");
  for (const std::string_view text :
       {"10.1.2.3", "127.0.0.1", "0.0.0.0/0", "8.8.8.8", "8.8.8.0/24", "224.0.0.5", "fe80::1",
        "::ffff:198.51.100.7", "2620:fe::fe", "198.0.0.0/15", "2001:db8::/31", "no address"}) {
    EXPECT_NE(WhyNotBlockAddress(text), "") << text;
  }
}

TEST(UriTest, EqualUrisAreEqualBytes) {
  const std::string plain = "http://example.com/%7Ea";
  EXPECT_EQ(UriText("HTTP://EXAMPLE.com:80/%7ea"), "http://example.com/~a");
  EXPECT_EQ(UriText(plain), "http://example.com/~a");
  EXPECT_EQ(UriText("http://example.com"), "http://example.com/");
  EXPECT_EQ(UriText("http://example.com?q"), "http://example.com/?q");
  EXPECT_EQ(UriText("https://example.com:0443/a/./b/../c"), "https://example.com/a/c");
  EXPECT_EQ(UriText("http://example.com/a/.."), "http://example.com/");
  EXPECT_EQ(UriText("http://example.com/../../x"), "http://example.com/x");
  EXPECT_EQ(UriText("http://[2001:DB8::0:1]:8080/"), "http://[2001:db8::1]:8080/");
  EXPECT_EQ(UriText("http://u:p@bücher.example/ä b#F"),
            "http://u:p@xn--bcher-kva.example/%C3%A4%20b#F");
  EXPECT_EQ(UriText("http://example.com/100%/%zz"), "http://example.com/100%25/%25zz");
  EXPECT_EQ(UriText("mailto:A@example.com"), "mailto:A@example.com");
}

TEST(UriTest, WhatIsNoUriIsNone) {
  for (const std::string_view text :
       {"", "example.com/a", "http://", "http:///path", "http://a b/", "http://example.com:70000/",
        "http://[::1/", "://x", "http://a.example/\n", "1http://example.com/"}) {
    EXPECT_EQ(UriText(text), "none") << text;
  }
}

TEST(IndicatorValueTest, DefangedFormsAreRead) {
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_URL, "hxxps://EVIL[.]example/a"),
            "https://evil.example/a");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_URL, "hXXp[://]evil(dot)example"), "http://evil.example/");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_IPV4, "198[.]51.100[.]7"), "198.51.100.7");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_EMAIL, "Mallory[at]evil[.]example"),
            "mallory@evil.example");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_DOMAIN, " evil{dot}example "), "evil.example");
}

TEST(IndicatorValueTest, WhatWasDefangedTwiceIsReadAndNotForEver) {
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_DOMAIN, "evil[[.]]example"), "evil.example");
  const std::string nested = std::string(40, '[') + "." + std::string(40, ']');
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_EMAIL, "a" + nested + "b@evil.example"), "none");
}

TEST(IndicatorValueTest, AValueOfAnotherTypeIsNone) {
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_IPV4, "2001:db8::1"), "none");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_IPV4_NET, "2001:db8::/32"), "none");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_SHA256, std::string(63, 'a')), "none");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_SHA256, std::string(64, 'g')), "none");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_EMAIL, "@example.org"), "none");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_ASN, "AS4294967296"), "none");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_MUTEX, " Global\\x "), "Global\\x");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_ASN, "as064500"), "AS64500");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_CERTIFICATE_HASH,
                      "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD"),
            "aabbccddeeff00112233445566778899aabbccdd");
}

TEST(IndicatorValueTest, HostsInUrlsAndMailAreJudgedLikeNames) {
  EXPECT_EQ(WhyNotBlock(v1::INDICATOR_TYPE_URL, "http://evil.example/"), "");
  EXPECT_NE(WhyNotBlock(v1::INDICATOR_TYPE_URL, "http://10.0.0.1/"), "");
  EXPECT_NE(WhyNotBlock(v1::INDICATOR_TYPE_EMAIL, "a@com"), "");
  EXPECT_NE(WhyNotBlock(v1::INDICATOR_TYPE_DOMAIN, "co.jp"), "");
  EXPECT_EQ(WhyNotBlock(v1::INDICATOR_TYPE_SHA256, std::string(64, 'a')), "");
}

TEST(IndicatorValueTest, FuzzyHashesAndBitcoinAddressesHaveAForm) {
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_SSDEEP, " 96:abC+/9:dEf,\"a.exe\""), "96:abC+/9:dEf");
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_SSDEEP, "3::"), "3::");
  for (const char* text : {"8.8.8.8", "a:b:c", ":b:c", "3:b", "3:b.c:d", "3:b:c:d"}) {
    EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_SSDEEP, text), "none") << text;
  }
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_TLSH, std::string(70, 'a')), std::string(70, 'A'));
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_TLSH, "t1" + std::string(70, '0')),
            "T1" + std::string(70, '0'));
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_TLSH, std::string(72, '0')), "none");
  const std::string base58 = "1" + std::string(33, 'z');
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_BITCOIN_ADDRESS, base58), base58);
  EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_BITCOIN_ADDRESS, "BC1Q" + std::string(38, 'Z')),
            "bc1q" + std::string(38, 'z'));
  for (const std::string& text : {std::string("8.8.8.8"), std::string("co.jp"), base58 + "l",
                                  "9" + std::string(33, 'z'), "bc1" + std::string(39, 'b')}) {
    EXPECT_EQ(Canonical(v1::INDICATOR_TYPE_BITCOIN_ADDRESS, text), "none") << text;
  }
}

TEST(IndicatorValueTest, WhatOnlyLooksLikeAnAddressIsNoTextToBlock) {
  for (const char* text : {"8.8.8.8", "10.0.0.0/8", "2606::", "http://a.example/", "co.jp"}) {
    EXPECT_NE(WhyNotBlock(v1::INDICATOR_TYPE_FILE_NAME, text), "") << text;
  }
  for (const char* text : {"invoice.exe", "Global\\x", "12345", "text/html", "Mozilla/5.0"}) {
    EXPECT_EQ(WhyNotBlock(v1::INDICATOR_TYPE_FILE_NAME, text), "") << text;
  }
}

// For all values: what is canonical stays, whatever it was made from.
TEST(IndicatorValueTest, TheCanonicalFormOfACanonicalFormIsItself) {
  constexpr std::string_view kBytes = "abZ019.:/%?#@[]()-_~ hxtp\xC3\xBC\\";
  std::mt19937 random(7);
  int canonical = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string value = i % 3 == 0 ? "http://a.example/" : "";
    const std::size_t length = 1 + random() % 24;
    for (std::size_t j = 0; j < length; ++j) value.push_back(kBytes[random() % kBytes.size()]);
    for (int type = v1::IndicatorType_MIN; type <= v1::INDICATOR_TYPE_EMAIL; ++type) {
      const auto once = CanonicalValue(static_cast<v1::IndicatorType>(type), value);
      if (!once) continue;
      ++canonical;
      EXPECT_EQ(CanonicalValue(static_cast<v1::IndicatorType>(type), *once), once)
          << type << " of " << value;
    }
  }
  EXPECT_GT(canonical, 20'000);
}

}  // namespace
}  // namespace renkei::record
