// XChaCha20-Poly1305 with a random nonce in front: what we hand out and want back unread and
// unchanged (cursors).  Thread-safe.
#pragma once

#include <optional>

#include "node/base/bytes.h"

namespace renkei::crypto {

using AeadKey = FixedBytes<32, struct AeadKeyTag>;

// nonce[24] || ciphertext || tag[16].  `bound` must be the same to open.
Bytes SealBox(const AeadKey& key, BytesView plain, BytesView bound);
// Nothing if a bit differs anywhere.
std::optional<Bytes> OpenBox(const AeadKey& key, BytesView box, BytesView bound);

}  // namespace renkei::crypto
