// People are told by mail, through a real MTA of its own: exim, on loopback, in the test's folder.

#include <filesystem>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

constexpr char kExim[] = "/usr/sbin/exim4";
constexpr char kEximUser[] = "Debian-exim";

constexpr char kEximConfig[] = R"(
exim_path = {exim}
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
primary_hostname = mail.team.example
domainlist local_domains = team.example
keep_environment =
deliver_drop_privilege = true
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = {folder}/mail.crt
tls_privatekey = {folder}/spool/mail.key
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny local_parts = gone
  accept domains = +local_domains
  deny
begin routers
all:
  driver = accept
  domains = +local_domains
  transport = file
begin transports
file:
  driver = appendfile
  file = {folder}/spool/mailbox
  envelope_to_add
)";

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), size) != 0) Fail("no free port");
  getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  close(fd);
  return ntohs(at.sin_port);
}

// A mail server for team.example whose users share one mailbox.
class Mta {
 public:
  Mta() : port_(FreePort()) {
    if (!std::filesystem::exists(kExim)) Fail("no exim4: run `scripts/deps --tests`");
    std::filesystem::create_directory(folder_.path() + "/spool");
    Must({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
          "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext",
          "subjectAltName=IP:127.0.0.1", "-keyout", folder_.path() + "/spool/mail.key", "-out",
          folder_.path() + "/mail.crt"});
    WriteText(folder_.path() + "/exim.conf",
              fmt::format(fmt::runtime(kEximConfig), fmt::arg("exim", kExim),
                          fmt::arg("folder", folder_.path())));
    std::vector<std::string> command = {kExim,  "-C",  folder_.path() + "/exim.conf",
                                        "-bdf", "-oX", fmt::format("127.0.0.1:{}", port_)};
    if (geteuid() == 0) {
      // Exim delivers nothing as root; its own user must get at the folder.
      Must({"chmod", "755", folder_.path()});
      Must({"chown", "-R", kEximUser, folder_.path() + "/spool"});
      command.insert(command.begin(), {"setpriv", std::string("--reuid=") + kEximUser,
                                       std::string("--regid=") + kEximUser, "--clear-groups"});
    }
    child_ = std::make_unique<ChildProcess>(
        ChildProcess::Options{.command = command, .err_file = folder_.path() + "/err"});
    WaitUntil("the mail server listens", [this] { return Accepts(); });
  }

  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }
  std::string certificate() const { return folder_.path() + "/mail.crt"; }
  std::string Mailbox() const {
    const std::string file = folder_.path() + "/spool/mailbox";
    return std::filesystem::exists(file) ? ReadText(file) : "";
  }
  void WaitFor(const std::string& text) const {
    WaitUntil("`" + text + "` in the mailbox",
              [&] { return Mailbox().find(text) != std::string::npos; });
  }

 private:
  static void Must(const std::vector<std::string>& command) {
    const Ran ran = RunProgram(command);
    if (ran.exit_status != 0) Fail(command.front() + ": " + ran.err);
  }
  bool Accepts() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(port_));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool accepts = connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    close(fd);
    return accepts;
  }

  TempFolder folder_;
  const int port_;
  std::unique_ptr<ChildProcess> child_;
};

class PushMail : public testing::Test {
 protected:
  void AddTarget(const std::string& ca, const std::string& to, const std::string& more = "") const {
    WriteText(config_, text_ + fmt::format("\n[[push]]\nname = \"people\"\nkind = \"mail\"\n"
                                           "address = \"{}\"\nca = \"{}\"\n"
                                           "from = \"renkei@team.example\"\n{}"
                                           "[[push.rule]]\nto = [{}]\nkinds = [\"incident\"]\n",
                                           mta_.address(), ca, more, to));
    beta_.Ask({"reload"});
  }
  Json Target() const { return beta_.Ask({"push", "list"})["push"][0]; }

  Mta mta_;
  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited");
  NodeProcess& beta_ = community_.Add("beta", "accredited");
  const std::string config_ = beta_.folder() + "/node.toml";
  const std::string text_ = ReadText(config_);
};

TEST_F(PushMail, ARecordAndItsWithdrawalAreToldAndAcknowledged) {
  AddTarget(mta_.certificate(), "\"duty@team.example\"");
  ASSERT_EQ(beta_.Cli({"push", "test", "people"}).exit_status, 0);
  mta_.WaitFor("a test of renkei push");
  const std::string id = alpha_.PublishText(DraftText("A Title That Stays", R"("tlp": "amber")"));
  const std::string brief = id.substr(0, 8);
  mta_.WaitFor("Subject: [TLP:AMBER] incident " + brief + " from members");
  EXPECT_NE(mta_.Mailbox().find("with esmtps"), std::string::npos) << "not over TLS";
  EXPECT_EQ(mta_.Mailbox().find("A Title That Stays"), std::string::npos);
  EXPECT_NE(mta_.Mailbox().find(id), std::string::npos);
  ASSERT_EQ(beta_.Cli({"ack", brief, "--by", "mika"}).exit_status, 0);
  ASSERT_EQ(beta_.Cli({"ack", brief, "--by", "noor"}).exit_status, 0);
  ASSERT_EQ(beta_.Cli({"ack", brief, "--by", "mika"}).exit_status, 0);
  const Json acks = (*beta_.Show(id))["acknowledged"];
  ASSERT_EQ(acks.size(), 2u);
  EXPECT_EQ(acks[0]["by"], "mika");
  ASSERT_EQ(alpha_.Cli({"withdraw", id, "--reason", "mistake"}).exit_status, 0);
  mta_.WaitFor("[TLP:AMBER] withdrawn: " + brief);
}

TEST_F(PushMail, AMailboxThatIsGoneHoldsUpNobodyElse) {
  AddTarget(mta_.certificate(), "\"duty@team.example\", \"gone@team.example\"");
  const std::string id = alpha_.PublishText(DraftText("told to one of two"));
  mta_.WaitFor("incident " + id.substr(0, 8));
  WaitUntil("it is said", [&] { return Target().contains("last_error"); });
  EXPECT_NE(std::string(Target()["last_error"]).find("550"), std::string::npos);
}

TEST_F(PushMail, AServerThatProvesNothingGetsNothing) {
  AddTarget(beta_.folder() + "/keys/ca.crt", "\"duty@team.example\"");
  const Ran test = beta_.Cli({"push", "test", "people"});
  EXPECT_EQ(test.exit_status, 1);
  EXPECT_NE(test.err.find("certificate"), std::string::npos) << test.err;
  EXPECT_EQ(mta_.Mailbox(), "");
}

}  // namespace
}  // namespace renkei::testing_support
