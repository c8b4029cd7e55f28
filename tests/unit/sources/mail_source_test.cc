// A mailbox whose messages become items, each once.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "node/sources/limits.h"
#include "tests/support/imap_host.h"
#include "tests/unit/sources/sources_rig.h"

namespace renkei::sources {
namespace {

std::string MailOf(const std::string& id, const std::string& body = "seen",
                   const std::string& from = "mika@reporter.example") {
  return fmt::format("From: {}\r\nSubject: Scans\r\nMessage-ID: <{}>\r\n\r\n{}\r\n", from, id,
                     body);
}

class MailSourceTest : public SourceTest {
 protected:
  MailSourceTest() {
    config_.kind = config::SourceKind::kImap;
    config_.url = host_.Url();
    config_.secret = "mail.secret";
    EXPECT_TRUE(
        WriteFile(folder_.path() + "/mail.secret", "reports:right\n", FileMode::kSecret).ok());
    sink_.answer = [this](const Item& item) -> absl::StatusOr<Taken> {
      sink_.items.push_back(item);
      return Taken{.outcome = Outcome::kDraft, .draft = sink_.items.size()};
    };
  }

  testing_support::ImapHost host_;
};

TEST_F(MailSourceTest, EachMessageIsTakenOnce) {
  host_.Put(3, MailOf("1@r.example"));
  host_.Put(4, MailOf("2@r.example"));
  EXPECT_EQ(Fetch().drafts, 2U);
  ASSERT_EQ(sink_.items.size(), 2U);
  EXPECT_EQ(sink_.items[0].payload, MailOf("1@r.example"));
  EXPECT_EQ(sink_.items[0].name, "message 3");
  EXPECT_EQ(state_.cursor, "7:4");
  EXPECT_EQ(Fetch().listed, 0U);
  host_.Put(9, MailOf("3@r.example"));
  EXPECT_EQ(Fetch().drafts, 1U);
  EXPECT_EQ(sink_.items.size(), 3U);
}

// The mailbox stood still at it for ever.
TEST_F(MailSourceTest, AMessageThatTheServerNeverGivesIsPassedAfterAFewRuns) {
  host_.Put(1, MailOf("1@r.example"));
  host_.Put(2, MailOf("2@r.example"));
  host_.Answer([](const std::string& command) -> std::optional<std::string> {
    if (command.starts_with("UID FETCH 1 ") && command.find("BODY") != std::string::npos) {
      return "{tag} NO can't convert it\r\n";
    }
    return std::nullopt;
  });
  for (int i = 0; i < kTriesMax; ++i) {
    EXPECT_TRUE(sink_.items.empty()) << i;
    EXPECT_FALSE(Run().status.ok()) << i;
  }
  EXPECT_EQ(state_.last.unreadable, 1U);
  EXPECT_EQ(Fetch().drafts, 1U);
  EXPECT_EQ(sink_.items.at(0).payload, MailOf("2@r.example"));
}

TEST_F(MailSourceTest, AMessageThatIsGoneMeanwhileIsCounted) {
  host_.Put(1, MailOf("1@r.example"));
  host_.Answer([](const std::string& command) -> std::optional<std::string> {
    if (command.starts_with("UID FETCH")) return "{tag} OK\r\n";
    return std::nullopt;
  });
  EXPECT_EQ(Fetch().gone, 1U);
}

TEST_F(MailSourceTest, AMailThatComesAgainIsKnownByItsIdAndSender) {
  host_.Put(1, MailOf("1@r.example"));
  host_.Put(2, MailOf("1@r.example", "changed"));
  host_.Put(3, MailOf("1@r.example", "seen", "noor@other.example"));
  host_.Put(4, "From: a@b.example\r\nSubject: no id\r\n\r\nx");
  host_.Put(5, "From: a@b.example\r\nSubject: no id\r\n\r\nx");
  const Counts counts = Fetch();
  EXPECT_EQ(counts.drafts, 3U);
  EXPECT_EQ(counts.unchanged, 2U);
  EXPECT_EQ(sink_.items[0].payload, MailOf("1@r.example"));
}

TEST_F(MailSourceTest, AMailboxThatWasMadeAnewIsReadAgainAndNothingDoubled) {
  host_.Put(8, MailOf("1@r.example"));
  EXPECT_EQ(Fetch().drafts, 1U);
  host_.SetValidity(8);
  host_.Put(1, MailOf("2@r.example"));
  const Counts counts = Fetch();
  EXPECT_EQ(counts.drafts, 1U);
  EXPECT_EQ(counts.unchanged, 1U);
  EXPECT_EQ(state_.cursor, "8:8");
}

TEST_F(MailSourceTest, WhatTheNodeCantTakeIsAskedForAgain) {
  host_.Put(1, MailOf("1@r.example"));
  host_.Put(2, MailOf("2@r.example"));
  sink_.answer = [this](const Item& item) -> absl::StatusOr<Taken> {
    if (sink_.items.size() == 1) return ResourceExhausted("200 drafts wait already");
    sink_.items.push_back(item);
    return Taken{.outcome = Outcome::kDraft, .draft = 1};
  };
  EXPECT_NE(Why().find("message 2: 200 drafts"), std::string::npos);
  EXPECT_EQ(state_.cursor, "7:1");
  EXPECT_EQ(state_.failures, 1);
  sink_.items.clear();
  EXPECT_EQ(Fetch().drafts, 1U);
  EXPECT_EQ(sink_.items[0].payload, MailOf("2@r.example"));
}

TEST_F(MailSourceTest, WhatCantBeReadIsCountedAndHoldsUpNothing) {
  host_.Put(1, "\r\nno header");
  host_.Put(2, "From: a@b.example\r\n" + std::string(kMailBytesMax, 'x'));
  host_.Put(3, MailOf("3@r.example"));
  const Counts counts = Fetch();
  EXPECT_EQ(counts.unreadable, 2U);
  EXPECT_EQ(counts.drafts, 1U);
  EXPECT_NE(state_.last_error.find("message 2: "), std::string::npos) << state_.last_error;
  for (const std::string& command : host_.commands()) {
    EXPECT_EQ(command.find("UID FETCH 2 (UID BODY"), std::string::npos) << "fetched though too big";
  }
}

TEST_F(MailSourceTest, ARunTakesSoManyAndLeavesTheRest) {
  config_.events_max = 2;
  for (std::uint32_t uid = 1; uid <= 5; ++uid) host_.Put(uid, MailOf(fmt::format("{}@x", uid)));
  EXPECT_EQ(Fetch().left, 3U);
  EXPECT_EQ(Fetch().left, 1U);
  EXPECT_EQ(Fetch().left, 0U);
  EXPECT_EQ(sink_.items.size(), 5U);
}

TEST_F(MailSourceTest, WithoutItsSecretNothingIsSaid) {
  EXPECT_EQ(chmod((folder_.path() + "/mail.secret").c_str(), 0644), 0);
  EXPECT_EQ(Run().status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(host_.commands().empty());
}

}  // namespace
}  // namespace renkei::sources
