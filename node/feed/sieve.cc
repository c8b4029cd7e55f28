#include "node/feed/sieve.h"

#include <algorithm>

#include "node/feed/limits.h"

namespace renkei::feed {

absl::StatusOr<std::shared_ptr<const record::MarkingTuple>> TupleCache::Find(
    const store::Reader& reader, store::TupleNumber number) {
  {
    MutexLock lock(mutex_);
    const auto known = tuples_.find(number);
    if (known != tuples_.end()) return known->second;
  }
  ASSIGN_OR_RETURN(const auto row, reader.FindTuple(number));
  if (!row) return std::shared_ptr<const record::MarkingTuple>();
  ASSIGN_OR_RETURN(record::MarkingTuple parsed, record::ParseTuple(row->content));
  auto tuple = std::make_shared<const record::MarkingTuple>(std::move(parsed));
  MutexLock lock(mutex_);
  if (tuples_.size() >= kTuplesKept) tuples_.clear();
  tuples_.emplace(number, tuple);
  return tuple;
}

policy::Marking MarkingOf(const record::MarkingTuple& tuple, const Community& community) {
  policy::Marking marking = tuple.marking;
  for (const record::CircleId& id : tuple.circles) {
    if (auto name = community.CircleName(id)) marking.circles.push_back(*std::move(name));
  }
  std::sort(marking.circles.begin(), marking.circles.end());
  return marking;
}

absl::StatusOr<bool> Sieve::Wants(const store::EntryKey& entry) {
  if (entry.type != store::EntryType::kRecord || entry.tuple == 0) return true;
  // New to this peer, but an earlier revision may have been seen: to be taken back, perhaps.
  if (before_ == nullptr && !entry.fresh) return true;
  const auto known = known_.find(entry.tuple);
  if (known != known_.end()) return known->second;
  ASSIGN_OR_RETURN(const bool wants, MayMatter(entry.tuple));
  known_.emplace(entry.tuple, wants);
  return wants;
}

Sieve::Asked Sieve::AskFor(const Generation& generation) {
  return {&generation, generation.policy->table->ClassOf(generation.peer.facts)};
}

policy::Mask Sieve::MaskOf(const Asked& asked, const policy::Marking& marking,
                           policy::Relation relation) {
  policy::Table& table = *asked.generation->policy->table;
  const auto shape = asked.class_number ? table.ShapeOf(marking) : std::nullopt;
  if (shape) return table.MaskOf(*shape, *asked.class_number, relation);
  policy::Peer peer = asked.generation->peer.facts;
  peer.recipient = relation == policy::Relation::kRecipient;
  peer.own = false;
  return table.evaluator().Decide(peer, marking);
}

// An author gets no copy of its own records, so it is never asked as one.
absl::StatusOr<bool> Sieve::MayMatter(store::TupleNumber number) {
  ASSIGN_OR_RETURN(const auto tuple, tuples_.Find(reader_, number));
  if (tuple == nullptr) return true;
  if (!asked_now_) asked_now_ = AskFor(now_);
  if (before_ != nullptr && !asked_before_) asked_before_ = AskFor(*before_);
  policy::Marking marking = MarkingOf(*tuple, community_);
  for (const bool embargoed : {false, true}) {
    if (embargoed && !tuple->embargo) continue;
    marking.embargoed = embargoed;
    for (const auto relation : {policy::Relation::kOther, policy::Relation::kRecipient}) {
      if (relation == policy::Relation::kRecipient && !tuple->recipients) continue;
      const policy::Mask now = MaskOf(*asked_now_, marking, relation);
      // What looks the same as before needs no second look; what was never seen, no first.
      const policy::Mask then =
          asked_before_ ? MaskOf(*asked_before_, marking, relation) : policy::Mask();
      if (now != then) return true;
    }
  }
  return false;
}

}  // namespace renkei::feed
