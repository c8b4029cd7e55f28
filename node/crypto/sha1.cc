#include "node/crypto/sha1.h"

#include <memory>

#include <openssl/evp.h>

#include "node/base/status.h"

namespace renkei::crypto {

Bytes Sha1ForNames(std::initializer_list<BytesView> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  Bytes digest(20, '\0');
  unsigned int length = 0;
  bool ok = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1;
  for (const BytesView part : parts) {
    ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  ok = ok && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                &length) == 1;
  RENKEI_CHECK(ok && length == digest.size());
  return digest;
}

}  // namespace renkei::crypto
