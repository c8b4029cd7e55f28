#include "node/crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "node/base/status.h"

namespace renkei::crypto {

Digest HmacSha256(BytesView key, std::initializer_list<BytesView> parts) {
  Bytes all;
  for (const BytesView part : parts) all.append(part);
  unsigned char out[Digest::kSize];
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(all.data()), all.size(), out, &size);
  RENKEI_CHECK(made != nullptr && size == Digest::kSize);
  return *Digest::From({reinterpret_cast<const char*>(out), Digest::kSize});
}

}  // namespace renkei::crypto
