// What changes for whom when one policy takes the place of another: who gains and who loses what,
// on how many records, by which rule.
//
// Counts are exact for what they say: a peer's own records, and those that name it as a recipient,
// are told apart and not counted (a marking does not say whose it is); the former are compared only
// if the rules for authors (`own`) differ.  Pure: peers and records are
// handed in.  Cost: O(distinct markings x distinct peers) decisions; a million stored records have
// some ten thousand distinct markings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "node/base/json.h"
#include "policy/policy.h"
#include "policy/table.h"

namespace renkei::policy {

// Limits of one comparison.  What is beyond is left out, and the answer says `cut`.
inline constexpr std::size_t kDiffChangesMax = 2'000;
inline constexpr std::size_t kDiffExamplesMax = 3;       // of one change
inline constexpr std::size_t kEveryMarkingsMax = 4'096;  // without stored records
inline constexpr std::size_t kEveryPeersMax = 128;

struct DiffPeer {
  std::string name{};  // slug, or what sort of peer it is
  Peer peer{};
};

// Stored records that share a marking.
struct DiffRecords {
  Marking marking{};
  std::int64_t records = 1;
  bool recipients = false;              // some of them name recipients
  std::vector<std::string> examples{};  // ids; those asked for by number are looked up afterwards
};

struct DiffScope {
  std::vector<DiffPeer> peers{};
  std::vector<DiffRecords> records{};
  bool stored = true;  // false: sorts of peers and records, not those of a node
  bool cut = false;    // not all of them are here
};

// A rule that brought a change: it now matches, or no longer does.
struct DiffRule {
  std::string rule{};
  int line = 0;  // in the policy that has it
  bool denies = false;
  bool gone = false;  // it matched under the old policy, and does not under the new one

  bool operator==(const DiffRule&) const = default;
};

// One change, for all peers and records that it befalls.
struct Change {
  bool gain = false;       // else a loss
  std::uint64_t bits = 0;  // as in Mask
  Relation relation = Relation::kOther;
  std::vector<DiffRule> rules{};
  std::vector<std::string> peers{};  // names, sorted
  std::string noun{};                // `member`, `hub`, ...; `peer` if they differ
  // On which at least one of the peers has the change; 0 unless `relation` is kOther.
  std::int64_t records = 0;
  std::vector<std::size_t> at{};        // at most kDiffExamplesMax places in DiffScope::records
  std::vector<std::string> examples{};  // ids, or facts of a record as a test has them

  bool operator==(const Change&) const = default;
};

struct PolicyDiff {
  std::vector<Change> changes{};  // losses after gains, most records first
  bool stored = true;
  bool cut = false;
  std::size_t peers = 0;     // compared
  std::int64_t records = 0;  // likewise; stored ones, or sorts

  bool empty() const { return changes.empty(); }
};

// Compares over what `scope` holds.
PolicyDiff Diff(const Evaluator& before, const Evaluator& after, const DiffScope& scope);

// Every sort of peer and record that the two tell apart, up to the limits above; spread evenly over
// them if there are more.
DiffScope EveryPeerAndMarking(const Evaluator& before, const Evaluator& after);

// A line or two for each change: `14 members gain see impact on 3,211 records by g-detail (e.g.
// 000702bc5f1e)`.
std::string ToText(const PolicyDiff& diff, std::size_t width = 80);
Json ToJson(const PolicyDiff& diff);

}  // namespace renkei::policy
