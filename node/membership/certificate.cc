#include "node/membership/certificate.h"

#include <ctime>

#include "node/membership/limits.h"
#include "node/membership/openssl.h"

namespace renkei::membership {
namespace {

constexpr std::string_view kPemHeader = "-----BEGIN ";
constexpr int kNamesMax = 16;

X509Ptr ReadCertificate(BytesView pem_or_der) {
  if (pem_or_der.starts_with(kPemHeader)) {
    const BioPtr bio = ReadBio(pem_or_der);
    return X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  }
  const auto* at = reinterpret_cast<const unsigned char*>(pem_or_der.data());
  const unsigned char* const end = at + pem_or_der.size();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(pem_or_der.size())));
  return at == end ? std::move(certificate) : nullptr;
}

absl::StatusOr<Timestamp> ToTimestamp(const ASN1_TIME* time) {
  struct tm parts {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return InvalidArgument("certificate: its dates can't be read");
  }
  return FromUnixSeconds(timegm(&parts));
}

// The alternative names: URIs in `uris`; the answer counts the others, or is -1 for too many or
// unreadable.
int ReadNames(const X509* certificate, std::vector<std::string>& uris) {
  int critical = 0;
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  if (names == nullptr) return critical == -1 ? 0 : -1;  // -1: there is none
  const int count = sk_GENERAL_NAME_num(names.get());
  if (count > kNamesMax) return -1;
  int others = 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) {
      ++others;
      continue;
    }
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
  return others;
}

}  // namespace

absl::StatusOr<Certificate> Certificate::Parse(BytesView pem_or_der) {
  const ErrorMark mark;
  if (pem_or_der.size() > kCertificateBytesMax) {
    return InvalidArgument("certificate: larger than 8 KiB");
  }
  const X509Ptr x509 = ReadCertificate(pem_or_der);
  if (x509 == nullptr) return InvalidArgument("certificate: not X.509 in PEM or DER form");
  Certificate certificate;
  certificate.der_ = ToDer<X509>(&i2d_X509, x509.get());
  const EVP_PKEY* key = X509_get0_pubkey(x509.get());
  if (certificate.der_.empty() || key == nullptr) {
    return InvalidArgument("certificate: its public key can't be read");
  }
  certificate.spki_sha256_ = SpkiSha256(key);
  certificate.has_p256_key_ = IsP256(key);
  ASSIGN_OR_RETURN(certificate.not_before_, ToTimestamp(X509_get0_notBefore(x509.get())));
  ASSIGN_OR_RETURN(certificate.not_after_, ToTimestamp(X509_get0_notAfter(x509.get())));
  if ((X509_get_extension_flags(x509.get()) & EXFLAG_INVALID) != 0) {
    return InvalidArgument("certificate: its extensions can't be read");
  }
  // Any hint of an authority counts, the old forms too: an odd encoding can't hide one.
  certificate.is_authority_ = X509_check_ca(x509.get()) != 0;
  certificate.other_names_ = ReadNames(x509.get(), certificate.uris_);
  if (certificate.other_names_ < 0) {
    return InvalidArgument("certificate: its alternative names can't be read");
  }
  return certificate;
}

std::string Certificate::ToPem() const {
  const auto* at = reinterpret_cast<const unsigned char*>(der_.data());
  const X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der_.size())));
  const BioPtr bio(BIO_new(BIO_s_mem()));
  RENKEI_CHECK(x509 != nullptr && PEM_write_bio_X509(bio.get(), x509.get()) == 1);
  return BioBytes(bio.get());
}

bool Certificate::SignedBy(const Certificate& authority) const {
  const ErrorMark mark;
  const auto* at = reinterpret_cast<const unsigned char*>(der_.data());
  const X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der_.size())));
  at = reinterpret_cast<const unsigned char*>(authority.der_.data());
  const X509Ptr issuer(d2i_X509(nullptr, &at, static_cast<long>(authority.der_.size())));
  if (x509 == nullptr || issuer == nullptr || !authority.is_authority_) return false;
  return X509_NAME_cmp(X509_get_issuer_name(x509.get()), X509_get_subject_name(issuer.get())) ==
             0 &&
         X509_verify(x509.get(), X509_get0_pubkey(issuer.get())) == 1;
}

}  // namespace renkei::membership
