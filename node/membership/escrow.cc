#include "node/membership/escrow.h"

#include <algorithm>
#include <optional>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"

namespace renkei::membership {
namespace {

constexpr std::uint8_t kEscrowVersion = 2;
constexpr std::size_t kPairs = kOfficers * (kOfficers - 1);
constexpr std::size_t kPairsPerOfficer = kOfficers - 1;
constexpr std::size_t kEscrowHead = 16 + 1 + 1 + crypto::PublicKey::kSize;
constexpr std::size_t kMappingBytes = record::CircleId::kSize + 4 + 1 + kSlugBytesMax;
constexpr std::size_t kSaidBytes =
    kMappingBytes + crypto::PublicKey::kSize + crypto::Signature::kSize;
constexpr std::size_t kInnerBytes = kEscrowHead + kSaidBytes + crypto::kSealedBoxOverhead;
constexpr std::size_t kOuterBytes = kEscrowHead + kInnerBytes + crypto::kSealedBoxOverhead;

// What a file of each kind begins with.
constexpr std::uint8_t kWhole = 1;
constexpr std::uint8_t kHalf = 2;
constexpr std::size_t kFrontBytes = 2 + crypto::PublicKey::kSize;
constexpr std::size_t kWholeBytes = kFrontBytes + kPairs * kOuterBytes;
constexpr std::size_t kHalfBytes = kFrontBytes + kPairsPerOfficer * (1 + kInnerBytes);

// Pair p is (p / 2, the p % 2-th of the other two).
std::size_t FirstOf(std::size_t pair) { return pair / kPairsPerOfficer; }
std::size_t SecondOf(std::size_t pair) {
  const std::size_t nth = pair % kPairsPerOfficer;
  return nth < FirstOf(pair) ? nth : nth + 1;
}

Bytes EscrowHead(std::size_t pair, const crypto::PublicKey& pseudonym) {
  return ByteWriter()
      .Raw(crypto::Tag16("RNK1.escrow"))
      .U8(kEscrowVersion)
      .U8(static_cast<std::uint8_t>(pair))
      .Raw(pseudonym.view())
      .Take();
}

Bytes Front(std::uint8_t kind, const crypto::PublicKey& pseudonym) {
  return ByteWriter().U8(kEscrowVersion).U8(kind).Raw(pseudonym.view()).Take();
}

Bytes MappingBytes(const PseudonymMapping& mapping) {
  Bytes slug = mapping.slug;
  slug.resize(kSlugBytesMax, '\0');
  return ByteWriter()
      .Raw(mapping.circle.view())
      .U32(mapping.epoch)
      .U8(static_cast<std::uint8_t>(mapping.slug.size()))
      .Raw(slug)
      .Take();
}

Bytes WhatIsSigned(const crypto::PublicKey& pseudonym, BytesView mapping) {
  return ByteWriter()
      .Raw(crypto::Tag16("RNK1.escrow.says"))
      .Raw(pseudonym.view())
      .Raw(mapping)
      .Take();
}

absl::StatusOr<SaidMapping> ParseSaid(const crypto::PublicKey& pseudonym, BytesView bytes) {
  ByteReader in(bytes);
  SaidMapping said;
  PseudonymMapping& mapping = said.mapping;
  mapping.pseudonym = pseudonym;
  mapping.circle = in.Read<record::CircleId>();
  mapping.epoch = in.U32();
  const std::size_t length = in.U8();
  const BytesView slug = in.Raw(kSlugBytesMax);
  said.hub = in.Read<crypto::PublicKey>();
  const auto signature = in.Read<crypto::Signature>();
  if (!in.ok() || !in.AtEnd() || length > kSlugBytesMax || !IsSlug(slug.substr(0, length)) ||
      slug.find_first_not_of('\0', length) != BytesView::npos) {
    return InvalidArgument("escrow: what is sealed is no mapping");
  }
  mapping.slug = std::string(slug.substr(0, length));
  if (!crypto::Verify(said.hub, WhatIsSigned(pseudonym, bytes.substr(0, kMappingBytes)),
                      signature)) {
    return InvalidArgument("escrow: no hub signed this mapping: do not act on it");
  }
  return said;
}

// What is in `box` behind its head; nothing if it is not for this key, pair and pseudonym.
std::optional<Bytes> OpenLayer(BytesView box, const crypto::BoxKey& officer, std::size_t pair,
                               const crypto::PublicKey& pseudonym) {
  std::optional<Bytes> plain = officer.Open(box);
  if (!plain || !plain->starts_with(EscrowHead(pair, pseudonym))) return std::nullopt;
  return plain->substr(kEscrowHead);
}

absl::Status CheckFront(BytesView bytes, std::uint8_t kind, std::size_t size) {
  ByteReader in(bytes);
  const std::uint8_t version = in.U8();
  if (version > 0 && version < kEscrowVersion) {
    return InvalidArgument("escrow: an earlier version of this program sealed this: it opens it");
  }
  if (version != kEscrowVersion || in.U8() != kind || bytes.size() != size) {
    return InvalidArgument(kind == kWhole ? "escrow: this is no sealed mapping"
                                          : "escrow: this is no half that an officer handed on");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EscrowOfficers> ParseOfficers(const std::vector<std::string>& keys) {
  std::vector<crypto::BoxPublicKey> parsed;
  for (const std::string& text : keys) {
    const std::optional<Bytes> bytes = HexDecode(text);
    const auto key = bytes ? crypto::BoxPublicKey::From(*bytes) : std::nullopt;
    if (!key || !crypto::CanSealTo(*key)) {
      return InvalidArgument("escrow: an officer's key is no public key of 64 hex digits");
    }
    parsed.push_back(*key);
  }
  std::sort(parsed.begin(), parsed.end());
  parsed.erase(std::unique(parsed.begin(), parsed.end()), parsed.end());
  if (keys.size() != kOfficers || parsed.size() != kOfficers) {
    return InvalidArgument("escrow: three officers with different keys are needed");
  }
  EscrowOfficers officers;
  std::copy(parsed.begin(), parsed.end(), officers.begin());
  return officers;
}

Bytes SealMapping(const EscrowOfficers& officers, const PseudonymMapping& mapping,
                  const crypto::SigningKey& hub) {
  RENKEI_CHECK(mapping.slug.size() <= kSlugBytesMax);
  Bytes sealed = Front(kWhole, mapping.pseudonym);
  const Bytes bytes = MappingBytes(mapping);
  const Bytes content = ByteWriter()
                            .Raw(bytes)
                            .Raw(hub.public_key().view())
                            .Raw(hub.Sign(WhatIsSigned(mapping.pseudonym, bytes)).view())
                            .Take();
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const Bytes head = EscrowHead(pair, mapping.pseudonym);
    const Bytes inner = crypto::SealTo(officers.at(SecondOf(pair)), head + content);
    sealed += crypto::SealTo(officers.at(FirstOf(pair)), head + inner);
  }
  return sealed;
}

absl::StatusOr<crypto::PublicKey> PseudonymOf(BytesView sealed_or_half) {
  const absl::Status whole = CheckFront(sealed_or_half, kWhole, kWholeBytes);
  if (!whole.ok() && !CheckFront(sealed_or_half, kHalf, kHalfBytes).ok()) return whole;
  return *crypto::PublicKey::From(sealed_or_half.substr(2, crypto::PublicKey::kSize));
}

absl::StatusOr<Bytes> OpenFirstHalf(BytesView sealed, const crypto::BoxKey& officer) {
  RETURN_IF_ERROR(CheckFront(sealed, kWhole, kWholeBytes));
  ASSIGN_OR_RETURN(const crypto::PublicKey pseudonym, PseudonymOf(sealed));
  Bytes half = Front(kHalf, pseudonym);
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const BytesView box = sealed.substr(kFrontBytes + pair * kOuterBytes, kOuterBytes);
    const auto inner = OpenLayer(box, officer, pair, pseudonym);
    if (inner) half += ByteWriter().U8(static_cast<std::uint8_t>(pair)).Raw(*inner).Take();
  }
  if (half.size() == kFrontBytes) {
    return PermissionDenied("escrow: this key is none of the three that it was sealed to");
  }
  if (half.size() != kHalfBytes) return InvalidArgument("escrow: the sealed mapping is damaged");
  return half;
}

absl::StatusOr<SaidMapping> OpenSecondHalf(BytesView half, const crypto::BoxKey& officer) {
  RETURN_IF_ERROR(CheckFront(half, kHalf, kHalfBytes));
  ASSIGN_OR_RETURN(const crypto::PublicKey pseudonym, PseudonymOf(half));
  for (std::size_t i = 0; i < kPairsPerOfficer; ++i) {
    const BytesView one = half.substr(kFrontBytes + i * (1 + kInnerBytes), 1 + kInnerBytes);
    const std::size_t pair = static_cast<unsigned char>(one[0]);
    if (pair >= kPairs) continue;
    const auto content = OpenLayer(one.substr(1), officer, pair, pseudonym);
    if (content) return ParseSaid(pseudonym, *content);
  }
  return PermissionDenied("escrow: this key opens nothing here: a second officer's is needed");
}

}  // namespace renkei::membership
