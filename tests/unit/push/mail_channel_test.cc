#include "node/push/mail_channel.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "tests/support/feed_rig.h"

namespace renkei::push {
namespace {

using testing_support::FeedRig;

struct Mail {
  std::string to{};
  std::string text{};

  bool Says(std::string_view what) const { return text.find(what) != std::string::npos; }
};

class MailChannelTest : public testing::Test {
 protected:
  MailChannelTest() {
    target_.from = "renkei@team.example";
    target_.link = "https://console.team.example/records/{id}";
    target_.rules = {
        {.to = {"duty@team.example"}, .filter = {.kinds = {"incident"}, .severity = "high"}}};
  }
  MailChannel& Channel() {
    if (channel_ == nullptr) {
      channel_ = std::make_unique<MailChannel>(
          target_, *rig_.hub.store, rig_.clock,
          [this](const std::string&, const std::string& to, const std::string& text) {
            const auto answer = answers_.find(to);
            if (answer != answers_.end()) return answer->second;
            mails_.push_back({to, text});
            return absl::OkStatus();
          });
    }
    return *channel_;
  }
  Event Make(EventType type, int number = 1,
             policy::Severity severity = policy::Severity::kHigh) const {
    Event event{.type = type,
                .delivery = fmt::format("{:032}", number * 10 + static_cast<int>(type)),
                .id = *record::RecordId::From(Bytes(16, static_cast<char>(number))),
                .expires = rig_.clock.Now() + std::chrono::hours(24 * 30),
                .kind = policy::Kind::kIncident,
                .tlp = policy::Tlp::kAmber,
                .severity = type == EventType::kRecord ? severity : policy::Severity::kUnspecified,
                .author = "alpha",
                .circles = {"energy"}};
    if (type != EventType::kRecord) return event;
    event.held.emplace();
    event.held->sections.mutable_summary()->add_title()->set_value("Phishing");
    event.held->sections.mutable_summary()->add_description()->set_value("By a letter.");
    return event;
  }
  Delivered Send(const Event& event) { return Channel().Deliver(std::span(&event, 1)); }
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Mail& mail : mails_) {
      const std::size_t at = mail.text.find("\r\nSubject: ") + 11;
      told.push_back(mail.to.substr(0, mail.to.find('@')) + ": " +
                     mail.text.substr(at, mail.text.find("\r\n", at) - at));
    }
    mails_.clear();
    return told;
  }

  FeedRig rig_;
  config::PushTarget target_{.name = "mail", .kind = config::PushKind::kMail};
  std::vector<Mail> mails_;
  std::map<std::string, absl::Status> answers_;
  std::unique_ptr<MailChannel> channel_;
};

using Strings = std::vector<std::string>;

TEST_F(MailChannelTest, TellsWhomTheRulesNameAndNoWordOfTheRecord) {
  EXPECT_EQ(Send(Make(EventType::kRecord)).done, 1u);
  ASSERT_EQ(mails_.size(), 1u);
  EXPECT_TRUE(mails_[0].Says("\r\nFrom: renkei@team.example\r\n"));
  EXPECT_TRUE(
      mails_[0].Says("https://console.team.example/records/01010101010101010101010101010101"));
  EXPECT_TRUE(mails_[0].Says("renkei ack 01010101"));
  EXPECT_FALSE(mails_[0].Says("Phishing"));
  EXPECT_EQ(Told(), Strings{"duty: [TLP:AMBER] incident 01010101 from energy"});
  EXPECT_EQ(Send(Make(EventType::kRecord, 2, policy::Severity::kLow)).done, 1u);
  EXPECT_TRUE(mails_.empty());
}

TEST_F(MailChannelTest, FullTextsGoOnlyUpToGreen) {
  target_.full = true;
  Send(Make(EventType::kRecord));
  EXPECT_FALSE(mails_[0].Says("Phishing"));
  Event green = Make(EventType::kRecord, 2);
  green.tlp = policy::Tlp::kGreen;
  Send(green);
  EXPECT_TRUE(mails_[1].Says("Phishing"));
  EXPECT_TRUE(mails_[1].Says("By a letter."));
}

TEST_F(MailChannelTest, OnlyWhoWasToldHearsOfAWithdrawal) {
  Send(Make(EventType::kRecord, 1));
  Send(Make(EventType::kRecord, 2, policy::Severity::kLow));
  mails_.clear();
  EXPECT_EQ(Send(Make(EventType::kWithdrawn, 2)).done, 1u);
  EXPECT_EQ(Send(Make(EventType::kWithdrawn, 1)).done, 1u);
  EXPECT_EQ(Told(), Strings{"duty: [TLP:AMBER] withdrawn: 01010101 from energy"});
  EXPECT_EQ(Send(Make(EventType::kWithdrawn, 1)).done, 1u);
  EXPECT_TRUE(mails_.empty());
}

TEST_F(MailChannelTest, OneMailboxThatIsWrongKeepsNobodyFromBeingToldAndNobodyTwice) {
  target_.rules[0].to = {"a@team.example", "gone@team.example", "z@team.example"};
  answers_["gone@team.example"] = InvalidArgument("refused with 550");
  const Delivered first = Send(Make(EventType::kRecord));
  EXPECT_TRUE(first.refused);
  EXPECT_TRUE(Send(Make(EventType::kRecord)).refused);
  EXPECT_EQ(mails_.size(), 2u);
  answers_["gone@team.example"] = Unavailable("busy");
  EXPECT_FALSE(Send(Make(EventType::kRecord)).refused);
  answers_.clear();
  EXPECT_EQ(Send(Make(EventType::kRecord)).done, 1u);
  EXPECT_EQ(mails_.size(), 3u);
}

TEST_F(MailChannelTest, OverItsLimitAMailboxIsToldTogetherLater) {
  target_.per_hour = 2;
  for (int number = 1; number <= 5; ++number) {
    EXPECT_EQ(Send(Make(EventType::kRecord, number)).done, 1u);
  }
  EXPECT_EQ(Told().size(), 2u);
  EXPECT_TRUE(Channel().Tend().ok());
  EXPECT_TRUE(mails_.empty());
  EXPECT_EQ(Send(Make(EventType::kWithdrawn, 5)).done, 1u);  // nobody had heard of it
  EXPECT_TRUE(mails_.empty());
  rig_.clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(Channel().Tend().ok());
  ASSERT_EQ(mails_.size(), 1u);
  EXPECT_TRUE(mails_[0].Says("incident 03030303 from energy"));
  EXPECT_FALSE(mails_[0].Says("05050505"));
  EXPECT_EQ(Told(), Strings{"duty: 2 records from renkei"});
}

TEST_F(MailChannelTest, ADigestComesOnceADayAtItsHour) {
  target_.rules[0].digest = true;
  target_.digest_hour = 0;
  EXPECT_TRUE(Channel().Tend().ok());
  Send(Make(EventType::kRecord, 1));
  Send(Make(EventType::kRecord, 2));
  Send(Make(EventType::kRetracted, 2));
  rig_.clock.Advance(std::chrono::hours(24));
  channel_.reset();  // as after a restart
  EXPECT_TRUE(Channel().Tend().ok());
  ASSERT_EQ(mails_.size(), 1u);
  EXPECT_TRUE(mails_[0].Says("01010101010101010101010101010101"));
  EXPECT_FALSE(mails_[0].Says("02020202"));
  EXPECT_EQ(Told(), Strings{"duty: 1 record from renkei"});
  rig_.clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(Channel().Tend().ok());
  rig_.clock.Advance(std::chrono::hours(24));
  EXPECT_TRUE(Channel().Tend().ok());
  EXPECT_TRUE(mails_.empty());
}

TEST_F(MailChannelTest, ADigestThatFailsComesLater) {
  target_.rules[0].digest = true;
  EXPECT_TRUE(Channel().Tend().ok());
  Send(Make(EventType::kRecord, 1));
  rig_.clock.Advance(std::chrono::hours(24));
  answers_["duty@team.example"] = Unavailable("away");
  EXPECT_FALSE(Channel().Tend().ok());
  answers_.clear();
  EXPECT_TRUE(Channel().Tend().ok());
  EXPECT_EQ(mails_.size(), 1u);
}

TEST(MailMessageTest, NothingCanBeginAnotherHeader) {
  const MailParts parts{.from = "renkei@team.example",
                        .to = "duty@team.example",
                        .subject = "one\r\nBcc: someone@else.example\r\n\r\nbody",
                        .body = "text\n",
                        .message_id = "abc",
                        .date = FromUnixSeconds(1'790'000'000)};
  const std::string text = MailText(parts);
  EXPECT_EQ(text.find("\r\nBcc"), std::string::npos);
  EXPECT_NE(text.find("\r\nSubject: one??Bcc: someone@else.example????body\r\n"), std::string::npos)
      << text;
  EXPECT_TRUE(text.starts_with("Date: Mon, 21 Sep 2026 14:13:20 +0000\r\nFrom: renkei@"));
  EXPECT_NE(text.find("\r\nMessage-ID: <abc@team.example>\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\ntext\r\n"));
}

TEST(MailMessageTest, OtherLettersGoAsEncodedWordsOfWholeCharacters) {
  const std::string encoded =
      EncodeHeaderText("攻撃 からの 報告 攻撃 からの 報告 攻撃 からの 報告");
  std::string decoded;
  for (std::size_t at = 0; (at = encoded.find("=?UTF-8?B?", at)) != std::string::npos;) {
    const std::size_t end = encoded.find("?=", at);
    ASSERT_LE(end + 2 - at, 75u);  // RFC 2047, section 2
    const auto word = Base64Decode(std::string_view(encoded).substr(at + 10, end - at - 10));
    ASSERT_TRUE(word);
    EXPECT_TRUE(IsUtf8(*word));
    decoded += *word;
    at = end;
  }
  EXPECT_EQ(decoded, "攻撃 からの 報告 攻撃 からの 報告 攻撃 からの 報告");
  EXPECT_EQ(EncodeHeaderText("plain"), "plain");
  EXPECT_TRUE(EncodeHeaderText("=?UTF-8?B?AAAA?=").starts_with("=?UTF-8?B?PT9V"));
}

TEST(MailMessageTest, ABodyOfOtherLettersIsEncoded) {
  const std::string text = MailText({.from = "a@b.example", .to = "c@d.example", .body = "報告\n"});
  EXPECT_NE(text.find("\r\nContent-Transfer-Encoding: base64\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n" + Base64Encode("報告\r\n") + "\r\n")) << text;
}

}  // namespace
}  // namespace renkei::push
