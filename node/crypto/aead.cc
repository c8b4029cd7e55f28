#include "node/crypto/aead.h"

#include <sodium.h>

#include "node/base/status.h"
#include "node/crypto/digest.h"

namespace renkei::crypto {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* U8(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* U8(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

Bytes SealBox(const AeadKey& key, BytesView plain, BytesView bound) {
  const Bytes nonce = RandomBytes(kNonce);
  Bytes cipher(plain.size() + kTag, '\0');
  const int result = crypto_aead_xchacha20poly1305_ietf_encrypt(
      U8(cipher), nullptr, U8(plain), plain.size(), U8(bound), bound.size(), nullptr,
      U8(BytesView(nonce)), key.data());
  RENKEI_CHECK(result == 0);
  return nonce + cipher;
}

std::optional<Bytes> OpenBox(const AeadKey& key, BytesView box, BytesView bound) {
  if (box.size() < kNonce + kTag) return std::nullopt;
  const BytesView cipher = box.substr(kNonce);
  Bytes plain(cipher.size() - kTag, '\0');
  const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
      U8(plain), nullptr, nullptr, U8(cipher), cipher.size(), U8(bound), bound.size(), U8(box),
      key.data());
  if (result != 0) return std::nullopt;
  return plain;
}

}  // namespace renkei::crypto
