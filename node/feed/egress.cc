#include "node/feed/egress.h"

#include <algorithm>

#include "node/feed/given.h"
#include "node/feed/kept_attestations.h"
#include "node/feed/limits.h"

namespace renkei::feed {
namespace {

// Header and attestation bytes around a section, roughly.
constexpr std::size_t kItemOverhead = 1024;

bool Wanted(const FeedRequest& request, const record::Header& header) {
  // A withdrawal is wanted by whoever wanted what it takes back.
  const bool kind = request.kinds.empty() || header.kind == policy::Kind::kWithdrawal ||
                    std::binary_search(request.kinds.begin(), request.kinds.end(), header.kind);
  const bool circle =
      request.circles.empty() ||
      std::any_of(header.circles.begin(), header.circles.end(), [&](const record::CircleId& id) {
        return std::binary_search(request.circles.begin(), request.circles.end(), id);
      });
  return kind && circle;
}

}  // namespace

std::shared_ptr<const Bytes> ViewCache::Find(const crypto::Digest& leaf,
                                             policy::SectionMask sections) {
  MutexLock lock(mutex_);
  const auto it = views_.find({leaf, sections});
  if (it == views_.end()) return nullptr;
  order_.splice(order_.begin(), order_, it->second);
  return it->second->second;
}

void ViewCache::Insert(const crypto::Digest& leaf, policy::SectionMask sections,
                       std::shared_ptr<const Bytes> wire) {
  MutexLock lock(mutex_);
  const Key key{leaf, sections};
  if (views_.count(key) != 0) return;
  bytes_ += wire->size();
  order_.emplace_front(key, std::move(wire));
  views_[key] = order_.begin();
  while (bytes_ > kViewCacheBytesMax && !order_.empty()) {
    bytes_ -= order_.back().second->size();
    views_.erase(order_.back().first);
    order_.pop_back();
  }
}

struct Egress::Pass {
  const PeerContext& peer;
  const FeedRequest& request;
  const store::Reader& reader;
  Cursor cursor{};
  AccessHistory history{};
  const Generation* current = nullptr;
  Timestamp now{};
  FeedBatch batch{};
  std::size_t bytes = 0;
  int scanned = 0;  // records looked at
  int sieved = 0;   // entries told apart by their tuples
  int confirmed = 0;

  bool Full() const {
    return batch.items.size() >= kBatchItemsMax || bytes >= kBatchBytesTarget ||
           scanned >= kScanMax || sieved >= kSieveMax || confirmed >= kConfirmationsPerBatchMax;
  }
};

absl::StatusOr<FeedBatch> Egress::Read(const PeerContext& peer, const FeedRequest& request,
                                       BytesView cursor) {
  ASSIGN_OR_RETURN(Cursor place, codec_.Open(cursor, peer, request));
  const Timestamp now = clock_.Now();
  ASSIGN_OR_RETURN(const std::int64_t generation, CurrentGeneration(store_, policies_, peer, now));
  FeedBatch result;
  const absl::Status read = store_.Read([&](const store::Reader& reader) -> absl::Status {
    Pass pass{.peer = peer, .request = request, .reader = reader, .cursor = place, .now = now};
    ASSIGN_OR_RETURN(pass.history, AccessHistory::Load(reader, policies_, peer.team));
    pass.current = pass.history.Find(generation);
    if (pass.current == nullptr) return DataLoss("access rows of a peer are missing");
    ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
    if (place.position() > newest) {
      return OutOfRange("cursor: ahead of this store, which was restored from a backup");
    }
    RETURN_IF_ERROR(Scan(pass));
    pass.cursor.Normalize();
    if (pass.cursor.segments.size() > kCursorSegmentsMax) {
      return OutOfRange("cursor: access changed too often while catching up");
    }
    pass.batch.cursor = codec_.Seal(pass.cursor, peer, request);
    result = std::move(pass.batch);
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  return result;
}

// First what changed behind the peer's back, then what is new.
absl::Status Egress::Scan(Pass& pass) const {
  std::size_t index = 0;
  while (index < pass.cursor.segments.size()) {
    if (pass.Full()) {
      pass.batch.more = true;
      return absl::OkStatus();
    }
    if (pass.cursor.segments[index].generation == pass.current->number) {
      ++index;
      continue;
    }
    RETURN_IF_ERROR(ScanSegment(pass, index));
  }
  return ScanNew(pass);
}

// Walks a stretch that an older generation served.
absl::Status Egress::ScanSegment(Pass& pass, std::size_t index) const {
  const Segment segment = pass.cursor.segments[index];
  const store::Offset lower = index == 0 ? 0 : pass.cursor.segments[index - 1].upto;
  const Generation* before = pass.history.Find(segment.generation);
  if (before == nullptr) return OutOfRange("cursor: of an access this node does not know");
  ASSIGN_OR_RETURN(const store::EntryPage page, NextPage(pass, lower, segment.upto, before));
  store::Offset reached = page.reached;
  for (const store::EntryRow& entry : page.entries) {
    if (pass.Full()) {
      reached = entry.offset - 1;
      break;
    }
    ++pass.scanned;
    RETURN_IF_ERROR(Consider(pass, entry, before));
  }
  if (reached >= segment.upto) {
    pass.cursor.segments[index].generation = pass.current->number;
    return absl::OkStatus();
  }
  pass.batch.more = true;
  pass.cursor.segments.insert(pass.cursor.segments.begin() + static_cast<std::ptrdiff_t>(index),
                              Segment{reached, pass.current->number});
  // Full: the rest of the stretch waits for the next batch.
  pass.scanned = std::max(pass.scanned, kScanMax);
  return absl::OkStatus();
}

absl::Status Egress::ScanNew(Pass& pass) const {
  ASSIGN_OR_RETURN(const store::Offset newest, pass.reader.Newest());
  const store::Offset position = pass.cursor.position();
  if (pass.Full()) {
    pass.batch.more = position < newest;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const store::EntryPage page, NextPage(pass, position, newest, nullptr));
  store::Offset reached = page.reached;
  for (const store::EntryRow& entry : page.entries) {
    if (pass.Full()) {
      reached = entry.offset - 1;
      break;
    }
    ++pass.scanned;
    RETURN_IF_ERROR(Consider(pass, entry, nullptr));
  }
  reached = std::max(position, reached);
  pass.batch.more = reached < newest;
  pass.cursor.segments.push_back({reached, pass.current->number});
  return absl::OkStatus();
}

absl::StatusOr<store::EntryPage> Egress::NextPage(Pass& pass, store::Offset after,
                                                  store::Offset upto,
                                                  const Generation* before) const {
  Sieve sieve(pass.reader, tuples_, community_, *pass.current, before);
  ASSIGN_OR_RETURN(
      store::EntryPage page,
      pass.reader.WantedEntries(after, upto, kScanMax - pass.scanned, kSieveMax - pass.sieved,
                                [&](const store::EntryKey& entry) { return sieve.Wants(entry); }));
  pass.sieved += page.scanned;
  return page;
}

absl::StatusOr<policy::Mask> Egress::MaskOf(const Pass& pass, const Subject& subject,
                                            const crypto::Digest& leaf,
                                            const Generation& generation) const {
  return MaskToGive(pass.reader, community_, generation.policy->evaluator, generation.peer, subject,
                    leaf, pass.now);
}

// Sends, takes back, or stays silent.  `before`: the generation that served this stretch, if the
// peer's cursor has passed it.
absl::Status Egress::Consider(Pass& pass, const store::EntryRow& entry,
                              const Generation* before) const {
  // An author needs no copy of its own.
  const bool authors = !entry.author.empty() && entry.author == pass.peer.team;
  if (entry.type == store::EntryType::kReceipts) {
    return authors && before == nullptr ? Confirm(pass, entry) : absl::OkStatus();
  }
  if (authors) return absl::OkStatus();
  if (entry.type == store::EntryType::kTakenBack) {
    return before == nullptr ? TakeBack(pass, entry) : absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Subject subject,
                   MakeSubject(entry.header, entry.circles, entry.author, entry.own, community_));
  if (!Wanted(pass.request, subject.header)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const policy::Mask now, MaskOf(pass, subject, entry.leaf, *pass.current));
  if (before != nullptr && entry.state == store::RecordState::kLive) {
    ASSIGN_OR_RETURN(const policy::Mask then, MaskOf(pass, subject, entry.leaf, *before));
    const bool gained =
        (now.see() & ~then.see()) != 0 || now.exist() > then.exist() || now.relay() != then.relay();
    const bool lost = then.exist() && (then.see() & ~now.see()) != 0;
    if (then.exist() && (lost || !now.exist())) {
      pass.batch.items.emplace_back(
          Retraction{.id = entry.id, .leaf = entry.leaf, .keep = now.see(), .exist = now.exist()});
      pass.bytes += kItemOverhead;
    }
    return gained && now.exist() ? Offer(pass, entry, subject, now) : absl::OkStatus();
  }
  if (before != nullptr) return absl::OkStatus();
  if (now.exist()) return Offer(pass, entry, subject, now);
  // Not for this peer now; but an earlier revision may have been.
  ASSIGN_OR_RETURN(const auto revisions, pass.reader.Revisions(entry.id));
  const bool first = revisions.size() == 1 && revisions.front().from == entry.offset;
  if (first && entry.state == store::RecordState::kLive) return absl::OkStatus();
  // A relay says nothing of what no link let it pass on.
  if (!subject.own && !community_.is_hub()) {
    ASSIGN_OR_RETURN(const auto held, pass.reader.Held(entry.id));
    const bool relayed =
        std::any_of(held.begin(), held.end(), [](const auto& h) { return h.relay != 0; });
    if (!relayed) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const bool seen, pass.history.MayHaveSeen(revisions, entry.offset - 1,
                                                             entry.author, entry.own, community_));
  if (!seen) return absl::OkStatus();
  // The author's own word reaches all who had the record, whatever the policy says now.
  if (entry.state == store::RecordState::kWithdrawn) return Offer(pass, entry, subject, now);
  pass.batch.items.emplace_back(
      Retraction{.id = entry.id, .leaf = entry.leaf, .keep = 0, .exist = false});
  pass.bytes += kItemOverhead;
  return absl::OkStatus();
}

// Passes on that we may pass on less of a record than this peer may have had from us.
absl::Status Egress::TakeBack(Pass& pass, const store::EntryRow& entry) const {
  ASSIGN_OR_RETURN(const Subject then,
                   MakeSubject(entry.header, entry.circles, entry.author, entry.own, community_));
  if (!Wanted(pass.request, then.header)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto revisions, pass.reader.Revisions(entry.id));
  ASSIGN_OR_RETURN(const bool seen, pass.history.MayHaveSeen(revisions, entry.offset - 1,
                                                             entry.author, entry.own, community_));
  if (!seen) return absl::OkStatus();
  Retraction retraction{.id = entry.id, .leaf = entry.leaf};
  ASSIGN_OR_RETURN(const auto row, pass.reader.FindRecord(entry.id));
  if (row) {
    // The entry of a withdrawal says more.
    if (row->state == store::RecordState::kWithdrawn) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Subject subject,
                     MakeSubject(row->header, row->circles, row->author, row->own, community_));
    ASSIGN_OR_RETURN(const policy::Mask now, MaskOf(pass, subject, row->leaf, *pass.current));
    retraction.leaf = row->leaf;
    retraction.keep = now.see();
    retraction.exist = now.exist();
  }
  pass.batch.items.emplace_back(retraction);
  pass.bytes += kItemOverhead;
  return absl::OkStatus();
}

absl::Status Egress::Offer(Pass& pass, const store::EntryRow& entry, const Subject& subject,
                           policy::Mask mask) const {
  std::shared_ptr<const Bytes> wire = views_.Find(entry.leaf, mask.see());
  ASSIGN_OR_RETURN(const auto row, pass.reader.FindRecord(entry.id));
  if (!row) return absl::OkStatus();
  if (wire == nullptr) {
    ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row->stored));
    wire = std::make_shared<const Bytes>(record.Disclose(mask.see()));
    // A copy held in part may grow; only whole answers are kept for others.
    if ((mask.see() & ~record.held()) == 0) views_.Insert(entry.leaf, mask.see(), wire);
  }
  std::vector<record::CircleId> shared;
  for (const record::CircleId& id : subject.header.circles) {
    const auto name = community_.CircleName(id);
    const bool both =
        name && std::any_of(pass.peer.facts.circles.begin(), pass.peer.facts.circles.end(),
                            [&](const auto& m) { return m.circle == *name; });
    if (both) shared.push_back(id);
  }
  ASSIGN_OR_RETURN(const Attestations kept, DecodeAttestations(row->attestations));
  OfferedRecord offered{.record = *wire,
                        .attestations = community_.AttestationsFor(row->origin, shared, kept),
                        .relay = mask.relay()};
  pass.bytes += offered.record.size() + kItemOverhead;
  for (const auto& attestation : offered.attestations) pass.bytes += attestation.ByteSizeLong();
  pass.batch.items.emplace_back(std::move(offered));
  return absl::OkStatus();
}

absl::Status Egress::Confirm(Pass& pass, const store::EntryRow& entry) const {
  ++pass.confirmed;
  ASSIGN_OR_RETURN(const auto receipts, pass.reader.Receipts(entry.id));
  ASSIGN_OR_RETURN(const auto row, pass.reader.FindRecord(entry.id));
  if (!row) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto sent, SentTo(pass.reader, *row, community_.Teams()));
  Confirmation confirmation{.id = entry.id, .leaf = entry.leaf};
  confirmation.receipts = static_cast<std::uint32_t>(
      std::count_if(receipts.begin(), receipts.end(),
                    [&](const store::ReceiptRow& r) { return r.leaf == entry.leaf; }));
  confirmation.sent_to = static_cast<std::uint32_t>(sent.size());
  pass.batch.items.emplace_back(confirmation);
  pass.bytes += kItemOverhead;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Egress::SentTo(
    const store::Reader& reader, const store::RecordRow& row,
    const std::vector<std::string>& peers) const {
  ASSIGN_OR_RETURN(const auto revisions, reader.Revisions(row.id));
  std::vector<std::string> sent;
  for (const std::string& peer : peers) {
    if (peer == row.author) continue;
    ASSIGN_OR_RETURN(const AccessHistory history, AccessHistory::Load(reader, policies_, peer));
    ASSIGN_OR_RETURN(const bool seen,
                     history.MayHaveSeen(revisions, row.offset, row.author, row.own, community_));
    if (seen) sent.push_back(peer);
  }
  return sent;
}

store::Offset Egress::PositionOf(const PeerContext& peer, const FeedRequest& request,
                                 BytesView cursor) const {
  const auto place = codec_.Open(cursor, peer, request);
  return place.ok() ? place->position() : 0;
}

}  // namespace renkei::feed
