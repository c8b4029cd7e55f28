// A verified record: header, the sections held, and the hashes that prove the rest.
//
// Only Seal, Open and FromStored make one, so whoever has a Record knows that the author signed
// every byte of it.  Value; immutable but for Add.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "node/base/mutex.h"
#include "node/crypto/merkle.h"
#include "node/record/anonymized_draft.h"
#include "node/record/header.h"

namespace renkei::record {

using Salt = FixedBytes<16, struct SaltTag>;

struct Section {
  Salt salt{};
  Bytes value{};
};

class Record {
 public:
  const Header& header() const { return header_; }
  const Bytes& header_bytes() const { return header_bytes_; }
  // record_leaf of RECORD section 2: the name of this very revision.
  const crypto::Digest& leaf() const { return leaf_; }
  // The sections held here.
  SectionMask held() const { return held_; }
  // REQUIRES: held.
  const Section& section(SectionId id) const { return *sections_[static_cast<std::size_t>(id)]; }
  bool Holds(SectionId id) const { return (held_ & policy::Bit(id)) != 0; }

  // The held sections as messages; they were checked when the record was opened.
  v1::Sections DecodeSections() const;

  // Wire bytes (SignedRecord) with exactly the sections of `sections` that are held.
  Bytes Disclose(SectionMask sections) const;

  // Adds the sections that `other` holds: an upgrade.  True if any was new.
  // REQUIRES: same leaf.
  bool Add(const Record& other);
  // Forgets all sections but `keep`: a retraction.
  void Keep(SectionMask keep);

  // What the store keeps: the wire bytes and the leaf hashes of the held sections, so that a
  // further redaction hashes no section again.
  Bytes ToStored() const;
  // Of bytes that ToStored made; checks their form, not the signature.  DATA_LOSS.
  static absl::StatusOr<Record> FromStored(BytesView stored);

 private:
  friend struct RecordMaker;
  explicit Record(crypto::PrunedTree tree) : tree_(std::move(tree)) {}

  Header header_;
  Bytes header_bytes_;
  crypto::Digest leaf_;
  SectionMask held_ = 0;
  std::array<std::optional<Section>, policy::kSectionCount> sections_{};
  crypto::PrunedTree tree_;
  std::uint64_t batch_size_ = 1;
  std::uint64_t batch_index_ = 0;
  std::vector<crypto::Digest> batch_proof_;
  crypto::Signature signature_;
};

// Batches whose signature was verified lately, so that the other records of a batch cost hashes
// only. Thread-safe; holds at most kBatchesMax.
class VerifiedBatches {
 public:
  static constexpr std::size_t kBatchesMax = 1024;
  bool Contains(const crypto::Digest& batch) const;
  void Insert(const crypto::Digest& batch);

 private:
  mutable Mutex mutex_;
  std::vector<crypto::Digest> ring_ RENKEI_GUARDED_BY(mutex_);
  std::size_t next_ RENKEI_GUARDED_BY(mutex_) = 0;
};

// Verifies what came from anywhere: limits, canonical header, id, proofs, signature, must-disclose,
// and the form of every section shown.  INVALID_ARGUMENT says which rule failed.
// `batches` may be null.
absl::StatusOr<Record> Open(BytesView wire, VerifiedBatches* batches = nullptr);

// The revision that a new one follows.
struct PreviousRevision {
  RecordId record_id{};
  IdNonce id_nonce{};
  std::uint32_t revision = 0;
  crypto::Digest leaf{};
  Timestamp expires{};  // a new revision never expires earlier
};

// What the node adds to a draft in order to seal it.
struct SealPlan {
  std::vector<CircleId> circles{};
  Timestamp issued{};
  Timestamp expires{};
  std::uint64_t section_levels = 0;             // used unless the draft says its own
  std::vector<crypto::PublicKey> recipients{};  // team keys
  std::optional<PreviousRevision> previous{};
};

// Signs a draft.  Unsaid marks get their safe defaults: PAP green... see docs/record-format.md.
// INVALID_ARGUMENT if the header would break a rule or a section its limit.
absl::StatusOr<Record> Seal(const AnonymizedDraft& draft, const crypto::SigningKey& origin,
                            const SealPlan& plan);

// The author's final revision of a record: no sections, a reason.
absl::StatusOr<Record> SealWithdrawal(const Header& last, const crypto::Digest& last_leaf,
                                      WithdrawalReason reason, Timestamp issued,
                                      const crypto::SigningKey& origin);

// Steps of RECORD section 2, for tests and vectors.
Bytes SectionSalt(BytesView secret, SectionId section);
crypto::Digest SectionLeaf(const Salt& salt, SectionId section, BytesView value);
crypto::Digest DecoyLeaf(BytesView secret, SectionId section);
crypto::Digest RecordLeaf(BytesView header, const crypto::Digest& section_root);
Bytes SignedBytes(std::uint64_t batch_size, const crypto::Digest& root);

}  // namespace renkei::record
