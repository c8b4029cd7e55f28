#include "node/membership/certificate_authority.h"

#include "node/base/encoding.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/openssl.h"

namespace renkei::membership {
namespace {

constexpr std::size_t kSerialBytes = 16;

absl::StatusOr<PkeyPtr> KeyOfCsr(BytesView csr_der) {
  const ErrorMark mark;
  if (csr_der.empty() || csr_der.size() > kCsrBytesMax) {
    return InvalidArgument("certificate request: empty, or larger than 4 KiB");
  }
  const auto* at = reinterpret_cast<const unsigned char*>(csr_der.data());
  const unsigned char* const end = at + csr_der.size();
  const RequestPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(csr_der.size())));
  if (request == nullptr || at != end) {
    return InvalidArgument("certificate request: not PKCS#10 in DER form");
  }
  PkeyPtr key(X509_REQ_get_pubkey(request.get()));
  if (!IsP256(key.get())) {
    return InvalidArgument("certificate request: its key is not an ECDSA P-256 key");
  }
  if (X509_REQ_verify(request.get(), key.get()) != 1) {
    return InvalidArgument("certificate request: not signed by its own key");
  }
  return key;
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  RENKEI_CHECK(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void SetTime(ASN1_TIME* time, Timestamp value) {
  RENKEI_CHECK(ASN1_TIME_set(time, static_cast<time_t>(UnixSeconds(value))) != nullptr);
}

// Random, positive and never short: the top two bits are 01.
void SetSerial(X509* certificate) {
  Bytes serial = crypto::RandomBytes(kSerialBytes);
  serial[0] = static_cast<char>((static_cast<unsigned char>(serial[0]) & 0x7f) | 0x40);
  const BigNumberPtr number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), kSerialBytes, nullptr));
  RENKEI_CHECK(number != nullptr &&
               BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void AddName(X509_NAME* name, const char* field, std::string_view value) {
  RENKEI_CHECK(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                          reinterpret_cast<const unsigned char*>(value.data()),
                                          static_cast<int>(value.size()), -1, 0) == 1);
}

// A certificate without extensions and not signed yet.
X509Ptr Begin(EVP_PKEY* key, std::string_view common_name, Timestamp not_before,
              Timestamp not_after) {
  X509Ptr certificate(X509_new());
  RENKEI_CHECK(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
               X509_set_pubkey(certificate.get(), key) == 1);
  SetSerial(certificate.get());
  SetTime(X509_getm_notBefore(certificate.get()), not_before);
  SetTime(X509_getm_notAfter(certificate.get()), not_after);
  AddName(X509_get_subject_name(certificate.get()), "CN", common_name);
  return certificate;
}

Certificate Finish(X509* certificate, const X509* issuer, EVP_PKEY* issuer_key) {
  RENKEI_CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
               X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
  absl::StatusOr<Certificate> parsed = Certificate::Parse(ToDer<X509>(&i2d_X509, certificate));
  RENKEI_CHECK(parsed.ok());
  return *std::move(parsed);
}

Certificate IssueLeaf(EVP_PKEY* key, const std::string& community, std::string_view slug,
                      const Certificate& authority, EVP_PKEY* authority_key, Timestamp now) {
  const auto* at = reinterpret_cast<const unsigned char*>(authority.der().data());
  const X509Ptr issuer(d2i_X509(nullptr, &at, static_cast<long>(authority.der().size())));
  RENKEI_CHECK(issuer != nullptr);
  const X509Ptr leaf = Begin(key, slug, now - kBackdated, now + kCertificateLifetime);
  AddExtension(leaf.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(leaf.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  AddExtension(leaf.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  AddExtension(leaf.get(), issuer.get(), NID_subject_key_identifier, "hash");
  AddExtension(leaf.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  AddExtension(leaf.get(), issuer.get(), NID_subject_alt_name,
               fmt::format("URI:{}", SpiffeUri(community, slug)));
  return Finish(leaf.get(), issuer.get(), authority_key);
}

}  // namespace

Certificate CertificateAuthority::MakeAuthorityCertificate(const TlsKey& key,
                                                           std::string_view community,
                                                           Timestamp now) {
  RENKEI_CHECK(IsCommunity(community));
  const X509Ptr ca = Begin(key.native(), community, now - kBackdated, now + kAuthorityLifetime);
  AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  return Finish(ca.get(), ca.get(), key.native());
}

Certificate CertificateAuthority::MakeEnrolCertificate(const TlsKey& key,
                                                       std::string_view community, Timestamp now) {
  RENKEI_CHECK(IsCommunity(community));
  const X509Ptr leaf = Begin(key.native(), "enrolment", now - kBackdated, now + kAuthorityLifetime);
  AddExtension(leaf.get(), leaf.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(leaf.get(), leaf.get(), NID_key_usage, "critical,digitalSignature");
  AddExtension(leaf.get(), leaf.get(), NID_ext_key_usage, "serverAuth");
  // No name of the peer plane: where this is shown, nothing but the pin counts.
  AddExtension(leaf.get(), leaf.get(), NID_subject_alt_name,
               fmt::format("URI:spiffe://{}/enrolment", community));
  return Finish(leaf.get(), leaf.get(), key.native());
}

absl::StatusOr<CertificateAuthority> CertificateAuthority::Open(TlsKey key, Certificate certificate,
                                                                std::string community) {
  if (certificate.spki_sha256() != key.spki_sha256() || !certificate.is_authority()) {
    return FailedPrecondition(
        "certificate authority: its key and its certificate do not belong together: restore both "
        "from one backup");
  }
  if (!IsCommunity(community)) {
    return FailedPrecondition(
        "certificate authority: the community's name is not [a-z0-9.-]{1,64}");
  }
  return CertificateAuthority(std::move(key), std::move(certificate), std::move(community));
}

absl::StatusOr<Certificate> CertificateAuthority::IssueMember(BytesView csr_der,
                                                              std::string_view slug,
                                                              Timestamp now) const {
  if (!IsSlug(slug) || slug == kHubSlug) {
    return InvalidArgument(fmt::format("`{}` is no member's slug", Printable(slug, 64)));
  }
  ASSIGN_OR_RETURN(const PkeyPtr key, KeyOfCsr(csr_der));
  return IssueLeaf(key.get(), community_, slug, certificate_, key_.native(), now);
}

Certificate CertificateAuthority::IssueHub(const TlsKey& key, Timestamp now) const {
  return IssueLeaf(key.native(), community_, kHubSlug, certificate_, key_.native(), now);
}

}  // namespace renkei::membership
