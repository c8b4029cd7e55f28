// Open: the one way in for bytes that came from anywhere.
#include <bit>

#include "node/record/limits.h"
#include "node/record/record_maker.h"

namespace renkei::record {
namespace {

absl::Status CheckSignature(const Header& header, const WireParts& parts,
                            const crypto::Digest& leaf, VerifiedBatches* batches) {
  if (!std::has_single_bit(parts.batch_size) || parts.batch_size > kBatchSizeMax) {
    return InvalidArgument("record: batch size is not a power of two up to 65,536");
  }
  const std::optional<crypto::Digest> root =
      crypto::RootFromInclusion(leaf, parts.batch_index, parts.batch_size, parts.batch_proof);
  if (!root) return InvalidArgument("record: batch proof not consumed exactly");
  const Bytes message = SignedBytes(parts.batch_size, *root);
  const bool batched = parts.batch_size > 1 && batches != nullptr;
  const crypto::Digest batch =
      crypto::Sha256({header.signing_key().view(), message, parts.signature.view()});
  if (batched && batches->Contains(batch)) return absl::OkStatus();
  if (!crypto::Verify(header.signing_key(), message, parts.signature)) {
    return InvalidArgument("record: signature does not verify");
  }
  if (batched) batches->Insert(batch);
  return absl::OkStatus();
}

// What would tell one anonymous author from another: who to write to, names and hashes of files,
// exact sizes.  Padding elsewhere would be a place to hide bytes in.
absl::Status CheckAnonymity(const Record& record, const v1::Sections& sections) {
  const bool anonymous = record.header().source == policy::SourceMode::kAnonymous;
  for (std::size_t i = 0; i < policy::kSectionCount; ++i) {
    const auto id = static_cast<SectionId>(i);
    if (!record.Holds(id)) continue;
    if (!anonymous && HasPadding(sections, id)) {
      return InvalidArgument("record: padding in a record that is not anonymous");
    }
    if (anonymous && record.section(id).value.size() % kPaddedTo != 0) {
      return InvalidArgument("record: a section of an anonymous record is not padded");
    }
    if (anonymous && (id == SectionId::kContact || id == SectionId::kAttachments)) {
      return InvalidArgument("record: an anonymous record with a contact or attachments");
    }
  }
  return absl::OkStatus();
}

// Batches show that siblings exist, so only attributed records may come in one.
absl::Status CheckBatchMode(const Header& header, std::uint64_t batch_size) {
  if (batch_size > 1 && header.source != policy::SourceMode::kAttributed) {
    return InvalidArgument("record: only attributed records are signed in batches");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Record> Open(BytesView wire, VerifiedBatches* batches) {
  ASSIGN_OR_RETURN(WireParts parts, ParseWire(wire));
  for (std::size_t i = 0; i < parts.leaves.size(); ++i) {
    if (parts.leaves[i]) parts.leaves[i] = RecordMaker::LeafOf(parts, i);
  }
  const WireParts signature_parts{.batch_size = parts.batch_size,
                                  .batch_index = parts.batch_index,
                                  .batch_proof = parts.batch_proof,
                                  .signature = parts.signature};
  ASSIGN_OR_RETURN(Record record, RecordMaker::Make(std::move(parts)));
  RETURN_IF_ERROR(CheckBatchMode(record.header(), signature_parts.batch_size));
  RETURN_IF_ERROR(CheckSignature(record.header(), signature_parts, record.leaf(), batches));
  if ((record.header().must_disclose & ~record.held()) != 0) {
    return InvalidArgument("record: a section that must be disclosed is missing");
  }
  if (record.header().kind == policy::Kind::kWithdrawal && record.held() != 0) {
    return InvalidArgument("record: a withdrawal has no sections");
  }
  v1::Sections sections;
  for (std::size_t i = 0; i < policy::kSectionCount; ++i) {
    const auto id = static_cast<SectionId>(i);
    if (record.Holds(id)) {
      RETURN_IF_ERROR(DecodeSection(id, record.section(id).value, sections));
    }
  }
  RETURN_IF_ERROR(CheckAnonymity(record, sections));
  return record;
}

}  // namespace renkei::record
