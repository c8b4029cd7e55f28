// A source of mail against real servers, without a node: dovecot to read from, exim for the
// receipts.

#include "tests/support/mail_servers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/base/clock.h"
#include "node/base/file.h"
#include "node/sources/run.h"

namespace renkei::sources {
namespace {

using testing_support::ImapServerProcess;
using testing_support::Mta;

class DraftingSink : public Sink {
 public:
  absl::StatusOr<Taken> Take(const config::SourceConfig&, const Item& item) override {
    payloads.push_back(item.payload);
    return Taken{.outcome = Outcome::kDraft, .draft = payloads.size()};
  }
  std::vector<std::string> payloads{};
};

std::string MailOf(int number, const std::string& more_header = "") {
  return fmt::format(
      "From: Mika <mika@reporter.example>\r\nSubject: Scans\r\nMessage-ID: "
      "<{}@reporter.example>\r\n"
      "{}\r\nA003 OK done\r\n* 1 FETCH (UID 9 BODY[] {{3}}\r\nseen\r\n",
      number, more_header);
}

class MailServers : public testing::Test {
 protected:
  MailServers() {
    EXPECT_TRUE(
        WriteFile(folder_.path() + "/mail.secret", "reports:right\n", FileMode::kSecret).ok());
    source_.receipt_by = {.name = "people",
                          .kind = config::PushKind::kMail,
                          .address = mta_.address(),
                          .from = "renkei@team.example",
                          .tls = {.ca = mta_.certificate()}};
  }
  absl::Status Run() {
    return RunSource(source_, folder_.path(), clock_, sink_, cancel_, state_).status;
  }

  Mta mta_;
  ImapServerProcess imap_;
  testing_support::TempFolder folder_;
  const SystemClock clock_;
  net::Cancel cancel_;
  DraftingSink sink_;
  SourceState state_;
  config::SourceConfig source_{.name = "reports",
                               .kind = config::SourceKind::kImap,
                               .url = imap_.UrlTls(),
                               .auth = config::SourceAuth::kBasic,
                               .secret = "mail.secret",
                               .ca = imap_.certificate(),
                               .receipt = "people"};
};

TEST_F(MailServers, MailsAreTakenOnceUnchangedAndTheirSenderIsTold) {
  imap_.Deliver(MailOf(1));
  imap_.Deliver(MailOf(1));
  imap_.Deliver(MailOf(2, "List-Id: <reports.example>\r\n"));
  ASSERT_TRUE(Run().ok()) << state_.last_error;
  EXPECT_EQ(sink_.payloads,
            (std::vector<std::string>{MailOf(1), MailOf(2, "List-Id: <reports.example>\r\n")}));
  EXPECT_EQ(state_.last.unchanged, 1U);
  mta_.WaitFor("the number 1");
  const std::string told = mta_.Mailbox();
  EXPECT_EQ(told.find("the number 2"), std::string::npos) << told;
  EXPECT_NE(told.find("To: mika@reporter.example"), std::string::npos) << told;
  EXPECT_NE(told.find("In-Reply-To: <1@reporter.example>"), std::string::npos) << told;
  EXPECT_NE(told.find("From MAILER-DAEMON"), std::string::npos) << "no null sender: " << told;
  EXPECT_TRUE(state_.receipts.waiting.empty());

  for (const std::string& file : imap_.Files()) {
    EXPECT_EQ(file.find(":2,S"), std::string::npos) << "marked as seen: " << file;
  }
  imap_.Deliver(MailOf(3));
  ASSERT_TRUE(Run().ok()) << state_.last_error;
  EXPECT_EQ(state_.last.listed, 1U);
  EXPECT_EQ(sink_.payloads.size(), 3U);
}

TEST_F(MailServers, StartTlsIsRequiredAndTheCertificateIsChecked) {
  imap_.Deliver(MailOf(1));
  source_.url = imap_.UrlPlain();
  source_.ca = mta_.certificate();
  EXPECT_EQ(Run().code(), absl::StatusCode::kFailedPrecondition) << state_.last_error;
  EXPECT_TRUE(sink_.payloads.empty());
  source_.ca = imap_.certificate();
  EXPECT_TRUE(Run().ok()) << state_.last_error;
  EXPECT_EQ(sink_.payloads.size(), 1U);
}

TEST_F(MailServers, AWrongPasswordAndAMissingMailboxAreSaid) {
  source_.url += "-none";
  EXPECT_EQ(Run().code(), absl::StatusCode::kFailedPrecondition) << state_.last_error;
  source_.url = imap_.UrlTls();
  ASSERT_TRUE(
      WriteFile(folder_.path() + "/mail.secret", "reports:wrong-one\n", FileMode::kSecret).ok());
  EXPECT_EQ(Run().code(), absl::StatusCode::kFailedPrecondition) << state_.last_error;
  EXPECT_EQ(state_.last_error.find("wrong-one"), std::string::npos) << state_.last_error;
}

}  // namespace
}  // namespace renkei::sources
