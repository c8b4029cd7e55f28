#include "node/feed/view.h"

#include <algorithm>

namespace renkei::feed {
namespace {

constexpr std::uint8_t kFactsVersion = 1;

void PutText(ByteWriter& out, std::string_view text) {
  out.U16(static_cast<std::uint16_t>(text.size())).Raw(text.substr(0, 0xffff));
}

std::string TakeText(ByteReader& in) { return std::string(in.Raw(in.U16())); }

void PutBy(ByteWriter& out, const policy::AssertedBy& by) {
  out.U8(by.hub ? 1 : 0).U8(by.self ? 1 : 0).U32(static_cast<std::uint32_t>(by.sponsors));
}

policy::AssertedBy TakeBy(ByteReader& in) {
  const bool hub = in.U8() != 0;
  const bool self = in.U8() != 0;
  return {.hub = hub, .self = self, .sponsors = static_cast<int>(in.U32())};
}

}  // namespace

absl::StatusOr<Subject> MakeSubject(BytesView header, BytesView circle_ids, std::string author,
                                    bool own, const Community& community) {
  auto parsed = record::ParseHeader(header);
  if (!parsed.ok()) return DataLoss("a stored header does not parse");
  Subject subject{.header = *std::move(parsed), .author = std::move(author), .own = own};
  for (const record::CircleId& id : SplitCircles(circle_ids)) {
    if (auto name = community.CircleName(id)) subject.circles.push_back(*std::move(name));
  }
  std::sort(subject.circles.begin(), subject.circles.end());
  return subject;
}

policy::Peer FactsTowards(const PeerContext& peer, const Subject& subject) {
  policy::Peer facts = peer.facts;
  const record::RecipientTag tag =
      record::MakeRecipientTag(subject.header.record_id, peer.team_key);
  const auto& recipients = subject.header.recipients;
  facts.recipient = std::find(recipients.begin(), recipients.end(), tag) != recipients.end();
  facts.own = subject.header.source == policy::SourceMode::kAttributed && !subject.author.empty() &&
              subject.author == peer.team;
  return facts;
}

policy::Mask MaskFor(const policy::Evaluator& evaluator, const PeerContext& peer,
                     const Subject& subject, Timestamp now) {
  if (subject.header.expires <= now) return {};
  return evaluator.Decide(FactsTowards(peer, subject),
                          record::ToMarking(subject.header, subject.circles, now));
}

absl::StatusOr<policy::Mask> MaskToHub(const policy::Evaluator& evaluator,
                                       const Community& community, const store::RecordRow& row,
                                       Timestamp now) {
  PeerContext hub = community.Hub();
  hub.facts.author_hub = true;
  ASSIGN_OR_RETURN(const Subject subject,
                   MakeSubject(row.header, row.circles, row.author, /*own=*/true, community));
  return MaskFor(evaluator, hub, subject, now);
}

policy::SectionMask MayPassOn(const Community& community, const Subject& subject,
                              const crypto::Digest& leaf, const std::vector<store::HeldRow>& held) {
  if (subject.own || community.is_hub()) return policy::kAllSections;
  if (subject.header.relay == policy::Relay::kNone) return 0;
  policy::SectionMask may = 0;
  for (const store::HeldRow& row : held) {
    // What a link let pass of an older revision says nothing about this one.
    if (row.leaf == leaf) may = static_cast<policy::SectionMask>(may | row.relay);
  }
  return may;
}

store::RecordRow MakeRow(const record::Record& record) {
  const record::Header& h = record.header();
  return {.id = h.record_id,
          .revision = h.revision,
          .leaf = record.leaf(),
          .origin = h.origin,
          .kind = h.kind,
          .tlp = h.tlp,
          .issued = h.issued,
          .expires = h.expires,
          .embargo_until = h.embargo_until,
          .state = h.kind == policy::Kind::kWithdrawal ? store::RecordState::kWithdrawn
                                                       : store::RecordState::kLive,
          .header = record.header_bytes(),
          .stored = record.ToStored()};
}

Bytes JoinCircles(const std::vector<record::CircleId>& circles) {
  Bytes joined;
  for (const record::CircleId& id : circles) joined.append(id.view());
  return joined;
}

std::vector<record::CircleId> SplitCircles(BytesView joined) {
  std::vector<record::CircleId> circles;
  ByteReader in(joined);
  while (!in.AtEnd()) circles.push_back(in.Read<record::CircleId>());
  if (!in.ok()) circles.clear();
  return circles;
}

Bytes EncodeFacts(const PeerContext& peer) {
  ByteWriter out;
  out.U8(kFactsVersion);
  PutText(out, peer.team);
  out.Raw(peer.team_key.view());
  out.U8(static_cast<std::uint8_t>(peer.facts.kind));
  PutText(out, peer.facts.team);
  PutText(out, peer.facts.sector);
  PutBy(out, peer.facts.sector_by);
  PutText(out, peer.facts.country);
  PutBy(out, peer.facts.country_by);
  out.U16(static_cast<std::uint16_t>(peer.facts.circles.size()));
  for (const policy::Membership& membership : peer.facts.circles) {
    PutText(out, membership.circle);
    out.U8(membership.rung);
    PutBy(out, membership.by);
  }
  return out.Take();
}

absl::StatusOr<PeerContext> DecodeFacts(BytesView bytes) {
  ByteReader in(bytes);
  if (in.U8() != kFactsVersion) return DataLoss("stored facts of a peer: unknown version");
  PeerContext peer;
  peer.team = TakeText(in);
  peer.team_key = in.Read<crypto::PublicKey>();
  peer.facts.kind = static_cast<policy::PeerKind>(in.U8());
  peer.facts.team = TakeText(in);
  peer.facts.sector = TakeText(in);
  peer.facts.sector_by = TakeBy(in);
  peer.facts.country = TakeText(in);
  peer.facts.country_by = TakeBy(in);
  const int circles = in.U16();
  for (int i = 0; i < circles && in.ok(); ++i) {
    policy::Membership membership;
    membership.circle = TakeText(in);
    membership.rung = in.U8();
    membership.by = TakeBy(in);
    peer.facts.circles.push_back(std::move(membership));
  }
  if (!in.ok() || !in.AtEnd()) return DataLoss("stored facts of a peer: wrong length");
  return peer;
}

}  // namespace renkei::feed
