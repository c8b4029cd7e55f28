#include "tests/support/imap_host.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

namespace renkei::testing_support {
namespace {

std::string WithTag(std::string text, const std::string& tag) {
  for (std::size_t at = text.find("{tag}"); at != std::string::npos; at = text.find("{tag}")) {
    text.replace(at, 5, tag);
  }
  return text;
}

}  // namespace

ImapHost::ImapHost() {
  host_.Start([this](int connection) { Serve(connection); });
}

ImapHost::~ImapHost() { host_.Stop(); }

std::string ImapHost::Url(const std::string& mailbox) const {
  return fmt::format("imap://127.0.0.1:{}/{}", host_.port(), mailbox);
}

void ImapHost::Put(std::uint32_t uid, const std::string& message) {
  const std::lock_guard lock(mutex_);
  messages_[uid] = message;
}

void ImapHost::SetValidity(std::uint32_t validity) {
  const std::lock_guard lock(mutex_);
  validity_ = validity;
}

void ImapHost::Answer(std::function<std::optional<std::string>(const std::string&)> answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

std::vector<std::string> ImapHost::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

void ImapHost::Serve(int connection) {
  SendAll(connection, "* OK ready\r\n");
  std::string held;
  std::array<char, 4096> chunk{};
  while (host_.Readable(connection)) {
    const ssize_t n = recv(connection, chunk.data(), chunk.size(), 0);
    if (n <= 0) return;
    held.append(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t end = held.find("\r\n"); end != std::string::npos; end = held.find("\r\n")) {
      const std::string line = held.substr(0, end);
      held.erase(0, end + 2);
      const std::size_t space = line.find(' ');
      SendAll(connection, ReplyTo(line.substr(0, space), line.substr(space + 1)));
    }
  }
}

std::string ImapHost::ReplyTo(const std::string& tag, const std::string& command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(command.starts_with("LOGIN") ? "LOGIN" : command);
  if (answer_) {
    if (const auto said = answer_(command)) return WithTag(*said, tag);
  }
  std::string lines;
  if (command.starts_with("CAPABILITY")) lines = "* CAPABILITY IMAP4rev1\r\n";
  if (command.starts_with("LOGIN") && command.find("right") == std::string::npos) {
    return tag + " NO wrong password\r\n";
  }
  if (command.starts_with("EXAMINE")) {
    const std::uint32_t next = messages_.empty() ? 1 : messages_.rbegin()->first + 1;
    lines = fmt::format("* {} EXISTS\r\n* OK [UIDVALIDITY {}] x\r\n* OK [UIDNEXT {}] x\r\n",
                        messages_.size(), validity_, next);
  }
  if (command.starts_with("UID SEARCH")) {
    lines = "* SEARCH";
    for (const auto& [uid, message] : messages_) lines += fmt::format(" {}", uid);
    lines += "\r\n";
  }
  if (command.starts_with("UID FETCH")) lines = FetchReply(command);
  return lines + tag + " OK done\r\n";
}

std::string ImapHost::FetchReply(const std::string& command) const {
  const auto uid = static_cast<std::uint32_t>(std::strtoul(command.c_str() + 10, nullptr, 10));
  const auto found = messages_.find(uid);
  if (found == messages_.end()) return "";
  const std::string& message = found->second;
  if (command.find("SIZE") != std::string::npos) {
    return fmt::format("* 1 FETCH (UID {} RFC822.SIZE {})\r\n", uid, message.size());
  }
  return fmt::format("* 1 FETCH (UID {} BODY[] {{{}}}\r\n{})\r\n", uid, message.size(), message);
}

}  // namespace renkei::testing_support
