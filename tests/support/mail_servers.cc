#include "tests/support/mail_servers.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "tests/support/loopback_port.h"

namespace renkei::testing_support {
namespace {

constexpr char kExim[] = "/usr/sbin/exim4";
constexpr char kEximUser[] = "Debian-exim";
constexpr char kDovecot[] = "/usr/sbin/dovecot";
constexpr char kDovecotUser[] = "dovecot";

constexpr char kEximConfig[] = R"(
exim_path = {exim}
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
primary_hostname = mail.team.example
domainlist local_domains = team.example : reporter.example
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

constexpr char kDovecotConfig[] = R"(
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/run/log
instance_name = {folder}
protocols = imap
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {user}
mail_location = maildir:{folder}/mail
mail_uid = {user}
mail_gid = {user}
first_valid_uid = 1
first_valid_gid = 0
ssl = yes
ssl_cert = <{folder}/mail.crt
ssl_key = <{folder}/run/mail.key
disable_plaintext_auth = yes
auth_mechanisms = plain
passdb {{
  driver = static
  args = password=right
}}
userdb {{
  driver = static
  args = home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
)";

void Must(const std::vector<std::string>& command) {
  const Ran ran = RunProgram(command);
  if (ran.exit_status != 0) Fail(command.front() + ": " + ran.err);
}

void MakeCertificate(const std::string& key, const std::string& certificate) {
  Must({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", key, "-out", certificate});
}

}  // namespace

Mta::Mta() : port_(FreePort()) {
  if (!std::filesystem::exists(kExim)) Fail("no exim4: run `scripts/deps --tests`");
  std::filesystem::create_directory(folder_.path() + "/spool");
  MakeCertificate(folder_.path() + "/spool/mail.key", folder_.path() + "/mail.crt");
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
  WaitUntil("the mail server listens", [this] { return Accepts(port_); });
}

Mta::~Mta() = default;

std::string Mta::address() const { return fmt::format("127.0.0.1:{}", port_); }

std::string Mta::Mailbox() const {
  const std::string file = folder_.path() + "/spool/mailbox";
  return std::filesystem::exists(file) ? ReadText(file) : "";
}

void Mta::WaitFor(const std::string& text) const {
  WaitUntil("`" + text + "` in the mailbox",
            [&] { return Mailbox().find(text) != std::string::npos; });
}

ImapServerProcess::ImapServerProcess() : tls_port_(FreePort()), plain_port_(FreePort()) {
  if (!std::filesystem::exists(kDovecot)) Fail("no dovecot: run `scripts/deps --tests`");
  for (const char* name : {"/run", "/mail", "/mail/new", "/mail/cur", "/mail/tmp"}) {
    std::filesystem::create_directory(folder_.path() + name);
  }
  MakeCertificate(folder_.path() + "/run/mail.key", folder_.path() + "/mail.crt");
  std::string user = kDovecotUser;
  if (geteuid() == 0) {
    Must({"chmod", "755", folder_.path()});
    Must({"chown", "-R", std::string(kDovecotUser) + ":" + kDovecotUser, folder_.path() + "/mail"});
  } else {
    user = RunProgram({"id", "-un"}).out;
    user.erase(user.find_last_not_of("\n") + 1);
  }
  WriteText(folder_.path() + "/dovecot.conf",
            fmt::format(fmt::runtime(kDovecotConfig), fmt::arg("folder", folder_.path()),
                        fmt::arg("user", user), fmt::arg("plain", plain_port_),
                        fmt::arg("tls", tls_port_)));
  child_ = std::make_unique<ChildProcess>(
      ChildProcess::Options{.command = {kDovecot, "-F", "-c", folder_.path() + "/dovecot.conf"},
                            .err_file = folder_.path() + "/err"});
  WaitUntil("dovecot listens", [this] { return Accepts(tls_port_) && Accepts(plain_port_); });
}

ImapServerProcess::~ImapServerProcess() {
  // It ends its own children when it is asked to, not when it is killed.
  if (child_ == nullptr) return;
  child_->Signal(15);
  child_->WaitForExit(kPatience);
}

std::string ImapServerProcess::UrlTls() const {
  return fmt::format("imaps://127.0.0.1:{}/INBOX", tls_port_);
}

std::string ImapServerProcess::UrlPlain() const {
  return fmt::format("imap://127.0.0.1:{}/INBOX", plain_port_);
}

void ImapServerProcess::Deliver(const std::string& message) {
  // As maildir wants it: written elsewhere, then moved.
  const std::string name = fmt::format("/{}.renkei.example", ++delivered_);
  WriteText(folder_.path() + "/mail/tmp" + name, message);
  if (geteuid() == 0) {
    Must({"chown", std::string(kDovecotUser) + ":" + kDovecotUser,
          folder_.path() + "/mail/tmp" + name});
  }
  std::filesystem::rename(folder_.path() + "/mail/tmp" + name, folder_.path() + "/mail/new" + name);
}

std::vector<std::string> ImapServerProcess::Files() const {
  std::vector<std::string> names;
  for (const char* part : {"/mail/new", "/mail/cur"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + part)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace renkei::testing_support
