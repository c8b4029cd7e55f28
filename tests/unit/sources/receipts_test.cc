// Who is told that a mail has come, how often, and who never is.

#include "node/sources/receipts.h"

#include <gtest/gtest.h>

#include "node/sources/limits.h"
#include "tests/support/fake_clock.h"

namespace renkei::sources {
namespace {

class ReceiptsTest : public testing::Test {
 protected:
  ReceiptsTest() { source_.receipt_by.from = "renkei@team.example"; }
  Receipts Make() {
    return Receipts(
        source_, book_, clock_,
        [this] {
          saved_ = book_;
          return absl::OkStatus();
        },
        [this](const std::string& to, const std::string& text) {
          kept_before_ = !saved_.waiting.empty() && saved_.waiting.front().begun;
          sent_.push_back(to);
          text_ = text;
          return to == broken_ ? Unavailable("451") : answer_;
        });
  }
  static formats::MailEnvelope From(const std::string& address) {
    return {.from_name = "Evil\r\nBcc: all@team.example",
            .from_address = address,
            .subject = "A Word Of The Mail",
            .message_id = "<1@reporter.example>"};
  }
  // What one mail leads to.
  std::vector<std::string> Told(const formats::MailEnvelope& envelope, const std::string& key) {
    Receipts receipts = Make();
    receipts.Owe(envelope, key, 42);
    EXPECT_TRUE(receipts.SendAll().ok());
    return std::exchange(sent_, {});
  }

  const std::vector<std::string> nobody_{};
  config::SourceConfig source_{.name = "mail", .receipt = "people"};
  ReceiptBook book_;
  ReceiptBook saved_;
  testing_support::FakeClock clock_{FromUnixSeconds(1'795'311'000)};
  std::vector<std::string> sent_;
  std::string text_;
  bool kept_before_ = false;
  absl::Status answer_ = absl::OkStatus();
  std::string broken_{};
};

TEST_F(ReceiptsTest, TheSenderIsToldTheNumberAndNothingOfTheMail) {
  EXPECT_EQ(Told(From("mika@reporter.example"), "k1"),
            (std::vector<std::string>{"mika@reporter.example"}));
  EXPECT_TRUE(kept_before_);
  for (const char* line :
       {"To: mika@reporter.example\r\n", "From: renkei@team.example\r\n",
        "Auto-Submitted: auto-replied\r\n", "In-Reply-To: <1@reporter.example>\r\n",
        "References: <1@reporter.example>\r\n", "the number 42"}) {
    EXPECT_NE(text_.find(line), std::string::npos) << line << text_;
  }
  for (const char* word : {"Evil", "Bcc", "A Word Of The Mail"}) {
    EXPECT_EQ(text_.find(word), std::string::npos) << word;
  }
  EXPECT_TRUE(book_.waiting.empty());
}

TEST_F(ReceiptsTest, NobodyIsToldTwiceOfOneMail) {
  EXPECT_EQ(Told(From("a@b.example"), "k1").size(), 1U);
  clock_.Advance(2 * kReceiptPause);
  EXPECT_EQ(Told(From("a@b.example"), "k1"), nobody_);
}

TEST_F(ReceiptsTest, OneAddressIsToldOnceInAWhile) {
  EXPECT_EQ(Told(From("a@b.example"), "k1").size(), 1U);
  EXPECT_EQ(Told(From("A@B.example"), "k2"), nobody_);
  clock_.Advance(kReceiptPause);
  EXPECT_EQ(Told(From("a@b.example"), "k3").size(), 1U);
}

TEST_F(ReceiptsTest, ADayHasSoManyWhoeverAsks) {
  std::size_t told = 0;
  for (std::size_t i = 0; i < kReceiptsPerDayMax + 50; ++i) {
    told += Told(From(fmt::format("a{}@b.example", i)), fmt::format("k{}", i)).size();
  }
  EXPECT_EQ(told, kReceiptsPerDayMax);
  clock_.Advance(std::chrono::hours(24));
  EXPECT_EQ(Told(From("z@b.example"), "kz").size(), 1U);
}

TEST_F(ReceiptsTest, MachinesListsAndOurselvesAreNeverAnswered) {
  formats::MailEnvelope automatic = From("a@b.example");
  automatic.automatic = true;
  EXPECT_EQ(Told(automatic, "k1"), nobody_);
  EXPECT_EQ(Told(From(""), "k2"), nobody_);
  for (const char* address : {"RENKEI@team.example", "MAILER-DAEMON@b.example",
                              "no-reply@b.example", "list-request@b.example"}) {
    EXPECT_EQ(Told(From(address), address), nobody_) << address;
  }
  source_.receipt.clear();
  EXPECT_EQ(Told(From("a@b.example"), "k3"), nobody_);
}

TEST_F(ReceiptsTest, WhatFailsWaitsAFewTries) {
  answer_ = Unavailable("no route");
  Receipts receipts = Make();
  receipts.Owe(From("a@b.example"), "k1", 42);
  for (int i = 0; i < kReceiptTriesMax; ++i) {
    EXPECT_EQ(book_.waiting.size(), 1U) << i;
    EXPECT_TRUE(receipts.SendAll().ok());
  }
  EXPECT_TRUE(book_.waiting.empty());
  EXPECT_EQ(sent_.size(), static_cast<std::size_t>(kReceiptTriesMax));
}

TEST_F(ReceiptsTest, AnAddressThatIsRefusedHoldsUpNobody) {
  answer_ = InvalidArgument("550");
  Receipts receipts = Make();
  receipts.Owe(From("a@b.example"), "k1", 42);
  receipts.Owe(From("c@b.example"), "k2", 43);
  EXPECT_TRUE(receipts.SendAll().ok());
  EXPECT_EQ(sent_, (std::vector<std::string>{"a@b.example", "c@b.example"}));
  EXPECT_TRUE(book_.waiting.empty());
}

// It was at the head of the queue for five runs, and nobody behind it was told.
TEST_F(ReceiptsTest, AnAddressThatFailsHoldsUpNobody) {
  broken_ = "a@b.example";
  Receipts receipts = Make();
  for (const char* to : {"a@b.example", "c@b.example", "d@b.example"}) {
    receipts.Owe(From(to), to, 42);
  }
  EXPECT_TRUE(receipts.SendAll().ok());
  EXPECT_EQ(sent_, (std::vector<std::string>{"a@b.example", "c@b.example", "d@b.example"}));
  ASSERT_EQ(book_.waiting.size(), 1U);
  EXPECT_FALSE(book_.waiting.front().begun);
}

TEST_F(ReceiptsTest, AServerThatTakesNothingIsNotAskedForEach) {
  answer_ = Unavailable("no route");
  Receipts receipts = Make();
  for (int i = 0; i < 10; ++i) {
    receipts.Owe(From(fmt::format("a{}@b.example", i)), fmt::format("k{}", i), 42);
  }
  EXPECT_TRUE(receipts.SendAll().ok());
  EXPECT_EQ(sent_.size(), static_cast<std::size_t>(kReceiptFailuresMax));
  EXPECT_EQ(book_.waiting.size(), 10U);
}

TEST_F(ReceiptsTest, AKillWhileOneIsSentSendsItNotAgain) {
  book_.waiting = {{.key = "k1", .to = "a@b.example", .draft = 1, .tries = 1, .begun = true},
                   {.key = "k2", .to = "c@b.example", .draft = 2}};
  EXPECT_TRUE(Make().SendAll().ok());
  EXPECT_EQ(sent_, (std::vector<std::string>{"c@b.example"}));
}

}  // namespace
}  // namespace renkei::sources
