#include "node/gateway/server_certificate.h"

#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "node/base/file.h"

namespace renkei::gateway {
namespace {

constexpr int kNamesMax = 100;
constexpr unsigned kOthersMayRead = 0077;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<&BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<&GENERAL_NAMES_free>>;

absl::StatusOr<Timestamp> TimeOf(const ASN1_TIME* time) {
  struct tm parts {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return InvalidArgument("the certificate's dates can't be read");
  }
  return FromUnixSeconds(timegm(&parts));
}

std::vector<std::string> NamesOf(const X509* certificate) {
  std::vector<std::string> list;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return list;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && i < kNamesMax; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    list.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                      static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  return list;
}

Bio BioOf(const Bytes& bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// A key that asks for a passphrase is no key for a server that starts by itself.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

absl::StatusOr<ServerCertificate> ReadServerCertificate(const std::string& certificate_file,
                                                        const std::string& key_file) {
  ASSIGN_OR_RETURN(const Bytes pem, ReadFile(certificate_file, kPemFileBytesMax));
  ASSIGN_OR_RETURN(const Bytes key_pem, ReadFile(key_file, kPemFileBytesMax));
  ERR_clear_error();
  const Certificate certificate(
      PEM_read_bio_X509(BioOf(pem).get(), nullptr, &NoPassphrase, nullptr));
  const Key key(PEM_read_bio_PrivateKey(BioOf(key_pem).get(), nullptr, &NoPassphrase, nullptr));
  const bool fits = certificate != nullptr && key != nullptr &&
                    X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (certificate == nullptr) {
    return InvalidArgument(fmt::format("`{}` holds no certificate in PEM form", certificate_file));
  }
  if (key == nullptr) {
    return InvalidArgument(
        fmt::format("`{}` holds no private key in PEM form without a passphrase", key_file));
  }
  if (!fits) {
    return InvalidArgument(
        fmt::format("the key in `{}` is not that of `{}`", key_file, certificate_file));
  }
  ServerCertificate read;
  ASSIGN_OR_RETURN(read.not_before, TimeOf(X509_get0_notBefore(certificate.get())));
  ASSIGN_OR_RETURN(read.not_after, TimeOf(X509_get0_notAfter(certificate.get())));
  read.names = NamesOf(certificate.get());
  struct stat info {};
  read.key_is_private = stat(key_file.c_str(), &info) == 0 && (info.st_mode & kOthersMayRead) == 0;
  return read;
}

}  // namespace renkei::gateway
