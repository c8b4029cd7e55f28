#include "node/push/tls_client.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "node/push/limits.h"

namespace renkei::push {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int kAddressesTried = 4;
// A server that refuses our certificate says so only after its own part of the handshake
// (RFC 8446, 4.4.3): this long it may do so before anything is written.
constexpr std::chrono::milliseconds kRefusalTime{300};
constexpr std::chrono::milliseconds kFlushLook{5};

absl::Status ErrnoStatus(std::string_view doing) {
  return Unavailable(fmt::format("{}: {}", doing, std::generic_category().message(errno)));
}

// The first reason that OpenSSL noted, without its places in the source.
std::string SslReason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the connection was cut" : reason;
}

bool IsIpAddress(const std::string& host) {
  unsigned char bytes[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Addresses> Resolve(const TlsPeer& peer) {
  const addrinfo hints{.ai_flags = AI_ADDRCONFIG,
                       .ai_family = AF_UNSPEC,
                       .ai_socktype = SOCK_STREAM,
                       .ai_protocol = 0,
                       .ai_addrlen = 0,
                       .ai_addr = nullptr,
                       .ai_canonname = nullptr,
                       .ai_next = nullptr};
  addrinfo* list = nullptr;
  const int error =
      getaddrinfo(peer.host.c_str(), std::to_string(peer.port).c_str(), &hints, &list);
  if (error != 0) {
    return Unavailable(fmt::format("find the address of `{}`: {}", peer.host, gai_strerror(error)));
  }
  return Addresses(list);
}

}  // namespace

struct TlsClient::Handles {
  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0) close(fd);
  }
  int fd = -1;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
};

TlsClient::TlsClient(std::unique_ptr<Handles> handles, const StopSignal& stop)
    : handles_(std::move(handles)), stop_(stop) {}

TlsClient::~TlsClient() {
  // Says goodbye if that takes no time; who does not hear it sees the connection end.
  if (handles_->ssl != nullptr && SSL_is_init_finished(handles_->ssl) == 1) {
    SSL_shutdown(handles_->ssl);
  }
  ERR_clear_error();
}

absl::StatusOr<std::unique_ptr<TlsClient>> TlsClient::Connect(const TlsPeer& peer,
                                                              const StopSignal& stop) {
  std::unique_ptr<TlsClient> client(new TlsClient(std::make_unique<Handles>(), stop));
  RETURN_IF_ERROR(client->Open(peer));
  RETURN_IF_ERROR(
      Annotate(client->Dial(peer), fmt::format("connect to {}:{}", peer.host, peer.port)));
  RETURN_IF_ERROR(
      Annotate(client->Handshake(), fmt::format("TLS with {}:{}", peer.host, peer.port)));
  return client;
}

absl::Status TlsClient::Open(const TlsPeer& peer) {
  ERR_clear_error();
  SSL_CTX* context = handles_->context = SSL_CTX_new(TLS_client_method());
  RENKEI_CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const config::PushTls& files = peer.files;
  const bool trusted = files.ca.empty()
                           ? SSL_CTX_set_default_verify_paths(context) == 1
                           : SSL_CTX_load_verify_locations(context, files.ca.c_str(), nullptr) == 1;
  if (!trusted) {
    ERR_clear_error();
    return FailedPrecondition(fmt::format("`{}` holds no certificates in PEM form", files.ca));
  }
  if (!files.certificate.empty()) {
    const bool own =
        SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(context) == 1;
    if (!own) {
      ERR_clear_error();
      return FailedPrecondition(fmt::format("`{}` and `{}` are no certificate and its key",
                                            files.certificate, files.key));
    }
  }
  SSL* ssl = handles_->ssl = SSL_new(context);
  RENKEI_CHECK(ssl != nullptr);
  X509_VERIFY_PARAM* checks = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool named = IsIpAddress(peer.host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(checks, peer.host.c_str()) == 1
                         : SSL_set_tlsext_host_name(ssl, peer.host.c_str()) == 1 &&
                               X509_VERIFY_PARAM_set1_host(checks, peer.host.c_str(), 0) == 1;
  return named ? absl::OkStatus() : FailedPrecondition("the host has no name that TLS can check");
}

absl::Status TlsClient::Dial(const TlsPeer& peer) {
  ASSIGN_OR_RETURN(const Addresses addresses, Resolve(peer));
  const auto until = Steady::now() + kConnectTimeMax;
  absl::Status failed = Unavailable("it has no address");
  int tried = 0;
  for (const addrinfo* at = addresses.get(); at != nullptr && tried < kAddressesTried;
       at = at->ai_next, ++tried) {
    if (handles_->fd >= 0) close(handles_->fd);
    handles_->fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (handles_->fd < 0) return ErrnoStatus("make a socket");
    if (connect(handles_->fd, at->ai_addr, at->ai_addrlen) != 0 && errno != EINPROGRESS) {
      failed = ErrnoStatus("no connection");
      continue;
    }
    failed = Await(POLLOUT, until);
    if (!failed.ok()) return failed;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(handles_->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) {
      const int on = 1;
      setsockopt(handles_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      setsockopt(handles_->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      return absl::OkStatus();
    }
    errno = error;
    failed = ErrnoStatus("no connection");
  }
  return failed;
}

absl::Status TlsClient::Handshake() {
  const auto until = Steady::now() + kConnectTimeMax;
  SSL_set_fd(handles_->ssl, handles_->fd);
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(handles_->ssl);
    if (result == 1) break;
    if (const long why = SSL_get_verify_result(handles_->ssl); why != X509_V_OK) {
      ERR_clear_error();
      return Unavailable(
          fmt::format("its certificate is not trusted: {}", X509_verify_cert_error_string(why)));
    }
    ASSIGN_OR_RETURN(const short events, Wanted(result, "handshake"));
    RETURN_IF_ERROR(Await(events, until));
  }
  const absl::Status said = Await(POLLIN, Steady::now() + kRefusalTime);
  return said.ok() ? CheckOpen() : absl::OkStatus();
}

absl::Status TlsClient::Await(short events, Steady::time_point until) const {
  while (true) {
    pollfd sockets[] = {{.fd = handles_->fd, .events = events, .revents = 0},
                        {.fd = stop_.fd(), .events = POLLIN, .revents = 0}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
    const int ready = poll(sockets, 2, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return ErrnoStatus("wait");
    if (sockets[1].revents != 0) return Unavailable("the node stops");
    if (sockets[0].revents != 0) return absl::OkStatus();
    if (Steady::now() >= until) return Unavailable("it takes too long to answer");
  }
}

absl::StatusOr<short> TlsClient::Wanted(int result, std::string_view doing) const {
  switch (SSL_get_error(handles_->ssl, result)) {
    case SSL_ERROR_WANT_READ:
      return static_cast<short>(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return static_cast<short>(POLLOUT);
    default:
      return Unavailable(fmt::format("{}: {}", doing, SslReason()));
  }
}

absl::Status TlsClient::Write(std::string_view bytes) {
  const auto until = Steady::now() + kSendTimeMax;
  while (!bytes.empty()) {
    std::size_t written = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(handles_->ssl, bytes.data(), bytes.size(), &written);
    if (result == 1) {
      bytes.remove_prefix(written);
      continue;
    }
    ASSIGN_OR_RETURN(const short events, Wanted(result, "write"));
    RETURN_IF_ERROR(Await(events, until));
  }
  return absl::OkStatus();
}

absl::Status TlsClient::Flush() {
  const auto until = Steady::now() + kSendTimeMax;
  while (true) {
    RETURN_IF_ERROR(CheckOpen());
    int waiting = 0;
    if (ioctl(handles_->fd, SIOCOUTQ, &waiting) != 0) return ErrnoStatus("look at the connection");
    if (waiting == 0) return CheckOpen();
    if (Steady::now() >= until) return Unavailable("what was sent is not acknowledged");
    // Nothing announces an acknowledgement; what announces the end of the connection ends this too.
    pollfd stop{.fd = stop_.fd(), .events = POLLIN, .revents = 0};
    if (poll(&stop, 1, static_cast<int>(kFlushLook.count())) > 0)
      return Unavailable("the node stops");
  }
}

absl::Status TlsClient::CheckOpen() {
  char thrown_away[512];
  while (true) {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(handles_->ssl, thrown_away, sizeof thrown_away, &count);
    if (result == 1) continue;
    if (SSL_get_error(handles_->ssl, result) == SSL_ERROR_ZERO_RETURN) {
      return Unavailable("it has ended the connection");
    }
    return Wanted(result, "read").status();
  }
}

}  // namespace renkei::push
