// What one peer sees of one record: the only place where header, peer and policy meet.
#pragma once

#include <vector>

#include "node/feed/community.h"
#include "node/feed/policy_holder.h"
#include "node/record/record.h"

namespace renkei::feed {

// A stored revision, as far as the policy is concerned.
struct Subject {
  record::Header header{};
  std::vector<std::string> circles{};  // names of those in which the author was accepted
  std::string author{};                // slug, if known
  bool own = false;                    // sealed here
};

// DATA_LOSS if the stored header does not parse.
absl::StatusOr<Subject> MakeSubject(BytesView header, BytesView circle_ids, std::string author,
                                    bool own, const Community& community);

// The peer towards this record: is it named in it, is it its author.
policy::Peer FactsTowards(const PeerContext& peer, const Subject& subject);

// The policy's answer, and nothing once the record has expired.
policy::Mask MaskFor(const policy::Evaluator& evaluator, const PeerContext& peer,
                     const Subject& subject, Timestamp now);

// What our own policy lets the hub see of a record of ours: even to our own hub, bytes leave only
// through the mask.
absl::StatusOr<policy::Mask> MaskToHub(const policy::Evaluator& evaluator,
                                       const Community& community, const store::RecordRow& row,
                                       Timestamp now);

// What we may give to others of a record that came to us: everything if we sealed it or are the hub
// that attested its author, else what the links it came over let us pass on.
policy::SectionMask MayPassOn(const Community& community, const Subject& subject,
                              const crypto::Digest& leaf, const std::vector<store::HeldRow>& held);

// The store's row of a record as it was just opened or sealed; author, circles, times and the rest
// are the caller's to fill in.
store::RecordRow MakeRow(const record::Record& record);

// Ids of circles, 16 bytes each, and back.
Bytes JoinCircles(const std::vector<record::CircleId>& circles);
std::vector<record::CircleId> SplitCircles(BytesView joined);

// Facts of a peer as an access row keeps them.  Stable: rows outlive versions.
Bytes EncodeFacts(const PeerContext& peer);
absl::StatusOr<PeerContext> DecodeFacts(BytesView bytes);

}  // namespace renkei::feed
