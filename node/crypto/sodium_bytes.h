// Bytes as libsodium takes them.  Internal to node/crypto.
#pragma once

#include "node/base/bytes.h"

namespace renkei::crypto {

inline const unsigned char* SodiumBytes(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace renkei::crypto
