#include "node/feed/stored_diff.h"

#include <algorithm>
#include <map>

#include "node/feed/view.h"
#include "node/record/tuple.h"

namespace renkei::feed {
namespace {

constexpr std::size_t kIdDigits = 12;
constexpr std::size_t kChangesWithExamples = 200;  // the first: those that people read

using CircleNames = std::map<record::CircleId, std::string>;

CircleNames NamesOf(std::string_view community, const std::vector<PeerContext>& peers,
                    const std::vector<std::string>& circles) {
  CircleNames names;
  const auto add = [&](const std::string& circle) {
    names.emplace(record::MakeCircleId(community, circle), circle);
  };
  for (const std::string& circle : circles) add(circle);
  for (const PeerContext& peer : peers) {
    for (const policy::Membership& membership : peer.facts.circles) add(membership.circle);
  }
  return names;
}

struct StoredScope {
  policy::DiffScope scope{};
  std::vector<store::TupleNumber> tuples{};  // of each of scope.records
};

// All records but withdrawals, for `peers`.  A circle is known by its name if a peer is in it or
// `circles` names it; others can't matter to these peers.
absl::StatusOr<StoredScope> ScopeOf(const store::Reader& reader, std::string_view community,
                                    const std::vector<PeerContext>& peers,
                                    const std::vector<std::string>& circles, Timestamp now) {
  StoredScope stored;
  const CircleNames names = NamesOf(community, peers, circles);
  for (const PeerContext& peer : peers) {
    stored.scope.peers.push_back({.name = peer.team, .peer = peer.facts});
  }
  ASSIGN_OR_RETURN(const std::vector<store::TupleRow> rows, reader.Tuples(now));
  for (const store::TupleRow& row : rows) {
    ASSIGN_OR_RETURN(record::MarkingTuple tuple, record::ParseTuple(row.content));
    if (tuple.marking.kind == policy::Kind::kWithdrawal) continue;
    for (const record::CircleId& id : tuple.circles) {
      const auto name = names.find(id);
      if (name != names.end()) tuple.marking.circles.push_back(name->second);
    }
    std::sort(tuple.marking.circles.begin(), tuple.marking.circles.end());
    const auto add = [&](policy::Marking marking, std::int64_t records) {
      stored.scope.records.push_back(
          {.marking = std::move(marking), .records = records, .recipients = tuple.recipients});
      stored.tuples.push_back(row.number);
    };
    if (row.embargoed > 0) {
      policy::Marking embargoed = tuple.marking;
      embargoed.embargoed = true;
      add(std::move(embargoed), row.embargoed);
    }
    if (row.records > row.embargoed) add(std::move(tuple.marking), row.records - row.embargoed);
  }
  return stored;
}

absl::Status AddExamples(const store::Reader& reader, const StoredScope& scope,
                         policy::PolicyDiff& diff) {
  const std::size_t count = std::min(diff.changes.size(), kChangesWithExamples);
  std::vector<store::TupleNumber> tuples;
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::size_t at : diff.changes[i].at) tuples.push_back(scope.tuples[at]);
  }
  ASSIGN_OR_RETURN(const auto examples, reader.TupleExamples(tuples, policy::kDiffExamplesMax));
  for (std::size_t i = 0; i < count; ++i) {
    policy::Change& change = diff.changes[i];
    for (const std::size_t at : change.at) {
      const auto ids = examples.find(scope.tuples[at]);
      if (ids == examples.end()) continue;
      for (const record::RecordId& id : ids->second) {
        if (change.examples.size() == policy::kDiffExamplesMax) break;
        change.examples.push_back(ToString(id).substr(0, kIdDigits));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<PeerContext>> PeersServed(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const std::vector<store::AccessRow> rows, reader.NewestAccess());
  std::vector<PeerContext> peers;
  for (const store::AccessRow& row : rows) {
    ASSIGN_OR_RETURN(PeerContext peer, DecodeFacts(row.facts));
    peers.push_back(std::move(peer));
  }
  return peers;
}

absl::StatusOr<policy::PolicyDiff> DiffOverStored(const store::Reader& reader,
                                                  std::string_view community,
                                                  const std::vector<PeerContext>& peers,
                                                  const policy::Evaluator& before,
                                                  const policy::Evaluator& after, Timestamp now) {
  std::vector<std::string> circles = before.policy().circles();
  for (const std::string& circle : after.policy().circles()) circles.push_back(circle);
  ASSIGN_OR_RETURN(const StoredScope stored, ScopeOf(reader, community, peers, circles, now));
  policy::PolicyDiff diff = policy::Diff(before, after, stored.scope);
  RETURN_IF_ERROR(AddExamples(reader, stored, diff));
  return diff;
}

}  // namespace renkei::feed
