// People without a node report by mail: through a real IMAP server (dovecot) in, and a real MTA
// (exim) for the receipts, both on loopback.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/mail_servers.h"

namespace renkei::testing_support {
namespace {

std::string Mail(const std::string& id, const std::string& body,
                 const std::string& more_header = "") {
  return fmt::format(
      "From: Mika Example <mika@reporter.example>\r\nTo: reports@team.example\r\n"
      "Subject: [TLP:GREEN] Scans of ports\r\nDate: Sun, 22 Nov 2026 10:30:00 +0000\r\n"
      "Message-ID: <{}@reporter.example>\r\n{}\r\n{}\r\n",
      id, more_header, body);
}

std::size_t Times(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}

class MailIn : public testing::Test {
 protected:
  void AddSource(const std::string& url, const std::string& ca, const std::string& more = "") {
    WriteText(alpha_.folder() + "/mail.secret", "reports:right\n");
    ASSERT_EQ(RunProgram({"chmod", "600", alpha_.folder() + "/mail.secret"}).exit_status, 0);
    const std::string config = alpha_.folder() + "/node.toml";
    WriteText(config,
              ReadText(config) + fmt::format("\n[[source]]\nname = \"reports\"\nkind = \"imap\"\n"
                                             "url = \"{}\"\nca = \"{}\"\nsecret = \"mail.secret\"\n"
                                             "every = \"1d\"\ntags = [\"reported\"]\n{}",
                                             url, ca, more));
  }
  void AddMailTarget() {
    const std::string config = alpha_.folder() + "/node.toml";
    WriteText(config,
              ReadText(config) + fmt::format("\n[[push]]\nname = \"people\"\nkind = \"mail\"\n"
                                             "address = \"{}\"\nca = \"{}\"\n"
                                             "from = \"renkei@team.example\"\npaused = true\n"
                                             "[[push.rule]]\nto = [\"duty@team.example\"]\n",
                                             mta_.address(), mta_.certificate()));
  }
  Json Run() const { return alpha_.Ask({"source", "run", "reports"}); }
  std::vector<std::string> Waiting() const {
    std::vector<std::string> numbers;
    const Json all = alpha_.Ask({"drafts"});
    for (const Json& draft : all["drafts"]) {
      numbers.push_back(draft["draft"].dump());
    }
    return numbers;
  }

  Mta mta_;
  ImapServerProcess imap_;
  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited", {.start = false});
};

TEST_F(MailIn, AReportBecomesADraftWithANumberAndItsSenderIsTold) {
  AddMailTarget();
  AddSource(imap_.UrlTls(), imap_.certificate(), "receipt = \"people\"\n");
  alpha_.Start();
  imap_.Deliver(Mail("1", "Many tries from 198[.]51[.]100[.]7, call me: +44 20 7946 0123"));
  imap_.Deliver(Mail("1", "The same once more"));
  imap_.Deliver(Mail("2", "From a list", "List-Id: <reports.example>\r\n"));
  const Json run = Run();
  EXPECT_EQ(run["failures"], 0) << run.dump();
  EXPECT_EQ(run["last"]["drafts"], 2) << run.dump();
  EXPECT_EQ(run["last"]["unchanged"], 1) << run.dump();
  ASSERT_EQ(Waiting(), (std::vector<std::string>{"1", "2"}));

  mta_.WaitFor("the number 1");
  const std::string told = mta_.Mailbox();
  EXPECT_EQ(Times(told, "Auto-Submitted: auto-replied"), 1U) << told;
  EXPECT_NE(told.find("To: mika@reporter.example"), std::string::npos) << told;
  EXPECT_NE(told.find("In-Reply-To: <1@reporter.example>"), std::string::npos) << told;
  EXPECT_NE(told.find("From MAILER-DAEMON"), std::string::npos) << told;
  EXPECT_EQ(told.find("Scans"), std::string::npos) << told;

  // The person who decides sees who wrote it; what would leave does not say it.
  Json shown = alpha_.Ask({"drafts", "show", "1"});
  EXPECT_EQ(shown["author"], "source:reports");
  Json& record = shown["records"][0];
  EXPECT_EQ(record["import"]["reporter"]["address"], "mika@reporter.example");
  EXPECT_EQ(record["tlp"], "green");
  record.erase("import");
  EXPECT_EQ(record.dump().find("mika"), std::string::npos) << record.dump();
  const Ran page = alpha_.Cli({"drafts", "show", "1"});
  EXPECT_NE(page.out.find("Mika Example <mika@reporter.example>"), std::string::npos) << page.out;

  // The mailbox is as it was: nothing is deleted, moved or flagged.
  const std::vector<std::string> files = imap_.Files();
  EXPECT_EQ(files.size(), 3U);
  for (const std::string& file : files) EXPECT_EQ(file.find(":2,S"), std::string::npos) << file;
  EXPECT_EQ(Run()["last"]["listed"], 0);
  EXPECT_EQ(Times(mta_.Mailbox(), "Auto-Submitted: auto-replied"), 1U);
  community_.StopAll();
}

TEST_F(MailIn, ANodeThatIsKilledAmidARunLosesAndDoublesNothing) {
  AddSource(imap_.UrlTls(), imap_.certificate());
  for (int i = 1; i <= 40; ++i) imap_.Deliver(Mail(std::to_string(i), fmt::format("report {}", i)));
  alpha_.Start();
  alpha_.Cli({"source", "run", "reports", "--wait", "0"});
  WaitUntil("a draft waits", [this] { return !Waiting().empty(); });
  alpha_.Kill();
  alpha_.Start();
  EXPECT_EQ(Run()["failures"], 0);
  EXPECT_EQ(Waiting().size(), 40U);
  community_.StopAll();
}

TEST_F(MailIn, StartTlsIsRequiredAndTheCertificateIsChecked) {
  imap_.Deliver(Mail("1", "seen"));
  AddSource(imap_.UrlPlain(), imap_.certificate());
  alpha_.Start();
  EXPECT_EQ(Run()["last"]["drafts"], 1);
  alpha_.Stop();
  const std::string config = alpha_.folder() + "/node.toml";
  std::string text = ReadText(config);
  text.replace(text.find(imap_.certificate()), imap_.certificate().size(), mta_.certificate());
  WriteText(config, text);
  alpha_.Start();
  const Ran failed = alpha_.Cli({"source", "run", "reports"});
  EXPECT_EQ(failed.exit_status, 1);
  EXPECT_NE(failed.err.find("certificate"), std::string::npos) << failed.err;
  EXPECT_EQ(failed.err.find("right"), std::string::npos) << failed.err;
  community_.StopAll();
}

TEST_F(MailIn, AMailAsAFileIsImportedAndShownWithoutItsSender) {
  alpha_.Start();
  const std::string file = community_.folder() + "/report.eml";
  WriteText(file, Mail("1", "Seen at hxxps://login[.]portal[.]example/a"));
  const Ran preview = alpha_.Cli({"publish", file, "--dry-run"});
  EXPECT_NE(preview.out.find("Scans of ports"), std::string::npos) << preview.out << preview.err;
  const Json draft = alpha_.Ask({"import", file})["files"][0];
  EXPECT_EQ(draft["result"], "pending") << draft.dump();
  const std::string number = draft["draft"].dump();
  alpha_.Ask({"drafts", "show", number});
  const Json approved = alpha_.Ask({"approve", number});
  EXPECT_EQ(approved["result"], "approved") << approved.dump();
  community_.WaitUntilCaughtUp(alpha_);
  const Ran csv = alpha_.Cli({"export", "csv"});
  EXPECT_NE(csv.out.find("https://login.portal.example/a"), std::string::npos) << csv.out;
  EXPECT_EQ(csv.out.find("mika"), std::string::npos) << csv.out;
  community_.StopAll();
}

// Both are the first part of their source: approving published only the first of them.
TEST_F(MailIn, TheReportAndWhatIsAttachedAreBothPublished) {
  alpha_.Start();
  const std::string file = community_.folder() + "/report.eml";
  WriteText(file,
            "From: mika@reporter.example\r\nSubject: Scans\r\nMessage-ID: <9@reporter.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nWhat we saw is attached.\r\n"
            "--b\r\nContent-Type: text/csv; name=seen.csv\r\n"
            "Content-Disposition: attachment; filename=seen.csv\r\n\r\n"
            "type,value\r\nipv4,198.51.100.7\r\nipv4,198.51.100.8\r\n--b--\r\n");
  const Json draft = alpha_.Ask({"import", file})["files"][0];
  ASSERT_EQ(draft["records"], 2) << draft.dump();
  alpha_.Ask({"drafts", "show", draft["draft"].dump()});
  const Json approved = alpha_.Ask({"approve", draft["draft"].dump()});
  const Json& out = approved["answer"]["drafts"];
  ASSERT_EQ(out.size(), 2U) << approved.dump();
  EXPECT_NE(out[0]["id"], out[1]["id"]);
  EXPECT_EQ(alpha_.Status()["store"]["own"], 2);
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
