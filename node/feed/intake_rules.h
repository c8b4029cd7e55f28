// Rules of intake that named records and those without a name share (RECORD section 5).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "node/feed/community.h"
#include "node/feed/policy_holder.h"
#include "node/record/record.h"

namespace renkei::feed {

bool IsWithdrawal(const record::Record& record);

// Which of two revisions is the newest: the higher number; on a tie the smaller leaf; none after a
// withdrawal.
bool Replaces(const record::Record& record, const store::RecordRow& row);

// Whether a further revision of what is held may be kept.  INVALID_ARGUMENT: another origin,
// expires earlier, too many (for good: a record can't get fewer).  Logs two revisions of one
// number, and one that names another before it.
absl::Status CheckRevision(const record::Record& record, const store::RecordRow& row,
                           const std::vector<store::RevisionRow>& revisions);

// An attestation without a name vouches for a key, and its holder could seal with it what the hub
// has never seen: no charter, quota or lint, and after its removal too.  So a revision that is new
// to us comes from the hub; another member may add sections to it, or bring its withdrawal.
// `row`: what is held of the record.  PERMISSION_DENIED.
absl::Status CheckUnnamedLink(std::string_view link, const record::Record& record,
                              const std::optional<store::RecordRow>& row);

// At a hub a sighting is welcome only from who may sight what it is about, and must not tell more
// people than that did.  OK for all else.
absl::Status CheckSighting(const store::Reader& reader, const policy::Evaluator& evaluator,
                           const Community& community, const record::Record& record,
                           const Author& author, Timestamp now);

// The circles of the header in which `accept` takes the record; PERMISSION_DENIED if there is none.
// A withdrawal is not judged: the circles of which its author is.
absl::StatusOr<std::vector<record::CircleId>> AcceptedCircles(const policy::Evaluator& evaluator,
                                                              const Community& community,
                                                              const record::Record& record,
                                                              const Author& author, Timestamp now);

}  // namespace renkei::feed
