// What waits for a second person: commands that would publish, kept as files in the node's folder
// until another account approves or rejects them.
//
// A pending draft holds what its author handed in, before anonymization, so its files are secret
// (mode 0600) and go when it is decided.  Thread-safe.  Reference: docs/accounts.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/base/json.h"
#include "node/base/mutex.h"
#include "node/base/status.h"

namespace renkei::app {

inline constexpr std::string_view kDraftsFolder = "drafts";
inline constexpr std::size_t kDraftsMax = 200;
inline constexpr std::size_t kDraftPayloadBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kDraftBytesMax = 128 * 1024 * 1024;  // all together
inline constexpr std::size_t kDraftNoteBytesMax = 200;

// What an account was shown, in hex: all must be the same when it approves.
struct DraftShown {
  std::string draft{};   // of all that would happen
  std::string policy{};  // in force
  std::string assets{};  // in force

  bool operator==(const DraftShown&) const = default;
};

struct PendingDraft {
  std::uint64_t number = 0;
  std::string command{};  // publish, update, withdraw
  Json arguments = Json::object();
  std::string payload{};
  std::string author{};  // an account
  Timestamp created{};
  std::string summary{};                      // one line: what it is
  std::string once{};                         // names what it publishes, so that none is published
                                              // twice; empty in drafts of an older version
  bool begun = false;                         // an approval began and did not end
  std::string begun_by{};                     // the account
  std::size_t records = 0;                    // that it was to publish then
  std::map<std::string, DraftShown> shown{};  // account -> what it was shown last
};

// How much of all that may wait one author may fill; zeros: all of it.
struct DraftShare {
  std::size_t drafts = 0;
  std::uintmax_t bytes = 0;
};

class Drafts {
 public:
  explicit Drafts(std::string folder) : folder_(std::move(folder)) {}

  // Answers its number, which is never used again; gives it `once`.  RESOURCE_EXHAUSTED at a limit.
  absl::StatusOr<std::uint64_t> Add(PendingDraft draft, const DraftShare& share = {});
  // NOT_FOUND; DATA_LOSS.
  absl::StatusOr<PendingDraft> Find(std::uint64_t number) const;
  // By number, without payloads.
  absl::StatusOr<std::vector<PendingDraft>> List() const;
  // Replaces what is kept of a draft, but for its payload.
  absl::Status Keep(const PendingDraft& draft);
  absl::Status Remove(std::uint64_t number);

  // Payloads whose draft is gone: of a node that was killed while it removed one.
  absl::Status RemoveOrphans();

  // Held by whoever decides a draft, so that nobody decides it meanwhile.
  Mutex& deciding() { return deciding_; }

 private:
  std::string PathOf(std::uint64_t number, std::string_view end) const;
  absl::StatusOr<std::vector<std::uint64_t>> Numbers() const;
  absl::StatusOr<PendingDraft> Read(std::uint64_t number) const;
  absl::Status CheckRoom(const PendingDraft& draft, const DraftShare& share,
                         const std::vector<std::uint64_t>& numbers) const;

  const std::string folder_;
  Mutex deciding_;
  mutable Mutex mutex_;  // the files
};

}  // namespace renkei::app
