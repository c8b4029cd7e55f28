// What of the feed one target is told: the only way by which content gets to a channel.
//
// Asked anew at each try, so what leaves is what the policy in force and the record's own marking
// allow then, not when it came.  Records go through gateway/showing.h, as what a token's reader is
// shown; then the target's own limits (TLP, exercises, own records) and its filter.  A record that
// it was given is followed up whatever the filter says now: a revision comes as such; what it may
// no longer see comes as retracted, by its id alone.
// Confined to one thread; borrows what it is made of.
#pragma once

#include "node/feed/community.h"
#include "node/feed/policy_holder.h"
#include "node/gateway/showing.h"
#include "node/push/book.h"
#include "node/push/filter.h"

namespace renkei::push {

// What pushing is made of.  All outlive it.
struct Parts {
  store::Store& store;
  const feed::PolicyHolder& policies;
  const feed::Community& community;
  const Clock& clock;
};

struct Batch {
  std::vector<Event> events{};
  store::Offset reached = 0;             // with all of them delivered
  int passed_over = 0;                   // after the last event
  bool more = false;                     // there is more to look at now
  std::vector<record::RecordId> gone{};  // given once, expired since
};

class Selecting {
 public:
  Selecting(const Parts& parts, const config::PushTarget& target, const Book& book);

  // The next entries of the feed.  FAILED_PRECONDITION: the policy does not understand `see`.
  absl::StatusOr<Batch> FromFeed(store::Offset after) const;
  // Of one shard of what was given: what is to be taken back.
  absl::StatusOr<Batch> FromGiven(int shard, store::Offset at) const;

 private:
  absl::StatusOr<gateway::Showing> MakeShowing() const;
  // Nothing: the entry is not for the target.
  absl::StatusOr<std::optional<Event>> OfEntry(const store::Reader& reader,
                                               const gateway::Showing& showing,
                                               const store::EntryRow& entry) const;
  absl::StatusOr<std::optional<Event>> OfLive(const store::Reader& reader,
                                              const gateway::Showing& showing,
                                              const store::RecordRow& row, bool given) const;
  // Whether the target may go on having a record that it was given.
  absl::StatusOr<bool> StillMay(const store::Reader& reader, const gateway::Showing& showing,
                                const store::RecordRow& row) const;
  // Whether it may be told at all; the filter says whether it wants to.
  bool MayTell(const store::RecordRow& row, const record::Header& header) const;
  Event Make(EventType type, store::Offset offset, const record::RecordId& id,
             BytesView what) const;

  const Parts parts_;
  const config::PushTarget& target_;
  const Book& book_;
  const Filter filter_;
  const policy::Tlp tlp_;
};

}  // namespace renkei::push
