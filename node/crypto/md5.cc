#include "node/crypto/md5.h"

#include <openssl/evp.h>

#include "node/base/status.h"

namespace renkei::crypto {

Bytes Md5ForNames(BytesView text) {
  Bytes digest(16, '\0');
  unsigned int length = 0;
  const bool ok =
      EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &length,
                 EVP_md5(), nullptr) == 1;
  RENKEI_CHECK(ok && length == digest.size());
  return digest;
}

}  // namespace renkei::crypto
