// HMAC-SHA-256 (RFC 2104), where another program's convention asks for it; keyed digests of our own
// are BLAKE2b (digest.h).  Thread-safe.
#pragma once

#include <initializer_list>

#include "node/crypto/digest.h"

namespace renkei::crypto {

// Of the parts, one after the other.  REQUIRES: a key that is not empty.
Digest HmacSha256(BytesView key, std::initializer_list<BytesView> parts);

}  // namespace renkei::crypto
