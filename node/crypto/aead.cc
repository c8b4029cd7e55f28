#include "node/crypto/aead.h"

#include <sodium.h>

#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/crypto/sodium_bytes.h"

namespace renkei::crypto {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

unsigned char* SodiumOutput(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

Bytes SealBox(const AeadKey& key, BytesView plain, BytesView bound) {
  const Bytes nonce = RandomBytes(kNonce);
  Bytes cipher(plain.size() + kTag, '\0');
  const int result = crypto_aead_xchacha20poly1305_ietf_encrypt(
      SodiumOutput(cipher), nullptr, SodiumBytes(plain), plain.size(), SodiumBytes(bound),
      bound.size(), nullptr, SodiumBytes(nonce), key.data());
  RENKEI_CHECK(result == 0);
  return nonce + cipher;
}

std::optional<Bytes> OpenBox(const AeadKey& key, BytesView box, BytesView bound) {
  if (box.size() < kNonce + kTag) return std::nullopt;
  const BytesView cipher = box.substr(kNonce);
  Bytes plain(cipher.size() - kTag, '\0');
  const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
      SodiumOutput(plain), nullptr, nullptr, SodiumBytes(cipher), cipher.size(), SodiumBytes(bound),
      bound.size(), SodiumBytes(box), key.data());
  if (result != 0) return std::nullopt;
  return plain;
}

}  // namespace renkei::crypto
