#include "node/feed/access.h"

#include <algorithm>
#include <limits>

#include "node/feed/limits.h"
#include "node/record/limits.h"

namespace renkei::feed {
namespace {

constexpr std::chrono::hours kAccessDay{24};
// A record that was served longer ago is gone everywhere.
constexpr std::chrono::hours kAccessKept = record::kLifetimeMax + record::kTombstoneAfterExpiry;

// A member shows a peer's facts by its own papers, and could show others at each call.  A new
// policy is ours and not the peer's doing.
absl::Status CheckChanges(const std::vector<store::AccessRow>& rows, BytesView policy,
                          Timestamp now) {
  const auto today = std::count_if(rows.begin(), rows.end(), [&](const store::AccessRow& row) {
    return row.policy == policy && row.began > now - kAccessDay;
  });
  if (today < kGenerationsPerPeerPerDayMax) return absl::OkStatus();
  return ResourceExhausted("changes of a peer's access a day");
}

// The first generation that a record of today may have been served under.
std::int64_t OldestNeeded(const std::vector<store::AccessRow>& rows, Timestamp now) {
  std::int64_t oldest = 0;
  for (const store::AccessRow& row : rows) {
    if (row.began <= now - kAccessKept) oldest = std::max(oldest, row.generation);
  }
  return oldest;
}

}  // namespace

absl::StatusOr<AccessHistory> AccessHistory::Load(const store::Reader& reader,
                                                  const PolicyHolder& policies,
                                                  std::string_view peer) {
  AccessHistory history;
  ASSIGN_OR_RETURN(const std::vector<store::AccessRow> rows, reader.Access(peer));
  for (const store::AccessRow& row : rows) {
    Generation generation{.number = row.generation, .since = row.since};
    ASSIGN_OR_RETURN(generation.peer, DecodeFacts(row.facts));
    ASSIGN_OR_RETURN(generation.policy, policies.Find(reader, row.policy));
    history.generations_.push_back(std::move(generation));
  }
  std::sort(history.generations_.begin(), history.generations_.end(),
            [](const Generation& a, const Generation& b) { return a.number < b.number; });
  return history;
}

const Generation* AccessHistory::Find(std::int64_t number) const {
  const auto it = std::find_if(generations_.begin(), generations_.end(),
                               [&](const Generation& g) { return g.number == number; });
  return it == generations_.end() ? nullptr : &*it;
}

absl::StatusOr<bool> AccessHistory::MayHaveSeen(const std::vector<store::RevisionRow>& revisions,
                                                store::Offset upto, const std::string& author,
                                                bool own, const Community& community) const {
  constexpr store::Offset kStill = std::numeric_limits<store::Offset>::max();
  for (const store::RevisionRow& revision : revisions) {
    if (revision.from == 0 || revision.from > upto) continue;
    const store::Offset until = revision.until == 0 ? kStill : revision.until;
    ASSIGN_OR_RETURN(const Subject subject,
                     MakeSubject(revision.header, revision.circles, author, own, community));
    const bool relayed = !own && !community.is_hub();
    if (relayed && subject.header.relay == policy::Relay::kNone) continue;
    for (std::size_t i = 0; i < generations_.size(); ++i) {
      const Generation& generation = generations_[i];
      const store::Offset next = i + 1 < generations_.size() ? generations_[i + 1].since : kStill;
      if (generation.since > until || next < revision.from) continue;
      // What was let through then does not depend on what has expired since; an embargo may have
      // ended in between.
      const policy::Evaluator& evaluator = generation.policy->evaluator;
      const Timestamp last = subject.header.expires - std::chrono::seconds(1);
      for (const Timestamp then : {subject.header.issued, last}) {
        if (MaskFor(evaluator, generation.peer, subject, then).exist()) return true;
      }
    }
  }
  return false;
}

absl::StatusOr<std::int64_t> CurrentGeneration(store::Store& store, const PolicyHolder& policies,
                                               const PeerContext& peer, Timestamp now) {
  const Bytes facts = EncodeFacts(peer);
  const Bytes policy = policies.Current()->digest.str();
  std::int64_t newest = 0;
  std::vector<store::AccessRow> rows;
  const auto look = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(rows, reader.Access(peer.team));
    const auto last = std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return a.generation < b.generation;
    });
    if (last == rows.end()) return false;
    newest = last->generation;
    return last->facts == facts && last->policy == policy;
  };
  bool current = false;
  const absl::Status read = store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(current, look(reader));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  if (current) return newest;
  const absl::Status done2 = store.Commit([&](store::Writer& writer) -> absl::Status {
    // Another stream of the same peer may have been first.
    ASSIGN_OR_RETURN(current, look(writer));
    if (current) return absl::OkStatus();
    RETURN_IF_ERROR(CheckChanges(rows, policy, now));
    RETURN_IF_ERROR(writer.DropAccess(peer.team, OldestNeeded(rows, now)));
    ASSIGN_OR_RETURN(const store::Offset since, writer.Newest());
    ++newest;
    return writer.PutAccess({.peer = peer.team,
                             .generation = newest,
                             .since = since,
                             .facts = facts,
                             .policy = policy,
                             .began = now});
  });
  RETURN_IF_ERROR(done2);
  return newest;
}

}  // namespace renkei::feed
