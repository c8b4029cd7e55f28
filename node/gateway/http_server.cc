#include "node/gateway/http_server.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <openssl/ssl.h>
#include <pthread.h>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/base/mutex.h"
#include "node/base/workers.h"
#include "node/gateway/connection_places.h"
#include "node/gateway/http_date.h"
#include "node/gateway/limits.h"
#include "node/gateway/server_certificate.h"

namespace renkei::gateway {
// Named, not hidden: a field of HttpServer::Impl may not be of a type that only this file knows.
namespace http_server_parts {

// What all connections of one server share.
struct Shared {
  Shared(const HttpServer::Options& given, HttpServer::Handler answer)
      : options(given),
        handler(std::move(answer)),
        connections(given.connections_max),
        workers("gateway", kWorkers, static_cast<std::size_t>(given.requests_max)) {}

  const HttpServer::Options options;
  const HttpServer::Handler handler;
  ConnectionPlaces connections;  // outlives those that `io` holds
  boost::asio::io_context io{1};
  Workers workers;  // stopped before `io` goes: its jobs post there
};

}  // namespace http_server_parts

namespace {

using http_server_parts::Shared;

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using TlsContext = std::shared_ptr<asio::ssl::context>;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::milliseconds kAcceptAgain{100};
constexpr int kNotModified = 304;

Response Plainly(int status, std::string_view code) {
  return {.status = status,
          .type = "application/json",
          .body = std::make_shared<const std::string>(fmt::format("{{\"code\":\"{}\"}}\n", code))};
}

// A bug in an answer must end the answer, not the node.
Response AnswerOf(const Shared& shared, const Request& request) {
  try {
    return shared.handler(request);
  } catch (const std::exception&) {
    LogEvent(LogLevel::kError, "answer.failed", {});
    return Plainly(500, "internal");
  }
}

Request RequestOf(const bhttp::request<bhttp::string_body>& message) {
  Request request{.method = std::string(message.method_string()),
                  .target = std::string(message.target())};
  for (const auto& field : message) {
    const std::string name = AsciiLower(std::string(field.name_string()));
    std::string& value = request.headers[name];
    if (!value.empty()) value += ", ";
    value += std::string(field.value());
  }
  return request;
}

// One connection.  Confined to the io thread, but for AnswerOf on a worker.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  // `place` was entered.
  Session(Stream stream, Shared& shared, std::string place)
      : stream_(std::move(stream)), shared_(shared), place_(std::move(place)) {}
  ~Session() { shared_.connections.Leave(place_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Start() {
    if constexpr (kTls) {
      Lowest().expires_after(kHandshakeTimeMax);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](ErrorCode error) {
                                if (!error) self->Read();
                              });
    } else {
      Read();
    }
  }

 private:
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  void Read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(kHeaderBytesMax));
    parser_->body_limit(kBodyBytesMax);
    // One time for the whole request: who sends it drop by drop is cut off as well.
    Lowest().expires_after(std::chrono::seconds(shared_.options.idle_seconds));
    bhttp::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](ErrorCode error, std::size_t) { self->OnRead(error); });
  }

  void OnRead(ErrorCode error) {
    if (error == bhttp::error::end_of_stream) return Close();
    if (error) return Refuse(error);
    const auto& message = parser_->get();
    keep_ = message.keep_alive();
    head_ = message.method() == bhttp::verb::head;
    Lowest().expires_never();
    const bool taken =
        shared_.workers.TryRun([self = this->shared_from_this(), request = RequestOf(message)] {
          Shared& shared = self->shared_;
          asio::post(shared.io, [self, response = AnswerOf(shared, request)]() mutable {
            self->Send(std::move(response));
          });
        });
    if (taken) return;
    Response full = Plainly(503, "busy");
    full.headers.emplace_back("Retry-After", "1");
    Send(std::move(full));
  }

  // What is no request gets an answer where it is our rule that it breaks.
  void Refuse(ErrorCode error) {
    keep_ = false;
    head_ = false;
    if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) {
      return Send(Plainly(431, "headers-too-large"));
    }
    if (error == bhttp::error::body_limit) return Send(Plainly(413, "body-too-large"));
    const bool malformed = error.category() == make_error_code(bhttp::error::bad_method).category();
    if (malformed && error != bhttp::error::partial_message) {
      return Send(Plainly(400, "malformed-request"));
    }
  }

  void Send(Response response) {
    response_ = std::move(response);
    message_.emplace(static_cast<bhttp::status>(response_.status), 11U);
    message_->set(bhttp::field::date, ToHttpDate(shared_.options.clock->Now()));
    message_->set("X-Content-Type-Options", "nosniff");
    if (!response_.type.empty()) message_->set(bhttp::field::content_type, response_.type);
    for (const auto& [name, value] : response_.headers) message_->set(name, value);
    const std::size_t size = response_.body == nullptr ? 0 : response_.body->size();
    if (response_.status != kNotModified) message_->content_length(size);
    message_->keep_alive(keep_);
    const bool body = size > 0 && !head_;
    if (body) message_->body() = beast::span<const char>(response_.body->data(), size);
    serializer_.emplace(*message_);
    Lowest().expires_after(kAnswerTimeMax);
    auto sent = [self = this->shared_from_this()](ErrorCode error, std::size_t) {
      self->OnSent(error);
    };
    if (body) {
      bhttp::async_write(stream_, *serializer_, std::move(sent));
    } else {
      bhttp::async_write_header(stream_, *serializer_, std::move(sent));
    }
  }

  void OnSent(ErrorCode error) {
    response_ = {};
    if (error) return;
    if (keep_) return Read();
    Close();
  }

  void Close() {
    if constexpr (kTls) {
      Lowest().expires_after(kHandshakeTimeMax);
      stream_.async_shutdown([self = this->shared_from_this()](ErrorCode) {});
    } else {
      ErrorCode ignored;
      stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    }
  }

  Stream stream_;
  Shared& shared_;
  const std::string place_;
  beast::flat_buffer buffer_{kHeaderBytesMax + kBodyBytesMax};
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_{};
  bool keep_ = false;
  bool head_ = false;
  Response response_{};  // its body is sent as it stands
  std::optional<bhttp::response<bhttp::span_body<const char>>> message_{};
  std::optional<bhttp::response_serializer<bhttp::span_body<const char>>> serializer_{};
};

absl::StatusOr<TlsContext> MakeTls(const std::string& certificate_file,
                                   const std::string& key_file) {
  // Says better than OpenSSL does what is wrong with them.
  RETURN_IF_ERROR(ReadServerCertificate(certificate_file, key_file).status());
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  const bool strict = SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                      SSL_CTX_set_max_early_data(native, 0) == 1;
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (!strict) return Internal("OpenSSL refuses our TLS settings");
  ErrorCode error;
  context->use_certificate_chain_file(certificate_file, error);
  if (!error) context->use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) {
    return InvalidArgument(fmt::format("OpenSSL refuses `{}` or `{}`", certificate_file, key_file));
  }
  return context;
}

std::string AddressText(const Tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return fmt::format("{}:{}", endpoint.address().is_v6() ? "[" + host + "]" : host,
                     endpoint.port());
}

}  // namespace

struct HttpServer::Impl {
  Impl(const Options& options, Handler handler)
      : shared(options, std::move(handler)), acceptor(shared.io), again(shared.io) {}

  absl::Status Listen();
  void Accept();
  void Take(Tcp::socket socket);
  void Run();
  void Stop();
  TlsContext Tls() {
    MutexLock lock(mutex);
    return tls;
  }

  http_server_parts::Shared shared;
  Tcp::acceptor acceptor;
  asio::steady_timer again;
  Mutex mutex;
  TlsContext tls RENKEI_GUARDED_BY(mutex);  // null: plain HTTP
  std::string address;
  std::jthread thread;
};

absl::Status HttpServer::Impl::Listen() {
  const Options& options = shared.options;
  ErrorCode error;
  Tcp::resolver resolver(shared.io);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), Tcp::resolver::passive, error);
  if (error || found.empty()) {
    return InvalidArgument(fmt::format("`{}` is no address of this machine", options.host));
  }
  const Tcp::endpoint endpoint = found.begin()->endpoint();
  if (options.certificate_file.empty() && !endpoint.address().is_loopback()) {
    return FailedPrecondition("plain HTTP is for loopback addresses only: name a certificate");
  }
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Unavailable(fmt::format("{}: {}", AddressText(endpoint), error.message()));
  address = AddressText(acceptor.local_endpoint(error));
  return absl::OkStatus();
}

void HttpServer::Impl::Accept() {
  acceptor.async_accept([this](ErrorCode error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      Take(std::move(socket));
      return Accept();
    }
    // Out of files, most likely: asking again at once would only burn time.
    again.expires_after(kAcceptAgain);
    again.async_wait([this](ErrorCode stopped) {
      if (!stopped) Accept();
    });
  });
}

void HttpServer::Impl::Take(Tcp::socket socket) {
  ErrorCode ignored;
  std::string place = ConnectionPlaces::PlaceOf(socket.remote_endpoint(ignored).address());
  if (!shared.connections.Enter(place)) return;  // closed as it goes
  socket.set_option(Tcp::no_delay(true), ignored);
  if (const TlsContext context = Tls()) {
    std::make_shared<Session<TlsStream>>(TlsStream(std::move(socket), *context), shared,
                                         std::move(place))
        ->Start();
  } else {
    std::make_shared<Session<PlainStream>>(PlainStream(std::move(socket)), shared, std::move(place))
        ->Start();
  }
}

// The border: what Asio or Beast throw ends here.
void HttpServer::Impl::Run() {
  pthread_setname_np(pthread_self(), "gateway-io");
  while (!shared.io.stopped()) {
    try {
      shared.io.run();
    } catch (const std::exception&) {
      LogEvent(LogLevel::kError, "connection.failed", {});
    }
  }
}

void HttpServer::Impl::Stop() {
  shared.io.stop();
  if (thread.joinable()) thread.join();
  shared.workers.Stop();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { impl_->Stop(); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options,
                                                              Handler handler) {
  try {
    auto impl = std::make_unique<Impl>(options, std::move(handler));
    if (!options.certificate_file.empty()) {
      ASSIGN_OR_RETURN(TlsContext tls, MakeTls(options.certificate_file, options.key_file));
      MutexLock lock(impl->mutex);
      impl->tls = std::move(tls);
    }
    RETURN_IF_ERROR(impl->Listen());
    impl->Accept();
    impl->thread = std::jthread([raw = impl.get()] { raw->Run(); });
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
  } catch (const std::exception&) {
    return Unavailable("the machine refuses what a server needs");
  }
}

const std::string& HttpServer::address() const { return impl_->address; }

absl::Status HttpServer::ReloadCertificate() {
  const Options& options = impl_->shared.options;
  if (options.certificate_file.empty()) return absl::OkStatus();
  try {
    ASSIGN_OR_RETURN(TlsContext fresh, MakeTls(options.certificate_file, options.key_file));
    MutexLock lock(impl_->mutex);
    impl_->tls = std::move(fresh);
    return absl::OkStatus();
  } catch (const std::exception&) {
    return Unavailable("the machine refuses what TLS needs");
  }
}

}  // namespace renkei::gateway
