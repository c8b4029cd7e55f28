// Egress: the only function by which records leave for a subscriber.
//
// Nothing is serialized for a peer except what the policy's mask allows.  What a peer may not know
// of looks exactly like what does not exist: cursors are opaque and heartbeats carry fresh ones.
// Thread-safe; reads only, but for beginning a new access generation.
#pragma once

#include <list>
#include <map>
#include <memory>

#include "node/base/clock.h"
#include "node/feed/access.h"
#include "node/feed/cursor.h"
#include "node/feed/items.h"
#include "node/feed/sieve.h"

namespace renkei::feed {

// Encoded views by leaf and mask, so that one record is redacted once for all peers that see the
// same of it.  Thread-safe; holds at most kViewCacheBytesMax.
class ViewCache {
 public:
  std::shared_ptr<const Bytes> Find(const crypto::Digest& leaf, policy::SectionMask sections);
  void Insert(const crypto::Digest& leaf, policy::SectionMask sections,
              std::shared_ptr<const Bytes> wire);

 private:
  using Key = std::pair<crypto::Digest, policy::SectionMask>;
  Mutex mutex_;
  std::list<std::pair<Key, std::shared_ptr<const Bytes>>> order_ RENKEI_GUARDED_BY(mutex_);
  std::map<Key, decltype(order_)::iterator> views_ RENKEI_GUARDED_BY(mutex_);
  std::size_t bytes_ RENKEI_GUARDED_BY(mutex_) = 0;
};

class Egress {
 public:
  // All outlive this.
  Egress(store::Store& store, const PolicyHolder& policies, const Community& community,
         const Clock& clock, CursorCodec codec)
      : store_(store),
        policies_(policies),
        community_(community),
        clock_(clock),
        codec_(std::move(codec)) {}

  // What comes for `peer` after `cursor` (empty: from the start), at most one batch.  Without news
  // the batch is empty and its cursor fresh.  OUT_OF_RANGE: the cursor is not ours.
  // Waits for the disk: call it on a reader thread.
  absl::StatusOr<FeedBatch> Read(const PeerContext& peer, const FeedRequest& request,
                                 BytesView cursor);

  // Peers that were sent, or may have been sent, any revision of a record.
  absl::StatusOr<std::vector<std::string>> SentTo(const store::Reader& reader,
                                                  const store::RecordRow& row,
                                                  const std::vector<std::string>& peers) const;

  // How far `peer` has come with `cursor`; for the status page.
  store::Offset PositionOf(const PeerContext& peer, const FeedRequest& request,
                           BytesView cursor) const;

 private:
  struct Pass;  // one Read's state

  absl::Status Scan(Pass& pass) const;
  absl::Status ScanSegment(Pass& pass, std::size_t index) const;
  absl::Status ScanNew(Pass& pass) const;
  // The next entries of a stretch that something may come of; within what the batch still holds.
  absl::StatusOr<store::EntryPage> NextPage(Pass& pass, store::Offset after, store::Offset upto,
                                            const Generation* before) const;
  absl::Status Consider(Pass& pass, const store::EntryRow& entry, const Generation* before) const;
  absl::Status Offer(Pass& pass, const store::EntryRow& entry, const Subject& subject,
                     policy::Mask mask) const;
  absl::Status TakeBack(Pass& pass, const store::EntryRow& entry) const;
  absl::StatusOr<policy::Mask> MaskOf(const Pass& pass, const Subject& subject,
                                      const crypto::Digest& leaf,
                                      const Generation& generation) const;
  absl::Status Confirm(Pass& pass, const store::EntryRow& entry) const;

  store::Store& store_;
  const PolicyHolder& policies_;
  const Community& community_;
  const Clock& clock_;
  const CursorCodec codec_;
  mutable ViewCache views_;
  mutable TupleCache tuples_;
};

}  // namespace renkei::feed
