// SHA-1, for name-based UUIDs (RFC 4122 version 5) alone: STIX defines the ids of its observables
// by it.  Nothing here relies on it for security.
//
// Thread-safe.
#pragma once

#include <initializer_list>

#include "node/base/bytes.h"

namespace renkei::crypto {

// 20 bytes: SHA-1 of the parts, one after the other.
Bytes Sha1ForNames(std::initializer_list<BytesView> parts);

}  // namespace renkei::crypto
