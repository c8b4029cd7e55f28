// Real mail servers of Debian's, each in a folder of its own and on loopback: exim, to send to, and
// dovecot, to read from.  TLS by a certificate for 127.0.0.1 that they make themselves.
//
// Fail() (child_process.h) where one is not installed: `scripts/deps --tests`.  Confined to one
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace renkei::testing_support {

// For team.example and reporter.example, whose users share one mailbox.  Refuses `gone@...`.
class Mta {
 public:
  Mta();
  ~Mta();

  std::string address() const;
  std::string certificate() const { return folder_.path() + "/mail.crt"; }
  std::string Mailbox() const;
  void WaitFor(const std::string& text) const;

 private:
  TempFolder folder_;
  const int port_;
  std::unique_ptr<ChildProcess> child_;
};

// A user `reports` with the password `right`, and a mailbox `INBOX`.
class ImapServerProcess {
 public:
  ImapServerProcess();
  ~ImapServerProcess();

  // Of the port with TLS from the first byte.
  std::string UrlTls() const;
  // Of the one that offers STARTTLS.
  std::string UrlPlain() const;
  std::string certificate() const { return folder_.path() + "/mail.crt"; }
  // As a mail server delivers: a file of the maildir.
  void Deliver(const std::string& message);
  // Names of the files of the mailbox: flags are the end of a name.
  std::vector<std::string> Files() const;

 private:
  TempFolder folder_;
  const int tls_port_;
  const int plain_port_;
  int delivered_ = 0;
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace renkei::testing_support
