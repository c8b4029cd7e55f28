// The author's side of records without a name: their keys, their rules, and the row by which the
// author finds them again (ANONYMITY section 3; docs/membership.md).
//
// Thread-safe.
#pragma once

#include <vector>

#include "node/anonymize/finding.h"
#include "node/feed/community.h"
#include "node/membership/anon_master.h"
#include "node/record/record.h"
#include "node/store/store.h"

namespace renkei::feed {

// The key that a new record begins with.
struct UnnamedOrigin {
  crypto::SigningKey key;
  std::uint32_t epoch = 0;  // pseudonymous
  Bytes seed{};             // anonymous; to be wiped by whoever holds it
};

class UnnamedAuthor {
 public:
  // Outlives this.
  explicit UnnamedAuthor(const membership::AnonMaster& master) : master_(master) {}

  // The pseudonym of this circle and time, or a key that was never used.
  UnnamedOrigin Begin(policy::SourceMode source, const record::CircleId& circle,
                      Timestamp now) const;
  // What the store keeps of a new record.
  store::UnnamedRow RowOf(const record::Record& record, const UnnamedOrigin& origin) const;
  // The key of a record that was begun before.  DATA_LOSS if it is not the header's.
  absl::StatusOr<crypto::SigningKey> KeyOf(const store::UnnamedRow& row,
                                           const record::Header& header) const;

 private:
  const membership::AnonMaster& master_;
};

// OK for attributed drafts.  INVALID_ARGUMENT: not exactly one circle; FAILED_PRECONDITION: its
// charter does not allow the source mode, or this is a hub.
absl::Status CheckUnnamed(const record::DraftHeader& header, const Community& community);

// The ids that parts of an unnamed draft have in the system they came from: whoever holds the
// source, or a copy that went another way, would know them again.
void DropSourceIds(record::Draft& draft);

// What an anonymous record must not hold, which the gate does not say: contact, attachments, tags.
// True if a finding was added.
bool AddUnnamedFindings(const record::Draft& draft, std::vector<anonymize::Finding>& findings);

}  // namespace renkei::feed
