#include "node/membership/peer_identity.h"

#include "node/base/encoding.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"

namespace renkei::membership {
namespace {

// `2 d 3 h`, `14 min`, `9 s`: how far apart two clocks may be.
std::string Span(std::chrono::seconds span) {
  using namespace std::chrono;
  const auto d = duration_cast<days>(span);
  const auto h = duration_cast<hours>(span - d);
  const auto min = duration_cast<minutes>(span - d - h);
  if (d.count() > 0) return fmt::format("{} d {} h", d.count(), h.count());
  if (h.count() > 0) return fmt::format("{} h {} min", h.count(), min.count());
  if (min.count() > 0) return fmt::format("{} min", min.count());
  return fmt::format("{} s", span.count());
}

absl::Status CheckTimes(const Certificate& certificate, std::string_view name, Timestamp now) {
  if (now < certificate.not_before()) {
    return Unauthenticated(
        fmt::format("certificate of `{}` is not valid yet: it begins {} after this node's time; "
                    "the clock here, or the hub's, is wrong",
                    name, Span(certificate.not_before() - now)));
  }
  if (now >= certificate.not_after()) {
    return Unauthenticated(
        fmt::format("certificate of `{}` expired {} before this node's time: it must renew, or "
                    "the clock here is wrong",
                    name, Span(now - certificate.not_after())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PeerIdentity> IdentityOf(const Certificate& certificate, std::string_view community,
                                        Timestamp now) {
  if (certificate.uris().empty()) {
    return Unauthenticated("certificate: it holds no spiffe:// URI");
  }
  if (certificate.uris().size() != 1 || certificate.other_names() != 0) {
    return Unauthenticated("certificate: it holds more names than one spiffe:// URI");
  }
  const absl::StatusOr<SpiffeName> name = ParseSpiffeUri(certificate.uris().front());
  if (!name.ok()) {
    return Unauthenticated(fmt::format("certificate: {}", Message(name.status())));
  }
  if (name->community != community) {
    return Unauthenticated(fmt::format("certificate: it is of community `{}`, not of `{}`",
                                       name->community, community));
  }
  if (certificate.is_authority()) {
    return Unauthenticated("certificate: it is an authority's, not a node's");
  }
  if (!certificate.has_p256_key()) {
    return Unauthenticated("certificate: its key is not an ECDSA P-256 key");
  }
  RETURN_IF_ERROR(CheckTimes(certificate, name->slug, now));
  PeerIdentity identity;
  identity.community = name->community;
  identity.hub = name->slug == kHubSlug;
  if (!identity.hub) identity.slug = name->slug;
  identity.spki_sha256 = certificate.spki_sha256();
  identity.not_after = certificate.not_after();
  return identity;
}

absl::StatusOr<PeerIdentity> ParsePeerIdentity(BytesView pem_or_der, std::string_view community,
                                               Timestamp now) {
  const absl::StatusOr<Certificate> certificate = Certificate::Parse(pem_or_der);
  if (!certificate.ok()) return Unauthenticated(Message(certificate.status()));
  return IdentityOf(*certificate, community, now);
}

}  // namespace renkei::membership
