// A community's certificate authority: makes itself, and issues certificates that live 7 days.
//
// Of a request (CSR) only the key is taken, after its own signature was checked: names, extensions
// and lifetimes are ours to say.  notBefore lies 5 minutes back, for members whose clocks are a
// little behind.  Errors: INVALID_ARGUMENT (the request), FAILED_PRECONDITION (key and certificate
// of the authority do not belong together).  Immutable; thread-safe.
#pragma once

#include <string>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/membership/certificate.h"
#include "node/membership/tls_key.h"

namespace renkei::membership {

class CertificateAuthority {
 public:
  // A new self-signed certificate for `key`: P-256, pathlen 0, ten years.
  static Certificate MakeAuthorityCertificate(const TlsKey& key, std::string_view community,
                                              Timestamp now);
  // The hub's enrolment certificate: self-signed, ten years, pinned by the hash in each token.
  static Certificate MakeEnrolCertificate(const TlsKey& key, std::string_view community,
                                          Timestamp now);

  static absl::StatusOr<CertificateAuthority> Open(TlsKey key, Certificate certificate,
                                                   std::string community);

  const Certificate& certificate() const { return certificate_; }
  const std::string& community() const { return community_; }

  // For the key of a PKCS#10 request (DER, at most 4 KiB).  The one name is SpiffeUri(community,
  // slug).
  absl::StatusOr<Certificate> IssueMember(BytesView csr_der, std::string_view slug,
                                          Timestamp now) const;
  // For the hub's own key.
  Certificate IssueHub(const TlsKey& key, Timestamp now) const;

 private:
  CertificateAuthority(TlsKey key, Certificate certificate, std::string community)
      : key_(std::move(key)),
        certificate_(std::move(certificate)),
        community_(std::move(community)) {}

  TlsKey key_;
  Certificate certificate_;
  std::string community_;
};

}  // namespace renkei::membership
