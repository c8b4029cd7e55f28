#include "node/feed/access.h"

#include <algorithm>
#include <limits>

namespace renkei::feed {

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
  const auto look = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const std::vector<store::AccessRow> rows, reader.Access(peer.team));
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
