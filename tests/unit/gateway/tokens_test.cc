#include "node/gateway/tokens.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/gateway/limits.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

namespace renkei::gateway {
namespace {

class TokenBookTest : public testing::Test {
 protected:
  std::string Make(const std::string& name, std::optional<Timestamp> expires = {}) {
    auto text = book_.Make({.name = name, .scopes = {Scope::kLists}, .expires = expires});
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
  testing_support::FakeClock clock_{FromUnixSeconds(1'790'000'000)};
  testing_support::MemoryStore store_;
  TokenBook book_{store_, clock_};
};

TEST_F(TokenBookTest, ATokenIsKnownByItsTextAndIsNotKept) {
  const std::string text = Make("siem");
  ASSERT_TRUE(book_.Check(text, ""));
  EXPECT_EQ(book_.Check(text, "")->name, "siem");
  EXPECT_TRUE(book_.Check(text, "siem"));
  for (const auto& [key, row] : store_.rows()) {
    EXPECT_EQ(row.find(text), std::string::npos);
    EXPECT_EQ(row.find(text.substr(7)), std::string::npos);
  }
}

TEST_F(TokenBookTest, NothingElseLetsIn) {
  const std::string text = Make("siem");
  EXPECT_FALSE(book_.Check("", ""));
  EXPECT_FALSE(book_.Check(text + "a", ""));
  EXPECT_FALSE(book_.Check(text.substr(0, text.size() - 1), ""));
  EXPECT_FALSE(book_.Check(text, "other"));
  EXPECT_FALSE(book_.Check(std::string(100'000, 'a'), ""));
}

TEST_F(TokenBookTest, ItEndsWhenItExpiresOrIsRevoked) {
  const std::string brief = Make("brief", clock_.Now() + std::chrono::hours(1));
  const std::string revoked = Make("revoked");
  EXPECT_TRUE(book_.Check(brief, ""));
  clock_.Advance(std::chrono::hours(1));
  EXPECT_FALSE(book_.Check(brief, ""));
  EXPECT_TRUE(book_.Revoke("revoked").ok());
  EXPECT_FALSE(book_.Check(revoked, ""));
  EXPECT_EQ(book_.Revoke("revoked").code(), absl::StatusCode::kNotFound);
  TokenBook again(store_, clock_);
  ASSERT_TRUE(again.Load().ok());
  EXPECT_FALSE(again.Check(revoked, ""));
}

TEST_F(TokenBookTest, ItOutlivesARestartWithItsLastUse) {
  const std::string text = Make("siem");
  clock_.Advance(std::chrono::hours(2));
  ASSERT_TRUE(book_.Check(text, ""));
  TokenBook again(store_, clock_);
  ASSERT_TRUE(again.Load().ok());
  ASSERT_EQ(again.All().size(), 1U);
  EXPECT_EQ(again.All()[0].used, clock_.Now());
  EXPECT_TRUE(again.Check(text, "siem"));
}

TEST_F(TokenBookTest, UseIsWrittenDownAtMostOnceAMinute) {
  const std::string text = Make("siem");
  ASSERT_TRUE(book_.Check(text, ""));
  const auto first = book_.All()[0].used;
  clock_.Advance(kUseNotedEvery - std::chrono::seconds(1));
  ASSERT_TRUE(book_.Check(text, ""));
  EXPECT_EQ(book_.All()[0].used, first);
  clock_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(book_.Check(text, ""));
  EXPECT_EQ(book_.All()[0].used, clock_.Now());
}

TEST_F(TokenBookTest, WhatIsWrongWithANewOneIsSaid) {
  Make("siem");
  EXPECT_EQ(book_.Make({.name = "siem", .scopes = {Scope::kLists}}).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(book_.Make({.name = "A b", .scopes = {Scope::kLists}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book_.Make({.name = "none"}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book_.Make({.name = "late", .scopes = {Scope::kLists}, .expires = clock_.Now()})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  for (std::size_t i = 1; i < kTokensMax; ++i) Make("t" + std::to_string(i));
  EXPECT_EQ(book_.Make({.name = "more", .scopes = {Scope::kLists}}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(TokenBookTest, OneThatCouldNotBeStoredLetsNobodyIn) {
  store_.FailNextCommit();
  EXPECT_FALSE(book_.Make({.name = "siem", .scopes = {Scope::kLists}}).ok());
  EXPECT_TRUE(book_.All().empty());
}

TEST(CredentialsTest, BasicAndBearerAreRead) {
  const auto basic = ReadCredentials("Basic " + Base64Encode("siem:renkei-abc:d"));
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->name, "siem");
  EXPECT_EQ(basic->token, "renkei-abc:d");
  const auto bearer = ReadCredentials("bearer renkei-abc");
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->name, "");
  EXPECT_EQ(bearer->token, "renkei-abc");
}

TEST(CredentialsTest, AnythingElseIsNone) {
  for (const std::string& header :
       {std::string(""), std::string("Basic"), std::string("Basic "), std::string("Basic ***"),
        "Basic " + Base64Encode("no colon"), "Basic " + Base64Encode(":no name"),
        std::string("Digest a=b"), "Bearer " + std::string(kCredentialBytesMax, 'a')}) {
    EXPECT_FALSE(ReadCredentials(header)) << header.substr(0, 40);
  }
}

}  // namespace
}  // namespace renkei::gateway
