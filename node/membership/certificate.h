// One X.509 certificate, read: what of it this project looks at.
//
// Errors: INVALID_ARGUMENT (not one certificate, or too large).  Value; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"

namespace renkei::membership {

class Certificate {
 public:
  // DER, or the first certificate of a PEM text (gRPC gives PEM); at most 8 KiB.
  static absl::StatusOr<Certificate> Parse(BytesView pem_or_der);

  const Bytes& der() const { return der_; }
  std::string ToPem() const;
  crypto::Digest sha256() const { return crypto::Sha256(der_); }
  const crypto::Digest& spki_sha256() const { return spki_sha256_; }
  Timestamp not_before() const { return not_before_; }
  Timestamp not_after() const { return not_after_; }
  bool is_authority() const { return is_authority_; }
  bool has_p256_key() const { return has_p256_key_; }
  // URIs among its subject alternative names, and how many names of other kinds there are.
  const std::vector<std::string>& uris() const { return uris_; }
  int other_names() const { return other_names_; }

  // Whether the key of `authority` signed this one.
  bool SignedBy(const Certificate& authority) const;

 private:
  Certificate() = default;

  Bytes der_;
  crypto::Digest spki_sha256_{};
  Timestamp not_before_{};
  Timestamp not_after_{};
  bool is_authority_ = false;
  bool has_p256_key_ = false;
  std::vector<std::string> uris_;
  int other_names_ = 0;
};

}  // namespace renkei::membership
