// OpenSSL's objects, each freed by its own function.  For the files of this folder that speak
// X.509.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "node/base/bytes.h"
#include "node/crypto/digest.h"

namespace renkei::membership {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, FreeBy<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;
using BigNumberPtr = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;

// Errors of a parse that failed must not be found by the next TLS call on this thread.
class ErrorMark {
 public:
  ErrorMark() { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

inline BioPtr ReadBio(BytesView bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

inline Bytes BioBytes(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? Bytes(data, static_cast<std::size_t>(size)) : Bytes();
}

// DER by one of OpenSSL's i2d functions.
template <class T>
Bytes ToDer(int (*encode)(const T*, unsigned char**), const T* object) {
  unsigned char* data = nullptr;
  const int size = encode(object, &data);
  if (size <= 0) return {};
  Bytes der(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

inline crypto::Digest SpkiSha256(const EVP_PKEY* key) {
  return crypto::Sha256(ToDer<EVP_PKEY>(&i2d_PUBKEY, key));
}

// Whether it is an elliptic-curve key on P-256, the curve given by its name.
bool IsP256(const EVP_PKEY* key);

}  // namespace renkei::membership
