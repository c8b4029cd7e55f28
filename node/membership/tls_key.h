// An ECDSA P-256 key pair for TLS: a node's own, a certificate authority's, an enrolment server's.
//
// The private key is kept by OpenSSL, freed with the last copy; neither printed nor logged.
// Errors: INVALID_ARGUMENT (not such a key).  Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"

struct evp_pkey_st;

namespace renkei::membership {

class TlsKey {
 public:
  static TlsKey Generate();
  // The first private key of a PEM text.
  static absl::StatusOr<TlsKey> FromPem(std::string_view pem);

  // PKCS#8, unencrypted: for a 0600 file and for gRPC.
  std::string ToPem() const;
  // SHA-256 of the SubjectPublicKeyInfo: the key's name in pins, rosters and deny lists.
  const crypto::Digest& spki_sha256() const { return spki_sha256_; }
  // A PKCS#10 request with this key and nothing else to say, in DER.
  Bytes MakeCsr() const;

  // For the files that sign with it.
  evp_pkey_st* native() const { return key_.get(); }

 private:
  explicit TlsKey(std::shared_ptr<evp_pkey_st> key);

  // Shared because OpenSSL counts references to keys itself and copies of one are the same key.
  std::shared_ptr<evp_pkey_st> key_;
  crypto::Digest spki_sha256_{};
};

}  // namespace renkei::membership
