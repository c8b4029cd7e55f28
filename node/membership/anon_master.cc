#include "node/membership/anon_master.h"

#include <utility>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/crypto/aead.h"
#include "node/crypto/digest.h"
#include "node/membership/limits.h"

namespace renkei::membership {
namespace {

constexpr std::size_t kAnonSecretBytes = 32;

crypto::AeadKey SeedBoxKey(BytesView master) {
  return *crypto::AeadKey::From(
      crypto::Blake2b(master, {crypto::Tag16("RNK1.anonseed")}, crypto::AeadKey::kSize));
}

}  // namespace

std::uint32_t EpochOf(Timestamp time) {
  RENKEI_CHECK(UnixSeconds(time) >= 0);
  return static_cast<std::uint32_t>(time.time_since_epoch() / kEpochLength);
}

bool MayStart(std::uint32_t epoch, Timestamp issued) {
  const Timestamp begins = Timestamp(epoch * kEpochLength);
  return issued >= begins && issued < begins + kEpochLength + kEpochOverlap;
}

AnonMaster AnonMaster::Generate() { return AnonMaster(crypto::RandomBytes(kAnonSecretBytes)); }

AnonMaster::AnonMaster(AnonMaster&& other) noexcept : secret_(std::exchange(other.secret_, {})) {}

AnonMaster& AnonMaster::operator=(AnonMaster&& other) noexcept {
  if (this == &other) return *this;
  crypto::Wipe(secret_);
  secret_ = std::exchange(other.secret_, {});
  return *this;
}

AnonMaster::~AnonMaster() { crypto::Wipe(secret_); }

crypto::SigningKey AnonMaster::PseudonymKey(const record::CircleId& circle,
                                            std::uint32_t epoch) const {
  Bytes seed = crypto::Blake2b(
      secret_, {crypto::Tag16("RNK1.psn"), circle.view(), ByteWriter().U32(epoch).Take()}, 32);
  std::optional<crypto::SigningKey> key = crypto::SigningKey::FromSeed(seed);
  crypto::Wipe(seed);
  RENKEI_CHECK(key.has_value());
  return *std::move(key);
}

Bytes AnonMaster::NameKey(const crypto::PublicKey& origin, const record::CircleId& circle,
                          std::uint32_t epoch, std::uint8_t name_class) const {
  return crypto::Blake2b(secret_,
                         {crypto::Tag16("RNK1.anon"), origin.view(), circle.view(),
                          ByteWriter().U32(epoch).U8(name_class).Take()},
                         32);
}

Bytes AnonMaster::SealSeed(const record::RecordId& id, BytesView seed) const {
  return crypto::SealBox(SeedBoxKey(secret_), seed, id.view());
}

absl::StatusOr<crypto::SigningKey> AnonMaster::OpenSeed(const record::RecordId& id,
                                                        BytesView sealed) const {
  std::optional<Bytes> seed = crypto::OpenBox(SeedBoxKey(secret_), sealed, id.view());
  std::optional<crypto::SigningKey> key = seed ? crypto::SigningKey::FromSeed(*seed) : std::nullopt;
  if (seed) crypto::Wipe(*seed);
  if (!key) {
    return DataLoss(
        "the key of an anonymous record can't be opened: `keys/anon.key` and the store do not "
        "belong together; restore both from one backup");
  }
  return *std::move(key);
}

absl::Status AnonMaster::Save(const std::string& path) const {
  std::string text = HexEncode(secret_) + "\n";
  absl::Status written = WriteFile(path, text, FileMode::kSecret);
  crypto::Wipe(text);
  return written;
}

absl::StatusOr<AnonMaster> AnonMaster::Load(const std::string& path) {
  ASSIGN_OR_RETURN(Bytes text, ReadFile(path, kKeyFileBytesMax));
  BytesView digits = text;
  if (!digits.empty() && digits.back() == '\n') digits.remove_suffix(1);
  std::optional<Bytes> secret = HexDecode(digits);
  crypto::Wipe(text);
  if (!secret || secret->size() != kAnonSecretBytes) {
    if (secret) crypto::Wipe(*secret);
    return DataLoss(fmt::format("`{}` is not a key file: expected 64 hex digits", path));
  }
  return AnonMaster(*std::move(secret));
}

}  // namespace renkei::membership
