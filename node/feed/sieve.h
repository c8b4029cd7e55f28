// Which entries of the feed a peer's reader must look at, told by their records' marking tuples: so
// a catch-up over a million records decides some thousand times and reads what it sends.
//
// It errs to one side only.  An entry is left out if nothing could come of it for this peer,
// whatever varies within its tuple (embargo running or over, named as a recipient or not); all else
// is looked at as before.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "node/base/mutex.h"
#include "node/feed/access.h"
#include "node/record/tuple.h"
#include "policy/table.h"

namespace renkei::feed {

// Parsed tuples by number; a number never means another tuple.  Thread-safe; holds at most
// kTuplesKept.
class TupleCache {
 public:
  // Null: there is no such tuple.
  absl::StatusOr<std::shared_ptr<const record::MarkingTuple>> Find(const store::Reader& reader,
                                                                   store::TupleNumber number);

 private:
  Mutex mutex_;
  std::unordered_map<store::TupleNumber, std::shared_ptr<const record::MarkingTuple>> tuples_
      RENKEI_GUARDED_BY(mutex_);
};

// The marking of a tuple with the names of its circles known here.
policy::Marking MarkingOf(const record::MarkingTuple& tuple, const Community& community);

// For one stretch of one read.  Confined to it.
class Sieve {
 public:
  // All outlive this.  `before`: the generation that served this stretch; null: none did.
  Sieve(const store::Reader& reader, TupleCache& tuples, const Community& community,
        const Generation& now, const Generation* before)
      : reader_(reader), tuples_(tuples), community_(community), now_(now), before_(before) {}

  absl::StatusOr<bool> Wants(const store::EntryKey& entry);

 private:
  // A generation's peer, as its policy's table knows it.
  struct Asked {
    const Generation* generation = nullptr;
    std::optional<policy::ClassNumber> class_number{};
  };
  static Asked AskFor(const Generation& generation);
  static policy::Mask MaskOf(const Asked& asked, const policy::Marking& marking,
                             policy::Relation relation);
  absl::StatusOr<bool> MayMatter(store::TupleNumber number);

  const store::Reader& reader_;
  TupleCache& tuples_;
  const Community& community_;
  const Generation& now_;
  const Generation* before_;
  std::optional<Asked> asked_now_{};
  std::optional<Asked> asked_before_{};
  std::unordered_map<store::TupleNumber, bool> known_{};
};

}  // namespace renkei::feed
