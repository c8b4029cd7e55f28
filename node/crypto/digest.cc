#include "node/crypto/digest.h"

#include <memory>

#include <openssl/evp.h>
#include <sodium.h>

#include "node/base/status.h"
#include "node/crypto/sodium_bytes.h"

namespace renkei::crypto {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Creating a context and looking up the algorithm costs more than hashing a tree node, so each
// thread keeps one of each.
EVP_MD_CTX* ThreadContext() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> kContext(EVP_MD_CTX_new());
  RENKEI_CHECK(kContext != nullptr);
  return kContext.get();
}

const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  RENKEI_CHECK(kAlgorithm != nullptr);
  return kAlgorithm;
}

}  // namespace

Bytes Tag16(std::string_view label) {
  RENKEI_CHECK(!label.empty() && label.size() <= 16);
  Bytes tag(label);
  tag.resize(16, '\0');
  return tag;
}

Digest Sha256(std::initializer_list<BytesView> parts) {
  EVP_MD_CTX* context = ThreadContext();
  Digest digest;
  unsigned int length = 0;
  bool ok = EVP_DigestInit_ex2(context, Sha256Algorithm(), nullptr) == 1;
  for (const BytesView part : parts) {
    ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  ok = ok && EVP_DigestFinal_ex(context, digest.data(), &length) == 1;
  RENKEI_CHECK(ok && length == Digest::kSize);
  return digest;
}

Bytes Blake2b(BytesView key, std::initializer_list<BytesView> parts, std::size_t length) {
  crypto_generichash_state state;
  Bytes out(length, '\0');
  bool ok = crypto_generichash_init(&state, SodiumBytes(key), key.size(), length) == 0;
  for (const BytesView part : parts) {
    ok = ok && crypto_generichash_update(&state, SodiumBytes(part), part.size()) == 0;
  }
  ok = ok &&
       crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()), length) == 0;
  RENKEI_CHECK(ok);
  return out;
}

Bytes Kdf(BytesView key, std::string_view label, std::uint32_t index, std::size_t length) {
  return Blake2b(key, {Tag16(label), ByteWriter().U32(index).bytes()}, length);
}

Bytes RandomBytes(std::size_t length) {
  RENKEI_CHECK(sodium_init() >= 0);
  Bytes bytes(length, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

void Wipe(Bytes& secret) { sodium_memzero(secret.data(), secret.size()); }

bool EqualInConstantTime(BytesView a, BytesView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace renkei::crypto
