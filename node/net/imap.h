// Mail read by IMAP4rev1 (RFC 3501): one mailbox, never changed.
//
// TLS is required: from the first byte (imaps) or by STARTTLS before a name or password is said,
// with the server's certificate verified.  Only a server that can be no other machine is spoken to
// without it.  libcurl connects and logs in; the four commands after that are ours, since each
// literal must be read by its length whatever stands in a mail.  Nothing is flagged, moved or
// deleted: the mailbox is opened by EXAMINE, messages are read by BODY.PEEK.
//
// Errors: FAILED_PRECONDITION: TLS, user or password, no such mailbox; RESOURCE_EXHAUSTED: more was
// sent than asked for; UNAVAILABLE: all else.  After an error it is of no more use.  No message
// holds what stands in a mail.  Confined to one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "node/net/cancel.h"
#include "node/net/secret.h"
#include "node/net/url.h"

namespace renkei::net {

inline constexpr std::chrono::seconds kImapAnswerWithin{60};  // to one command
inline constexpr std::size_t kImapLineBytesMax = 64 * 1024;   // of an answer, without literals
inline constexpr std::size_t kImapLinesMax = 10'000;          // of one answer
inline constexpr std::size_t kImapSearchBytesMax = 16 * 1024 * 1024;  // of the answer to a search
inline constexpr std::size_t kImapUidsMax = 1'000'000;
inline constexpr std::size_t kImapMailboxBytesMax = 255;

struct ImapServer {
  Url url{};  // imap or imaps
  std::string ca_file{};
  std::string certificate_file{};
  std::string key_file{};
  Secret login{};  // `user:password`
};

// One line of an answer, with its literals in their place as `{}`.
struct ImapLine {
  std::string text{};
  std::vector<Bytes> literals{};
};

struct ImapMailbox {
  std::uint32_t uid_validity = 0;
  std::uint32_t uid_next = 0;  // 0: not said
};

class ImapClient {
 public:
  // Connects and logs in.  `cancel` outlives it.
  static absl::StatusOr<std::unique_ptr<ImapClient>> Open(const ImapServer& server,
                                                          const Cancel& cancel);
  ~ImapClient();
  ImapClient(const ImapClient&) = delete;
  ImapClient& operator=(const ImapClient&) = delete;

  absl::StatusOr<ImapMailbox> Examine(const std::string& mailbox);
  // Of what is there, from `first` on, ascending.
  absl::StatusOr<std::vector<std::uint32_t>> UidsFrom(std::uint32_t first);
  // In bytes; nothing if the message is gone.
  absl::StatusOr<std::optional<std::uint64_t>> SizeOf(std::uint32_t uid);
  // The message as it is stored; nothing if it is gone.
  absl::StatusOr<std::optional<Bytes>> Fetch(std::uint32_t uid, std::size_t bytes_max);

 private:
  struct Wire;
  explicit ImapClient(std::unique_ptr<Wire> wire);
  // The untagged lines of an answer; NO and BAD are FAILED_PRECONDITION.
  absl::StatusOr<std::vector<ImapLine>> Say(const std::string& command, std::size_t bytes_max);
  absl::StatusOr<ImapLine> ReadLine(std::size_t& room, std::size_t line_bytes_max);

  std::unique_ptr<Wire> wire_;
};

// `INBOX/Reports` of `/INBOX%2FReports`, unescaped.  INVALID_ARGUMENT: empty, too long, or with a
// character that is not printable ASCII.
absl::StatusOr<std::string> ImapMailboxOf(const Url& url);
// In quotes, so that nothing in it can end the command.  REQUIRES: as ImapMailboxOf gives it.
std::string ImapQuoted(std::string_view text);

}  // namespace renkei::net
