// Certificates and certificate requests come from anyone who reaches our ports.  Whoever is
// accepted has exactly the name that its URI says, and no certificate we issue depends on more of a
// request than its key.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "node/membership/certificate_authority.h"
#include "node/membership/names.h"
#include "node/membership/peer_identity.h"
#include "tests/fuzz/require.h"

namespace {

using namespace renkei;

constexpr std::string_view kCommunity = "forest.example";
const Timestamp kNow = FromUnixSeconds(1'767'225'600);

const membership::CertificateAuthority& Authority() {
  static const membership::CertificateAuthority authority = [] {
    const auto key = membership::TlsKey::Generate();
    return *membership::CertificateAuthority::Open(
        key, membership::CertificateAuthority::MakeAuthorityCertificate(key, kCommunity, kNow),
        std::string(kCommunity));
  }();
  return authority;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  if (const auto certificate = membership::Certificate::Parse(input); certificate.ok()) {
    const auto again = membership::Certificate::Parse(certificate->der());
    REQUIRE(again.ok() && again->spki_sha256() == certificate->spki_sha256());
    const auto identity = membership::IdentityOf(
        *certificate, kCommunity, certificate->not_after() - std::chrono::seconds(1));
    if (identity.ok()) {
      REQUIRE(certificate->uris().size() == 1 && !certificate->is_authority());
      REQUIRE(certificate->uris().front() ==
              membership::SpiffeUri(identity->community, identity->name()));
      REQUIRE(identity->community == kCommunity && identity->hub == identity->slug.empty());
    }
  }
  const auto issued = Authority().IssueMember(input, "alpha", kNow);
  if (!issued.ok()) return 0;
  const auto identity = membership::IdentityOf(*issued, kCommunity, kNow);
  REQUIRE(identity.ok() && identity->slug == "alpha");
  REQUIRE(issued->SignedBy(Authority().certificate()));
  return 0;
}
