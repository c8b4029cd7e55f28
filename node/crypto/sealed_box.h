// Sealed boxes (X25519, libsodium's crypto_box_seal): anyone seals to a public key, its owner alone
// opens, and nobody can tell who sealed.  Each has a fresh key inside, so equal texts look unequal.
//
// Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "node/base/bytes.h"
#include "node/base/status.h"

namespace renkei::crypto {

using BoxPublicKey = FixedBytes<32, struct BoxPublicKeyTag>;

inline constexpr std::size_t kSealedBoxOverhead = 48;

// False for the few points that give no secret: a file may name one.
bool CanSealTo(const BoxPublicKey& key);
// REQUIRES: CanSealTo.
Bytes SealTo(const BoxPublicKey& key, BytesView plain);

// Wiped when it goes; neither printed nor logged.
class BoxKey {
 public:
  static BoxKey Generate();

  BoxKey(BoxKey&&) noexcept;
  BoxKey& operator=(BoxKey&&) noexcept;
  BoxKey(const BoxKey&) = delete;
  BoxKey& operator=(const BoxKey&) = delete;
  ~BoxKey();

  const BoxPublicKey& public_key() const { return public_key_; }
  // Nothing if it was not sealed to this key, or a bit differs.
  std::optional<Bytes> Open(BytesView sealed) const;

  // A key file: the secret in hex and a newline, mode 0600.
  absl::Status Save(const std::string& path) const;
  // DATA_LOSS: not such a file.
  static absl::StatusOr<BoxKey> Load(const std::string& path);

 private:
  BoxKey() = default;
  static std::optional<BoxKey> FromSecret(BytesView secret);

  Bytes secret_{};
  BoxPublicKey public_key_{};
};

}  // namespace renkei::crypto
