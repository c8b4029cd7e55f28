// A subscriber's place in our feed, opaque to it.
//
// It says up to which offset, and under which generation of the peer's access, entries were looked
// at.  A peer's view changes (level, policy), so older stretches may have been served by an older
// generation: `segments` lists them, in order; walking them again under the newest generation gives
// what was gained and takes back what was lost.
#pragma once

#include <vector>

#include "node/base/status.h"
#include "node/crypto/aead.h"
#include "node/feed/items.h"
#include "node/store/store.h"

namespace renkei::feed {

struct Segment {
  store::Offset upto = 0;       // included
  std::int64_t generation = 0;  // store::AccessRow of the peer

  bool operator==(const Segment&) const = default;
};

struct Cursor {
  std::vector<Segment> segments{};  // rising `upto`; empty: nothing seen

  store::Offset position() const { return segments.empty() ? 0 : segments.back().upto; }
  // Joins neighbours of one generation and drops empty stretches.
  void Normalize();
  bool operator==(const Cursor&) const = default;
};

// Makes and reads cursors: nonce || XChaCha20-Poly1305(store epoch, segments), bound to the team
// and to SHA-256 of the request.  Immutable; thread-safe.
class CursorCodec {
 public:
  CursorCodec(const crypto::AeadKey& key, Bytes store_epoch)
      : key_(key), epoch_(std::move(store_epoch)) {}

  Bytes Seal(const Cursor& cursor, const PeerContext& peer, const FeedRequest& request) const;
  // OUT_OF_RANGE for anything we did not make for this peer, request and store.
  absl::StatusOr<Cursor> Open(BytesView cursor, const PeerContext& peer,
                              const FeedRequest& request) const;

 private:
  crypto::AeadKey key_;
  Bytes epoch_;
};

}  // namespace renkei::feed
