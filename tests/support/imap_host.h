// A small IMAP server on loopback for tests: one mailbox, and whatever lies a test wants told.
//
// One connection at a time, without TLS.  It runs on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/loopback_host.h"

namespace renkei::testing_support {

class ImapHost {
 public:
  ImapHost();
  ~ImapHost();
  ImapHost(const ImapHost&) = delete;
  ImapHost& operator=(const ImapHost&) = delete;

  std::string Url(const std::string& mailbox = "INBOX") const;

  void Put(std::uint32_t uid, const std::string& message);
  void SetValidity(std::uint32_t validity);
  // Asked with each command, without its tag; what it answers is said instead, `{tag}` replaced.
  void Answer(std::function<std::optional<std::string>(const std::string& command)> answer);
  // All commands so far, without tags and passwords.
  std::vector<std::string> commands() const;

 private:
  void Serve(int connection);
  std::string ReplyTo(const std::string& tag, const std::string& command);
  std::string FetchReply(const std::string& command) const;

  mutable std::mutex mutex_;
  std::uint32_t validity_ = 7;
  std::map<std::uint32_t, std::string> messages_{};
  std::function<std::optional<std::string>(const std::string&)> answer_{};
  std::vector<std::string> commands_{};
  LoopbackHost host_;
};

}  // namespace renkei::testing_support
