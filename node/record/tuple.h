// The marking tuple of a record: all of its header that a policy may ask for, without what differs
// from record to record (ids, keys, times).  Records by the million have tuples by the thousand, so
// a new policy is applied to tuples and not to records.
//
// What varies within a tuple is told by flags: whether an embargo is running now, and who the
// recipients are, must be asked of the record.  Encoded form: canonical, with a version; it stays
// on disk.  Error: DATA_LOSS (not made by EncodeTuple).
#pragma once

#include <vector>

#include "node/record/header.h"

namespace renkei::record {

struct MarkingTuple {
  policy::Marking marking{};        // without circles; not embargoed
  std::vector<CircleId> circles{};  // sorted; those in which the author was accepted
  bool embargo = false;             // there is one, running or over
  bool recipients = false;          // the record names some

  bool operator==(const MarkingTuple&) const = default;
};

MarkingTuple TupleOf(const Header& header, std::vector<CircleId> accepted);
Bytes EncodeTuple(const MarkingTuple& tuple);
absl::StatusOr<MarkingTuple> ParseTuple(BytesView bytes);

}  // namespace renkei::record
