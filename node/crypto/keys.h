// Ed25519 keys.  Verification is libsodium's alone: verifiers differ on edge cases, and two that
// disagree would split a community (C2SP/CCTV vectors, RECORD section 7).
#pragma once

#include <string>

#include "node/base/bytes.h"
#include "node/base/encoding.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"

namespace renkei::crypto {

using PublicKey = FixedBytes<32, struct PublicKeyTag>;
using Signature = FixedBytes<64, struct SignatureTag>;

inline std::string LogText(const PublicKey& key) { return HexEncode(key.view().substr(0, 8)); }

// A private key.  Wiped when it goes; neither printed nor logged.  Thread-safe for Sign.
class SigningKey {
 public:
  static SigningKey Generate();
  // Nothing unless `seed` is 32 bytes.
  static std::optional<SigningKey> FromSeed(BytesView seed);

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  Signature Sign(BytesView message) const;
  const PublicKey& public_key() const { return public_key_; }

  // A key file: the seed in hex and a newline, mode 0600.
  absl::Status Save(const std::string& path) const;
  static absl::StatusOr<SigningKey> Load(const std::string& path);

 private:
  SigningKey() = default;
  void Wipe();

  std::array<unsigned char, 64> secret_{};  // libsodium's form: seed, then public key
  PublicKey public_key_{};
};

bool Verify(const PublicKey& key, BytesView message, const Signature& signature);

}  // namespace renkei::crypto
