// Who did what on this node: an append-only file whose lines hang together by hashes.
//
// A line holds the digest of the line before it, so that a line that was changed, taken out or put
// in is seen; `audit.head` holds the number and hash of the last one, so that a cut end is seen
// too.  Who may write the folder can forge both: note the head elsewhere.  Never secrets, never
// record content, never a value that the lint found.  Safe among threads and processes (a lock
// file).  Format: docs/accounts.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/app/accounts.h"
#include "node/base/clock.h"
#include "node/base/json.h"
#include "node/base/status.h"

namespace renkei::app {

inline constexpr std::string_view kAuditFile = "audit.log";
inline constexpr std::string_view kAuditHeadFile = "audit.head";
inline constexpr std::string_view kAuditLockFile = "audit.lock";
inline constexpr std::size_t kAuditFileBytesMax = 16 * 1024 * 1024;  // then a new file begins
inline constexpr int kAuditFilesMax = 8;  // audit.log, audit.log.1 ... ; the oldest goes
inline constexpr std::size_t kAuditTextBytesMax = 256;  // of each field
inline constexpr std::size_t kAuditDigestsMax = 8;

struct AuditEntry {
  std::string action{};                                        // publish, approve, roster-set, ...
  std::string object{};                                        // a record id, a draft, a slug, ...
  std::vector<std::pair<std::string, std::string>> digests{};  // what for -> hex
  std::string result{};                                        // published, refused, denied, ...
  std::string note{};
};

class AuditLog {
 public:
  // `file_bytes_max` is for tests.
  explicit AuditLog(std::string folder, std::size_t file_bytes_max = kAuditFileBytesMax)
      : folder_(std::move(folder)), file_bytes_max_(file_bytes_max) {}

  // Durable once it answers.
  absl::Status Append(const Caller& who, const AuditEntry& entry, Timestamp now) const;
  // Whether Append would succeed now: its lock, a whole head, the log, room on the disk.  Asked
  // before something is done that must be recorded; an error says why it can't be.
  absl::Status CheckWritable() const;

  // The newest `last` lines, oldest first.
  absl::StatusOr<std::vector<Json>> Read(std::size_t last) const;

  struct Verified {
    std::uint64_t first = 0;  // number of the oldest line that is kept; 0: there is none
    std::uint64_t last = 0;
    std::string head{};  // hash of the last line, hex
  };
  // DATA_LOSS naming file and line where the chain is broken.  `known_head`: a hash that was noted
  // elsewhere, which must be in it; empty: none.  A torn end that was never acknowledged is left
  // out.
  absl::StatusOr<Verified> Verify(const std::string& known_head = "") const;

 private:
  std::string PathOf(int age) const;  // 0: audit.log
  absl::Status RotateIfFull(std::size_t more) const;

  const std::string folder_;
  const std::size_t file_bytes_max_;
};

}  // namespace renkei::app
