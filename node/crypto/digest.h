// Digests and keyed derivation, each with a 16-byte label so that no two uses can meet
// (registry: docs/record-format.md).
//
// Thread-safe.  Cost: SHA-256 by OpenSSL (SHA-NI), about 0.8 us for 1 KiB.
#pragma once

#include <initializer_list>

#include "node/base/bytes.h"

namespace renkei::crypto {

using Digest = FixedBytes<32, struct DigestTag>;

// `label` as 16 bytes, NUL-padded.  REQUIRES: 1 to 16 ASCII characters.
Bytes Tag16(std::string_view label);

// SHA-256 of the parts, one after the other.
Digest Sha256(std::initializer_list<BytesView> parts);
inline Digest Sha256(BytesView bytes) { return Sha256({bytes}); }

// BLAKE2b keyed with `key` (16 to 64 bytes), `length` bytes long (1 to 64; fewer than 16 only where
// a collision does no harm).
Bytes Blake2b(BytesView key, std::initializer_list<BytesView> parts, std::size_t length);

// kdf(k, label, i, n) of RECORD section 1: BLAKE2b(k, tag16(label) || u32 i).
Bytes Kdf(BytesView key, std::string_view label, std::uint32_t index, std::size_t length);

// Random bytes from the operating system.
Bytes RandomBytes(std::size_t length);
template <class Fixed>
Fixed Random() {
  return *Fixed::From(RandomBytes(Fixed::kSize));
}

// Overwrites a secret where the compiler can't leave it out.
void Wipe(Bytes& secret);

// Whether `a` equals `b`, in time that depends on the lengths alone.
bool EqualInConstantTime(BytesView a, BytesView b);

}  // namespace renkei::crypto
