#include "node/crypto/keys.h"

#include <sodium.h>

#include "node/base/file.h"
#include "node/crypto/sodium_bytes.h"

namespace renkei::crypto {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;

}  // namespace

SigningKey SigningKey::Generate() {
  RENKEI_CHECK(sodium_init() >= 0);
  SigningKey key;
  crypto_sign_keypair(key.public_key_.data(), key.secret_.data());
  return key;
}

std::optional<SigningKey> SigningKey::FromSeed(BytesView seed) {
  if (seed.size() != crypto_sign_SEEDBYTES) return std::nullopt;
  RENKEI_CHECK(sodium_init() >= 0);
  SigningKey key;
  crypto_sign_seed_keypair(key.public_key_.data(), key.secret_.data(), SodiumBytes(seed));
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : secret_(other.secret_), public_key_(other.public_key_) {
  other.Wipe();
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this != &other) {
    secret_ = other.secret_;
    public_key_ = other.public_key_;
    other.Wipe();
  }
  return *this;
}

SigningKey::~SigningKey() { Wipe(); }

void SigningKey::Wipe() { sodium_memzero(secret_.data(), secret_.size()); }

Signature SigningKey::Sign(BytesView message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, SodiumBytes(message), message.size(),
                       secret_.data());
  return signature;
}

absl::Status SigningKey::Save(const std::string& path) const {
  std::string text =
      HexEncode({reinterpret_cast<const char*>(secret_.data()), crypto_sign_SEEDBYTES}) + "\n";
  absl::Status written = WriteFile(path, text, FileMode::kSecret);
  sodium_memzero(text.data(), text.size());
  return written;
}

absl::StatusOr<SigningKey> SigningKey::Load(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(path, kKeyFileBytesMax));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  std::optional<Bytes> seed = HexDecode(text);
  sodium_memzero(text.data(), text.size());
  std::optional<SigningKey> key = seed ? FromSeed(*seed) : std::nullopt;
  if (seed) sodium_memzero(seed->data(), seed->size());
  if (!key) return DataLoss(fmt::format("`{}` is not a key file: expected 64 hex digits", path));
  return *std::move(key);
}

bool Verify(const PublicKey& key, BytesView message, const Signature& signature) {
  RENKEI_CHECK(sodium_init() >= 0);
  return crypto_sign_verify_detached(signature.data(), SodiumBytes(message), message.size(),
                                     key.data()) == 0;
}

}  // namespace renkei::crypto
