#include "node/feed/cursor.h"

#include "node/feed/limits.h"

namespace renkei::feed {
namespace {

// What a cursor is bound to: whose it is, and what was asked.
Bytes Binding(const PeerContext& peer, const FeedRequest& request) {
  ByteWriter canonical;
  canonical.Raw(crypto::Tag16("RNK1.cursor"));
  canonical.U32(static_cast<std::uint32_t>(peer.team.size())).Raw(peer.team);
  canonical.U32(static_cast<std::uint32_t>(request.circles.size()));
  for (const record::CircleId& circle : request.circles) canonical.Raw(circle.view());
  for (const policy::Kind kind : request.kinds) canonical.U8(static_cast<std::uint8_t>(kind));
  return crypto::Sha256(canonical.bytes()).str();
}

}  // namespace

void Cursor::Normalize() {
  std::vector<Segment> kept;
  store::Offset lower = 0;
  for (const Segment& segment : segments) {
    if (segment.upto <= lower) continue;
    lower = segment.upto;
    if (!kept.empty() && kept.back().generation == segment.generation) {
      kept.back().upto = segment.upto;
      continue;
    }
    kept.push_back(segment);
  }
  segments = std::move(kept);
}

Bytes CursorCodec::Seal(const Cursor& cursor, const PeerContext& peer,
                        const FeedRequest& request) const {
  ByteWriter plain;
  plain.Raw(epoch_);
  for (const Segment& segment : cursor.segments) plain.I64(segment.upto).I64(segment.generation);
  return crypto::SealBox(key_, plain.bytes(), Binding(peer, request));
}

absl::StatusOr<Cursor> CursorCodec::Open(BytesView cursor, const PeerContext& peer,
                                         const FeedRequest& request) const {
  if (cursor.empty()) return Cursor{};
  const absl::Status foreign = OutOfRange("cursor: not made by this node for this request");
  if (cursor.size() > kCursorBytesMax) return foreign;
  const std::optional<Bytes> plain = crypto::OpenBox(key_, cursor, Binding(peer, request));
  if (!plain) return foreign;
  ByteReader in(*plain);
  if (in.Raw(epoch_.size()) != epoch_) return foreign;
  Cursor result;
  while (!in.AtEnd()) {
    const store::Offset upto = in.I64();
    result.segments.push_back({upto, in.I64()});
  }
  if (!in.ok() || result.segments.size() > kCursorSegmentsMax) return foreign;
  return result;
}

}  // namespace renkei::feed
