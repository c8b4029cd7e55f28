// What crosses a link, without a transport's types.  Values.
#pragma once

#include <variant>
#include <vector>

#include "node/feed/community.h"
#include "node/record/record.h"

namespace renkei::feed {

// What became of a record that was taken.
enum class Outcome {
  kStored,    // a new record or revision
  kUpgraded,  // further sections of a revision that was held
  kHeld,      // nothing new
  kStale,     // an older revision, the loser of a tie, or after a withdrawal
};

// A record as one hop hands it to the next.
struct OfferedRecord {
  Bytes record{};  // SignedRecord
  Attestations attestations{};
  policy::SectionMask relay = 0;  // sections the receiver may pass on
};

// The sender's hop takes back what came over this link.
struct Retraction {
  record::RecordId id{};
  crypto::Digest leaf{};
  policy::SectionMask keep = 0;
  bool exist = false;
};

// Said by who applied a withdrawal or a retraction.
struct Receipt {
  record::RecordId id{};
  crypto::Digest leaf{};
};

// To an author: how far its withdrawal has travelled.
struct Confirmation {
  record::RecordId id{};
  crypto::Digest leaf{};
  std::uint32_t receipts = 0;
  std::uint32_t sent_to = 0;
};

using FeedItem = std::variant<OfferedRecord, Retraction, Confirmation>;
using PublishItem = std::variant<OfferedRecord, Receipt>;

struct FeedBatch {
  Bytes cursor{};  // place after the items
  std::vector<FeedItem> items{};
  bool more = false;  // ask again at once
};

// What a subscriber wants; empty lists mean all.
struct FeedRequest {
  std::vector<record::CircleId> circles{};  // sorted
  std::vector<policy::Kind> kinds{};        // sorted

  bool operator==(const FeedRequest&) const = default;
};

}  // namespace renkei::feed
