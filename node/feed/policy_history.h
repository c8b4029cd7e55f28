// Every change of the policy in force, in order: which text, when, by whom, how, and what it
// changed.  The texts stand in the store's policy table; a change names its text by digest.
//
// Only the newest kPolicyChangesMax changes are kept; their texts stay all the same, because access
// rows name them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/crypto/digest.h"
#include "node/store/store.h"

namespace renkei::feed {

// How a policy came into force.
enum class PolicyHow : std::uint8_t {
  kInit = 1,    // the first of this node
  kStart = 2,   // the file was another one when the node was started
  kReload = 3,  // `renkei reload` or SIGHUP
  kApply = 4,
  kRevert = 5,
};
std::string_view ToWord(PolicyHow how);

struct PolicyChange {
  int number = 0;  // from 1; given by the history
  crypto::Digest digest{};
  Timestamp applied{};
  PolicyHow how = PolicyHow::kStart;
  std::string author{};  // as the command line said; empty if nobody did
  std::string note{};
  std::string name{};                  // of the policy
  int version = 0;                     // of the policy
  std::vector<std::string> changes{};  // statements of the file, a line each
  std::vector<std::string> effects{};  // who gained and lost what, a line each (policy/diff.h)

  bool operator==(const PolicyChange&) const = default;
};

inline constexpr std::size_t kPolicyChangesMax = 1'000;
inline constexpr std::size_t kPolicyAuthorBytesMax = 64;
inline constexpr std::size_t kPolicyNoteBytesMax = 200;
inline constexpr std::size_t kPolicyChangeLinesMax = 200;  // of either list; the rest is counted
inline constexpr std::size_t kPolicyChangeLineBytesMax = 400;

// INVALID_ARGUMENT: too long, no UTF-8, or with a control character.
absl::Status CheckPolicyAuthor(std::string_view author);
absl::Status CheckPolicyNote(std::string_view note);

// Newest first.  DATA_LOSS: a row is damaged.
absl::StatusOr<std::vector<PolicyChange>> ReadPolicyHistory(const store::Reader& reader);

// A change goes in two steps, because a file and a store can't change as one: it is announced, then
// the operator's file is replaced, then it is recorded.  Where a crash comes between, the file says
// which policy the next start finds, and the announcement who changed it.
absl::Status AnnounceChange(store::Writer& writer, const PolicyChange& change);
absl::Status DropAnnouncedChange(store::Writer& writer);
// Records that the policy of `change.digest` is in force: as it was announced if it was, else as
// `change` says; nothing if it is the newest already.
absl::Status RecordChange(store::Writer& writer, const PolicyChange& change);

}  // namespace renkei::feed
