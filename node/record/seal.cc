// Seal: from an anonymized draft to a signed record.
#include <algorithm>
#include <bit>

#include "node/record/limits.h"
#include "node/record/record_maker.h"

namespace renkei::record {
namespace {

template <class T>
void SortUnique(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

// Pads with random tags to a power of two, so that their number says little.
std::vector<RecipientTag> RecipientTags(const RecordId& id,
                                        const std::vector<crypto::PublicKey>& recipients) {
  std::vector<RecipientTag> tags;
  for (const crypto::PublicKey& key : recipients) tags.push_back(MakeRecipientTag(id, key));
  SortUnique(tags);
  while (!tags.empty() && !std::has_single_bit(tags.size())) {
    tags.push_back(crypto::Random<RecipientTag>());
  }
  SortUnique(tags);
  return tags;
}

template <class E>
E Or(E value, E otherwise) {
  return value == E::kUnspecified ? otherwise : value;
}

Timestamp RoundDown(Timestamp time, std::chrono::seconds step) {
  return time - time.time_since_epoch() % step;
}

policy::Rung Nibble(std::uint64_t levels, SectionId section) {
  return static_cast<policy::Rung>((levels >> (4 * static_cast<int>(section))) & 15);
}

std::uint64_t WithNibble(std::uint64_t levels, SectionId section, policy::Rung rung) {
  const int shift = 4 * static_cast<int>(section);
  return (levels & ~(15ULL << shift)) | (static_cast<std::uint64_t>(rung) << shift);
}

void FillMarks(const DraftHeader& draft, Header& h) {
  h.kind = draft.kind;
  h.tlp = Or(draft.tlp, policy::Tlp::kAmber);
  h.pap = Or(draft.pap, policy::Pap::kGreen);
  h.source = Or(draft.source, policy::SourceMode::kAttributed);
  h.relay = Or(draft.relay, policy::Relay::kCircle);
  h.severity = draft.severity;
  h.type = draft.type;
  h.sectors = draft.sectors;
  h.countries = draft.countries;
  h.tags = draft.tags;
  SortUnique(h.sectors);
  SortUnique(h.countries);
  SortUnique(h.tags);
  h.about = draft.about;
  h.reason = draft.reason;
  h.exercise = draft.exercise;
  h.min_level = draft.min_level.value_or(0);
}

void FillIdentity(const crypto::SigningKey& origin, const SealPlan& plan, Header& h) {
  const std::chrono::seconds step = Rounding(h.source);
  h.origin = origin.public_key();
  h.issued = RoundDown(plan.issued, step);
  h.expires = RoundDown(plan.expires, step);
  h.circles = plan.circles;
  SortUnique(h.circles);
  if (!plan.previous) {
    h.id_nonce = crypto::Random<IdNonce>();
    h.record_id = MakeRecordId(h.issued, h.origin, h.id_nonce);
    return;
  }
  h.id_nonce = plan.previous->id_nonce;
  h.record_id = plan.previous->record_id;
  h.revision = plan.previous->revision + 1;
  h.previous = plan.previous->leaf;
  h.expires = std::max(h.expires, plan.previous->expires);
}

// Signs `header` over the given sections with a fresh secret, which is wiped: what the author needs
// later (salts, hashes of absent slots) is in the record itself.
absl::StatusOr<Record> Sign(const Header& header, const AnonymizedDraft::EncodedSections& sections,
                            const crypto::SigningKey& origin) {
  WireParts parts;
  parts.header_bytes = EncodeHeader(header);
  std::vector<crypto::Digest> leaves;
  Bytes secret = crypto::RandomBytes(32);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto id = static_cast<SectionId>(i);
    if (!sections[i]) {
      leaves.push_back(DecoyLeaf(secret, id));
      continue;
    }
    Bytes value = *sections[i];
    if (header.source == policy::SourceMode::kAnonymous) value = PadSection(std::move(value));
    parts.sections[i] =
        Section{.salt = *Salt::From(SectionSalt(secret, id)), .value = std::move(value)};
    leaves.push_back(RecordMaker::LeafOf(parts, i));
    parts.leaves[i] = leaves.back();
  }
  crypto::Wipe(secret);
  const crypto::PrunedTree tree = crypto::PrunedTree::FromLeaves(leaves);
  std::vector<bool> shown;
  for (const auto& section : sections) shown.push_back(section.has_value());
  parts.proof = tree.Proof(shown);
  parts.signature = origin.Sign(SignedBytes(1, RecordLeaf(parts.header_bytes, tree.root())));
  ASSIGN_OR_RETURN(Record record, RecordMaker::Make(std::move(parts)));
  // What we sign is what others will accept: the same door, before anything is stored or sent.
  return Annotate(Open(record.Disclose(policy::kAllSections)), "seal");
}

}  // namespace

absl::StatusOr<Record> Seal(const AnonymizedDraft& draft, const crypto::SigningKey& origin,
                            const SealPlan& plan) {
  Header h;
  FillMarks(draft.header(), h);
  FillIdentity(origin, plan, h);
  if (draft.header().embargo_until) {
    h.embargo_until = RoundDown(*draft.header().embargo_until, Rounding(h.source));
  }
  h.recipients = RecipientTags(h.record_id, plan.recipients);
  h.section_levels = draft.header().section_levels.value_or(plan.section_levels);
  const SectionMask caveats = policy::Bit(SectionId::kCaveats);
  if ((draft.present() & caveats) != 0) {
    // Whoever may know of the record must be able to see what it must not be read without.
    h.must_disclose = caveats;
    if (Nibble(h.section_levels, SectionId::kCaveats) > h.min_level) {
      h.section_levels = WithNibble(h.section_levels, SectionId::kCaveats, h.min_level);
    }
  }
  return Sign(h, draft.sections(), origin);
}

absl::StatusOr<Record> SealWithdrawal(const Header& last, const crypto::Digest& last_leaf,
                                      WithdrawalReason reason, Timestamp issued,
                                      const crypto::SigningKey& origin) {
  Header h = last;
  h.kind = policy::Kind::kWithdrawal;
  h.revision = last.revision + 1;
  h.previous = last_leaf;
  h.issued = std::max(last.issued, RoundDown(issued, Rounding(last.source)));
  h.must_disclose = 0;
  // It goes to all who had any revision, also to those whom the last one left out.
  h.recipients.clear();
  h.sectors.clear();
  h.countries.clear();
  h.tags.clear();
  h.about.reset();
  h.type = 0;
  h.severity = policy::Severity::kUnspecified;
  h.serial.clear();
  h.reason = reason;
  h.signer.reset();
  return Sign(h, {}, origin);
}

}  // namespace renkei::record
