#include "node/crypto/sealed_box.h"

#include <utility>

#include <sodium.h>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/crypto/digest.h"
#include "node/crypto/sodium_bytes.h"

namespace renkei::crypto {
namespace {

constexpr std::size_t kSecretBytes = crypto_box_SECRETKEYBYTES;
constexpr std::size_t kBoxFileBytesMax = 256;

static_assert(kSealedBoxOverhead == crypto_box_SEALBYTES);

unsigned char* BoxOutput(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

bool CanSealTo(const BoxPublicKey& key) {
  RENKEI_CHECK(sodium_init() >= 0);
  Bytes sealed(kSealedBoxOverhead, '\0');
  return crypto_box_seal(BoxOutput(sealed), nullptr, 0, SodiumBytes(key.view())) == 0;
}

Bytes SealTo(const BoxPublicKey& key, BytesView plain) {
  RENKEI_CHECK(sodium_init() >= 0);
  Bytes sealed(plain.size() + kSealedBoxOverhead, '\0');
  const int result =
      crypto_box_seal(BoxOutput(sealed), SodiumBytes(plain), plain.size(), SodiumBytes(key.view()));
  RENKEI_CHECK(result == 0);
  return sealed;
}

BoxKey BoxKey::Generate() {
  RENKEI_CHECK(sodium_init() >= 0);
  Bytes secret = RandomBytes(kSecretBytes);
  BoxKey key = *FromSecret(secret);
  Wipe(secret);
  return key;
}

std::optional<BoxKey> BoxKey::FromSecret(BytesView secret) {
  if (secret.size() != kSecretBytes) return std::nullopt;
  Bytes shown(BoxPublicKey::kSize, '\0');
  if (crypto_scalarmult_base(BoxOutput(shown), SodiumBytes(secret)) != 0) return std::nullopt;
  BoxKey key;
  key.secret_ = Bytes(secret);
  key.public_key_ = *BoxPublicKey::From(shown);
  return key;
}

BoxKey::BoxKey(BoxKey&& other) noexcept
    : secret_(std::exchange(other.secret_, {})), public_key_(other.public_key_) {}

BoxKey& BoxKey::operator=(BoxKey&& other) noexcept {
  if (this == &other) return *this;
  Wipe(secret_);
  secret_ = std::exchange(other.secret_, {});
  public_key_ = other.public_key_;
  return *this;
}

BoxKey::~BoxKey() { Wipe(secret_); }

std::optional<Bytes> BoxKey::Open(BytesView sealed) const {
  if (sealed.size() < kSealedBoxOverhead) return std::nullopt;
  Bytes plain(sealed.size() - kSealedBoxOverhead, '\0');
  const int result = crypto_box_seal_open(BoxOutput(plain), SodiumBytes(sealed), sealed.size(),
                                          SodiumBytes(public_key_.view()), SodiumBytes(secret_));
  if (result != 0) return std::nullopt;
  return plain;
}

absl::Status BoxKey::Save(const std::string& path) const {
  std::string text = HexEncode(secret_) + "\n";
  absl::Status written = WriteFile(path, text, FileMode::kSecret);
  Wipe(text);
  return written;
}

absl::StatusOr<BoxKey> BoxKey::Load(const std::string& path) {
  ASSIGN_OR_RETURN(Bytes text, ReadFile(path, kBoxFileBytesMax));
  BytesView digits = text;
  if (!digits.empty() && digits.back() == '\n') digits.remove_suffix(1);
  std::optional<Bytes> secret = HexDecode(digits);
  std::optional<BoxKey> key = secret ? FromSecret(*secret) : std::nullopt;
  Wipe(text);
  if (secret) Wipe(*secret);
  if (!key) return DataLoss(fmt::format("`{}` is no key file: 64 hex digits", path));
  return *std::move(key);
}

}  // namespace renkei::crypto
