#include "node/net/url.h"

#include <gtest/gtest.h>

namespace renkei::net {
namespace {

TEST(UrlTest, PartsAreThoseThatWillBeConnectedTo) {
  const auto url = ParseUrl("HTTPS://Feed.Example/misp/manifest.json?a=b");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "feed.example");
  EXPECT_EQ(url->port, "443");
  EXPECT_EQ(url->path, "/misp/manifest.json");
  EXPECT_EQ(url->query, "a=b");
  EXPECT_EQ(url->ToText(), "https://feed.example:443/misp/manifest.json?a=b");
  EXPECT_EQ(url->Shown(), "https://feed.example:443/misp/manifest.json");
  EXPECT_EQ(ParseUrl("http://[2001:db8::1]:8080")->ToText(), "http://[2001:db8::1]:8080/");
}

TEST(UrlTest, APasswordInItIsRefusedAndNotRepeated) {
  const auto url = ParseUrl("https://anna:hunter2@feed.example/");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(Message(url.status()).find("hunter2"), std::string::npos);
}

TEST(UrlTest, WhatIsNoUrlOfANetworkServiceIsRefused) {
  for (const std::string text :
       {"", "feed.example/x y", "file:///etc/passwd", "gopher://feed.example/", "https://",
        "https://feed.example/#part", "https://feed.example:0/", "https://feed.example:99999/",
        "https://feed.example/\n",
        "https://fe\xc3\xa9"
        "d.example/"}) {
    EXPECT_EQ(ParseUrl(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(ParseUrl("https://feed.example/" + std::string(kUrlBytesMax, 'a')).ok());
}

TEST(UrlTest, AReferenceIsResolvedAgainstItsDocument) {
  const auto base = ParseUrl("https://taxii.example/taxii2/");
  ASSERT_TRUE(base.ok());
  EXPECT_EQ(ResolveUrl(*base, "/api1/")->ToText(), "https://taxii.example:443/api1/");
  EXPECT_EQ(ResolveUrl(*base, "x/y")->path, "/taxii2/x/y");
  EXPECT_TRUE(SameOrigin(*base, *ResolveUrl(*base, "https://TAXII.example:443/a")));
  EXPECT_FALSE(SameOrigin(*base, *ResolveUrl(*base, "https://taxii.example:444/a")));
  EXPECT_FALSE(SameOrigin(*base, *ResolveUrl(*base, "//other.example/a")));
  EXPECT_FALSE(ResolveUrl(*base, "file:///etc/passwd").ok());
}

TEST(UrlTest, OnlyThisMachineIsLoopback) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "localhost", "[::1]"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const char* host : {"127.0.0.1.example", "192.0.2.1", "localhost.example", "[::2]", ""}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

TEST(UrlTest, ASegmentCannotLeaveItsPlace) {
  EXPECT_EQ(UrlEscape("a-Z_0.~"), "a-Z_0.~");
  EXPECT_EQ(UrlEscape("../x?y#z&\xc3\xa9"), "..%2Fx%3Fy%23z%26%C3%A9");
}

}  // namespace
}  // namespace renkei::net
