#include "node/record/record.h"

#include <algorithm>

#include "node/record/limits.h"
#include "node/record/record_maker.h"

namespace renkei::record {
Bytes SectionSalt(BytesView secret, SectionId section) {
  return crypto::Kdf(secret, "RNK1.salt", static_cast<std::uint32_t>(section), Salt::kSize);
}

crypto::Digest SectionLeaf(const Salt& salt, SectionId section, BytesView value) {
  const char slot = static_cast<char>(section);
  return crypto::LeafHash("RNK1.section", {salt.view(), BytesView(&slot, 1), value});
}

crypto::Digest DecoyLeaf(BytesView secret, SectionId section) {
  return *crypto::Digest::From(
      crypto::Kdf(secret, "RNK1.decoy", static_cast<std::uint32_t>(section), 32));
}

crypto::Digest RecordLeaf(BytesView header, const crypto::Digest& section_root) {
  const Bytes length = ByteWriter().U32(static_cast<std::uint32_t>(header.size())).Take();
  return crypto::LeafHash("RNK1.record", {length, header, section_root.view()});
}

Bytes SignedBytes(std::uint64_t batch_size, const crypto::Digest& root) {
  return ByteWriter().Raw(crypto::Tag16("RNK1.signature")).U64(batch_size).Raw(root.view()).Take();
}

v1::Sections Record::DecodeSections() const {
  v1::Sections sections;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (!sections_[i]) continue;
    const absl::Status decoded =
        DecodeSection(static_cast<SectionId>(i), sections_[i]->value, sections);
    RENKEI_CHECK(decoded.ok());
  }
  ClearPadding(sections);  // says nothing
  return sections;
}

Bytes Record::Disclose(SectionMask sections) const {
  const auto shown = static_cast<SectionMask>(sections & held_);
  v1::SignedRecord out;
  out.set_header(header_bytes_);
  std::vector<bool> in_proof(policy::kSectionCount);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    in_proof[i] = ((shown >> i) & 1) != 0;
    if (!in_proof[i]) continue;
    v1::ShownSection& section = *out.add_shown();
    section.set_slot(static_cast<std::uint32_t>(i));
    section.set_salt(sections_[i]->salt.str());
    section.set_value(sections_[i]->value);
  }
  for (const crypto::Digest& hash : tree_.Proof(in_proof)) out.add_proof(hash.str());
  out.set_batch_size(batch_size_);
  out.set_batch_index(batch_index_);
  for (const crypto::Digest& hash : batch_proof_) out.add_batch_proof(hash.str());
  out.set_signature(signature_.str());
  return DeterministicBytes(out);
}

bool Record::Add(const Record& other) {
  RENKEI_CHECK(other.leaf_ == leaf_);
  const SectionMask before = held_;
  tree_.Add(other.tree_);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (!sections_[i]) sections_[i] = other.sections_[i];
  }
  held_ = static_cast<SectionMask>(held_ | other.held_);
  return held_ != before;
}

void Record::Keep(SectionMask keep) {
  held_ = static_cast<SectionMask>(held_ & keep);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (((held_ >> i) & 1) == 0) sections_[i].reset();
  }
}

Bytes Record::ToStored() const {
  const Bytes wire = Disclose(held_);
  ByteWriter out;
  out.U32(static_cast<std::uint32_t>(wire.size())).Raw(wire).Raw(leaf_.view());
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (sections_[i]) out.Raw(tree_.leaf(i)->view());
  }
  return out.Take();
}

absl::StatusOr<Record> Record::FromStored(BytesView stored) {
  ByteReader in(stored);
  const BytesView wire = in.Raw(in.U32());
  // It was in order when it was stored: whatever is wrong with it now is damage.
  absl::StatusOr<WireParts> parsed = ParseWire(wire);
  if (!parsed.ok()) return DataLoss("stored record: " + Message(parsed.status()));
  WireParts& parts = *parsed;
  const auto leaf = in.Read<crypto::Digest>();
  for (auto& hash : parts.leaves) {
    if (hash) hash = in.Read<crypto::Digest>();
  }
  if (!in.ok() || !in.AtEnd()) return DataLoss("stored record: wrong length");
  ASSIGN_OR_RETURN(Record record, RecordMaker::Make(std::move(parts)));
  if (record.leaf() != leaf) return DataLoss("stored record: hashes do not match");
  return record;
}

bool VerifiedBatches::Contains(const crypto::Digest& batch) const {
  MutexLock lock(mutex_);
  return std::find(ring_.begin(), ring_.end(), batch) != ring_.end();
}

void VerifiedBatches::Insert(const crypto::Digest& batch) {
  MutexLock lock(mutex_);
  if (ring_.size() < kBatchesMax) {
    ring_.push_back(batch);
    return;
  }
  ring_[next_] = batch;
  next_ = (next_ + 1) % kBatchesMax;
}

// ---- RecordMaker
// ---------------------------------------------------------------------------------

absl::StatusOr<WireParts> ParseWire(BytesView wire) {
  if (wire.size() > kRecordBytesMax) return InvalidArgument("record: over 3 MiB");
  SilenceProtobuf();
  v1::SignedRecord in;
  if (!in.ParseFromArray(wire.data(), static_cast<int>(wire.size()))) {
    return InvalidArgument("record: not a SignedRecord");
  }
  if (!in.GetReflection()->GetUnknownFields(in).empty()) {
    return InvalidArgument("record: unknown field");
  }
  WireParts parts;
  parts.header_bytes = in.header();
  int last_slot = -1;
  for (const v1::ShownSection& shown : in.shown()) {
    const auto slot = static_cast<int>(std::min<std::uint32_t>(shown.slot(), 255));
    if (slot <= last_slot || slot >= policy::kSectionCount) {
      return InvalidArgument("record: slots not strictly increasing in 0..15");
    }
    last_slot = slot;
    const std::optional<Salt> salt = Salt::From(shown.salt());
    if (!salt) return InvalidArgument("record: a salt that is not 16 bytes");
    if (shown.value().size() > kSectionBytesMax)
      return InvalidArgument("record: section over 1 MiB");
    if (!shown.GetReflection()->GetUnknownFields(shown).empty()) {
      return InvalidArgument("record: unknown field");
    }
    const auto index = static_cast<std::size_t>(slot);
    parts.sections[index] = Section{.salt = *salt, .value = shown.value()};
    parts.leaves[index] = crypto::Digest{};  // the caller fills it in
  }
  const auto read_proof = [](const auto& list, std::vector<crypto::Digest>& out) {
    for (const std::string& bytes : list) {
      const auto hash = crypto::Digest::From(bytes);
      if (!hash) return false;
      out.push_back(*hash);
    }
    return true;
  };
  if (!read_proof(in.proof(), parts.proof) || !read_proof(in.batch_proof(), parts.batch_proof)) {
    return InvalidArgument("record: a proof element that is not 32 bytes");
  }
  parts.batch_size = in.batch_size();
  parts.batch_index = in.batch_index();
  const std::optional<crypto::Signature> signature = crypto::Signature::From(in.signature());
  if (!signature) return InvalidArgument("record: a signature that is not 64 bytes");
  parts.signature = *signature;
  return parts;
}

absl::StatusOr<Record> RecordMaker::Make(WireParts parts) {
  ASSIGN_OR_RETURN(Header header, ParseHeader(parts.header_bytes));
  std::optional<crypto::PrunedTree> tree = crypto::PrunedTree::FromProof(parts.leaves, parts.proof);
  if (!tree) return InvalidArgument("record: proof not consumed exactly");
  Record record(*std::move(tree));
  record.leaf_ = RecordLeaf(parts.header_bytes, record.tree_.root());
  record.header_ = std::move(header);
  record.header_bytes_ = std::move(parts.header_bytes);
  for (std::size_t i = 0; i < parts.sections.size(); ++i) {
    if (parts.sections[i]) {
      record.held_ =
          static_cast<SectionMask>(record.held_ | policy::Bit(static_cast<SectionId>(i)));
    }
  }
  record.sections_ = std::move(parts.sections);
  record.batch_size_ = parts.batch_size;
  record.batch_index_ = parts.batch_index;
  record.batch_proof_ = std::move(parts.batch_proof);
  record.signature_ = parts.signature;
  return record;
}

crypto::Digest RecordMaker::LeafOf(const WireParts& parts, std::size_t slot) {
  const Section& section = *parts.sections[slot];
  return SectionLeaf(section.salt, static_cast<SectionId>(slot), section.value);
}

}  // namespace renkei::record
