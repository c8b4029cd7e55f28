// A TLS server on loopback in a thread of the test, and certificates for it.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/mutex.h"

namespace renkei::push {

// Writes `base`.crt, signed by its own key for `names` (`DNS:localhost,IP:127.0.0.1`), and
// `base`.key.
inline void MakeCertificate(const std::string& base, const std::string& names) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  FILE* file = std::fopen((base + ".crt").c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen((base + ".key").c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

// Takes one connection at a time and keeps all that it is sent.
class TlsServer {
 public:
  struct Options {
    std::string certificate{};    // without .crt and .key
    std::string clients{};        // the certificate that a client must have; empty: none
    std::size_t close_after = 0;  // bytes, once, without a word; 0: never
  };
  explicit TlsServer(const Options& options) : options_(options) {
    SSL_CTX_use_certificate_chain_file(context_, (options.certificate + ".crt").c_str());
    SSL_CTX_use_PrivateKey_file(context_, (options.certificate + ".key").c_str(), SSL_FILETYPE_PEM);
    if (!options.clients.empty()) {
      SSL_CTX_load_verify_locations(context_, (options.clients + ".crt").c_str(), nullptr);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&at), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~TlsServer() {
    shutdown(listener_, SHUT_RDWR);
    {
      MutexLock lock(mutex_);
      if (open_ >= 0) shutdown(open_, SHUT_RDWR);
    }
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  int port() const { return port_; }
  // All that came, once it is at least so much.
  std::string Wait(std::size_t bytes) {
    MutexLock lock(mutex_);
    for (int i = 0; i < 600 && heard_.size() < bytes; ++i) {
      changed_.WaitFor(mutex_, std::chrono::milliseconds(100));
    }
    return heard_;
  }
  // Until the connection that was taken last has ended.
  void WaitForEnd() {
    MutexLock lock(mutex_);
    for (int i = 0; i < 600 && open_ >= 0; ++i) {
      changed_.WaitFor(mutex_, std::chrono::milliseconds(100));
    }
  }
  int connections() const {
    MutexLock lock(mutex_);
    return connections_;
  }

 private:
  void Run() {
    while (true) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      {
        MutexLock lock(mutex_);
        open_ = fd;
        ++connections_;
      }
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
      if (SSL_accept(ssl) == 1) Serve(ssl);
      SSL_free(ssl);
      ERR_clear_error();
      MutexLock lock(mutex_);
      open_ = -1;
      close(fd);
      changed_.NotifyAll();
    }
  }
  void Serve(SSL* ssl) {
    char buffer[4096];
    while (true) {
      const int n = SSL_read(ssl, buffer, sizeof buffer);
      if (n <= 0) return;
      MutexLock lock(mutex_);
      heard_.append(buffer, static_cast<std::size_t>(n));
      changed_.NotifyAll();
      if (options_.close_after == 0 || heard_.size() < options_.close_after) continue;
      options_.close_after = 0;
      return;
    }
  }

  Options options_;
  SSL_CTX* context_ = SSL_CTX_new(TLS_server_method());
  int listener_ = -1;
  int port_ = 0;
  mutable Mutex mutex_;
  CondVar changed_;
  std::string heard_ RENKEI_GUARDED_BY(mutex_);
  int open_ RENKEI_GUARDED_BY(mutex_) = -1;
  int connections_ RENKEI_GUARDED_BY(mutex_) = 0;
  std::thread thread_{};
};

}  // namespace renkei::push
