#include <grpcpp/grpcpp.h>
#include <renkei/v1/membership.grpc.pb.h>

#include "config/node_config.h"
#include "node/base/log.h"
#include "node/base/workers.h"
#include "node/exchange/enrolment.h"
#include "node/exchange/limits.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

// Strangers may call: few threads, small messages, a short queue.
constexpr int kThreads = 2;
constexpr std::size_t kQueueMax = 64;

class EnrolmentService : public EnrolmentServer, public v1::Enrolment::CallbackService {
 public:
  explicit EnrolmentService(EnrolmentDesk desk) : desk_(std::move(desk)) {}
  EnrolmentService(const EnrolmentService&) = delete;
  EnrolmentService& operator=(const EnrolmentService&) = delete;
  ~EnrolmentService() override {
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
      server_->Wait();
    }
    workers_.Stop();
  }

  absl::Status Listen(const std::string& listen, const std::string& key_pem,
                      const std::string& certificate_pem) {
    const auto at = config::ParseHostPort(listen);
    if (!at) return InvalidArgument(fmt::format("enrol_listen: `{}` is not host:port", listen));
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(listen, EnrolServerCredentials(key_pem, certificate_pem), &port);
    builder.RegisterService(this);
    builder.SetMaxReceiveMessageSize(kEnrolMessageBytesMax);
    grpc::ResourceQuota quota("enrolment");
    builder.SetResourceQuota(quota.Resize(kEnrolMemoryBytesMax));
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 4);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return Unavailable(fmt::format(
          "listen on `{}`: the address is in use, or not one of this machine's", listen));
    }
    const bool v6 = at->host.find(':') != std::string::npos;
    address_ = fmt::format("{}{}{}:{}", v6 ? "[" : "", at->host, v6 ? "]" : "", port);
    return absl::OkStatus();
  }

  std::string address() const override { return address_; }

  grpc::ServerUnaryReactor* Enrol(grpc::CallbackServerContext* context,
                                  const v1::EnrolRequest* request, v1::EnrolReply* reply) override {
    return Run(context, "enrol", [this, request, reply] {
      ASSIGN_OR_RETURN(*reply, desk_.enrol(*request));
      return absl::OkStatus();
    });
  }
  grpc::ServerUnaryReactor* Challenge(grpc::CallbackServerContext* context,
                                      const v1::ChallengeRequest* /*request*/,
                                      v1::ChallengeReply* reply) override {
    return Run(context, "challenge", [this, reply] {
      const auto nonce = desk_.challenge();
      if (nonce.ok()) reply->set_nonce(nonce->str());
      return nonce.status();
    });
  }
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context,
                                  const v1::RenewRequest* request, v1::EnrolReply* reply) override {
    return Run(context, "renew", [this, request, reply] {
      ASSIGN_OR_RETURN(*reply, desk_.renew(*request));
      return absl::OkStatus();
    });
  }

 private:
  template <std::size_t N>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const char (&what)[N],
                                std::function<absl::Status()> f) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const bool queued = workers_.TryRun([reactor, &what, f = std::move(f)] {
      const absl::Status status = f();
      if (!status.ok()) {
        LogEvent(LogLevel::kWarn, "enrolment.refused",
                 {{"call", what}, {"why", LogSafe(Message(status))}});
      }
      reactor->Finish(ToWire(status));
    });
    if (!queued) reactor->Finish(ToWire(ResourceExhausted("busy")));
    return reactor;
  }

  const EnrolmentDesk desk_;
  std::string address_;
  Workers workers_{"enrol", kThreads, kQueueMax};
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EnrolmentServer>> EnrolmentServer::Start(
    const std::string& listen, const std::string& key_pem, const std::string& certificate_pem,
    EnrolmentDesk desk) {
  auto server = std::make_unique<EnrolmentService>(std::move(desk));
  RETURN_IF_ERROR(server->Listen(listen, key_pem, certificate_pem));
  return std::unique_ptr<EnrolmentServer>(std::move(server));
}

}  // namespace renkei::exchange
