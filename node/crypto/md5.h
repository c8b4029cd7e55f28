// MD5, for formats that name values by it (MISP's hashes.csv) alone.  Nothing here relies on it for
// security.
//
// Thread-safe.
#pragma once

#include "node/base/bytes.h"

namespace renkei::crypto {

// 16 bytes.
Bytes Md5ForNames(BytesView text);

}  // namespace renkei::crypto
