#include "node/membership/tls_key.h"

#include <openssl/ec.h>

#include "node/membership/limits.h"
#include "node/membership/openssl.h"

namespace renkei::membership {

bool IsP256(const EVP_PKEY* key) {
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  char group[64] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group, size) == SN_X9_62_prime256v1;
}

TlsKey::TlsKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)), spki_sha256_(SpkiSha256(key_.get())) {}

TlsKey TlsKey::Generate() {
  PkeyPtr key(EVP_EC_gen("P-256"));
  RENKEI_CHECK(key != nullptr);
  return TlsKey(std::shared_ptr<evp_pkey_st>(std::move(key)));
}

absl::StatusOr<TlsKey> TlsKey::FromPem(std::string_view pem) {
  const ErrorMark mark;
  if (pem.size() > kKeyFileBytesMax) return InvalidArgument("TLS key: larger than 4 KiB");
  const BioPtr bio = ReadBio(pem);
  // An empty passphrase keeps OpenSSL from asking for one on the terminal.
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>("")));
  if (key == nullptr) return InvalidArgument("TLS key: no private key in PEM form");
  if (!IsP256(key.get())) return InvalidArgument("TLS key: not an ECDSA P-256 key");
  return TlsKey(std::shared_ptr<evp_pkey_st>(std::move(key)));
}

std::string TlsKey::ToPem() const {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  RENKEI_CHECK(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr,
                                                               nullptr, 0, nullptr, nullptr) == 1);
  return BioBytes(bio.get());
}

Bytes TlsKey::MakeCsr() const {
  const RequestPtr request(X509_REQ_new());
  RENKEI_CHECK(request != nullptr && X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
               X509_REQ_set_pubkey(request.get(), key_.get()) == 1 &&
               X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) > 0);
  return ToDer<X509_REQ>(&i2d_X509_REQ, request.get());
}

}  // namespace renkei::membership
