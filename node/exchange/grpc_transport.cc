#include "node/exchange/grpc_transport.h"

#include <grpcpp/grpcpp.h>
#include <renkei/v1/exchange.grpc.pb.h>

#include "node/base/mutex.h"
#include "node/exchange/limits.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

// One channel, and what its handshakes said.  Shared by the calls on it.
struct Line {
  explicit Line(std::shared_ptr<ClosableJudge> judge)
      : handshakes(std::make_shared<Handshakes>(std::move(judge))) {}

  const std::shared_ptr<Handshakes> handshakes;  // with gRPC too, which may outlive the channel
  std::shared_ptr<grpc::Channel> channel{};
  std::unique_ptr<v1::Exchange::Stub> stub{};

  // gRPC says "unavailable"; why our verifier refused says more.
  absl::Status Explained(const grpc::Status& status) const {
    if (status.ok()) return absl::OkStatus();
    const absl::Status refusal = handshakes->refusal();
    return refusal.ok() ? FromWire(status) : refusal;
  }
};

std::shared_ptr<Line> MakeLine(const DialOptions& options, std::shared_ptr<ClosableJudge> judge) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kBatchMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(std::chrono::milliseconds(kKeepalive).count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each connection judges its own peer: no sharing with another that judged by other rules.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  auto line = std::make_shared<Line>(std::move(judge));
  const JudgePeer at_handshake = [handshakes = line->handshakes](const std::string& pem) {
    return handshakes->Judge(pem);
  };
  line->channel = grpc::CreateCustomChannel(
      options.address,
      PeerChannelCredentials({options.key_pem, options.certificate_pem, options.ca_pem},
                             at_handshake),
      arguments);
  line->stub = v1::Exchange::NewStub(line->channel);
  return line;
}

class GrpcPublishCall : public feed::PublishCall {
 public:
  explicit GrpcPublishCall(std::shared_ptr<Line> line)
      : line_(std::move(line)), stream_(line_->stub->Publish(&context_)) {}

  bool Write(std::uint64_t sequence, const feed::PublishItem& item) override {
    return stream_->Write(ToWire(sequence, item));
  }
  std::optional<feed::AckEvent> ReadAck() override {
    v1::Ack ack;
    if (!stream_->Read(&ack)) return std::nullopt;
    return feed::AckEvent{ack.sequence(), static_cast<absl::StatusCode>(ack.code())};
  }
  void Cancel() override { context_.TryCancel(); }
  absl::Status Finish() override { return line_->Explained(stream_->Finish()); }

 private:
  const std::shared_ptr<Line> line_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PublishItem, v1::Ack>> stream_;
};

class GrpcSubscribeCall : public feed::SubscribeCall {
 public:
  GrpcSubscribeCall(std::shared_ptr<Line> line, const v1::SubscribeRequest& request)
      : line_(std::move(line)), stream_(line_->stub->Subscribe(&context_, request)) {}

  std::optional<feed::FeedEvent> Read() override {
    v1::Batch batch;
    const bool read = stream_->Read(&batch);
    // Asked again for every batch: from who was revoked a moment ago nothing more is taken.
    broken_ = line_->handshakes->JudgeAgain();
    if (read && broken_.ok()) {
      auto event = FromWire(std::move(batch));
      if (event.ok()) return *std::move(event);
      broken_ = event.status();
    }
    if (!broken_.ok()) context_.TryCancel();
    return std::nullopt;
  }
  void Cancel() override { context_.TryCancel(); }
  absl::Status Finish() override {
    const absl::Status finished = line_->Explained(stream_->Finish());
    return broken_.ok() ? finished : broken_;
  }

 private:
  const std::shared_ptr<Line> line_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::Batch>> stream_;
  absl::Status broken_;
};

class GrpcConnection : public PeerConnection {
 public:
  explicit GrpcConnection(const DialOptions& options)
      : options_(options),
        judge_(std::make_shared<ClosableJudge>(options.judge)),
        line_(MakeLine(options_, judge_)) {}
  ~GrpcConnection() override { judge_->Close(); }
  GrpcConnection(const GrpcConnection&) = delete;
  GrpcConnection& operator=(const GrpcConnection&) = delete;

  std::unique_ptr<feed::PublishCall> OpenPublish() override {
    return std::make_unique<GrpcPublishCall>(JudgedLine());
  }
  std::unique_ptr<feed::SubscribeCall> OpenSubscribe(const feed::FeedRequest& request,
                                                     BytesView cursor) override {
    return std::make_unique<GrpcSubscribeCall>(JudgedLine(), ToWire(request, cursor));
  }

  absl::StatusOr<membership::Refreshed> Refresh(BytesView csr_der) override {
    const std::shared_ptr<Line> line = JudgedLine();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    v1::RefreshRequest request;
    request.set_csr(Bytes(csr_der));
    v1::RefreshReply reply;
    RETURN_IF_ERROR(line->Explained(line->stub->Refresh(&context, request, &reply)));
    membership::Refreshed fresh;
    fresh.certificate = reply.certificate();
    fresh.attestations.assign(reply.attestations().begin(), reply.attestations().end());
    fresh.state = reply.state();
    return fresh;
  }

  absl::StatusOr<Presented> Present(const feed::Attestations& session,
                                    const std::optional<v1::SignedState>& state) override {
    const std::shared_ptr<Line> line = JudgedLine();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    v1::Credentials request;
    for (const auto& attestation : session) *request.add_session() = attestation;
    if (state) *request.mutable_state() = *state;
    v1::Credentials reply;
    RETURN_IF_ERROR(line->Explained(line->stub->Present(&context, request, &reply)));
    Presented presented;
    presented.session.assign(reply.session().begin(), reply.session().end());
    if (reply.has_state()) presented.state = reply.state();
    return presented;
  }

  absl::Status Connect() override {
    const std::shared_ptr<Line> line = JudgedLine();
    if (line->channel->WaitForConnected(std::chrono::system_clock::now() + kCallDeadline)) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(line->handshakes->refusal());
    return Unavailable("no TLS connection: nobody listens there, or it refused our certificate");
  }

  absl::Status JudgeAgain() const override { return CurrentLine()->handshakes->JudgeAgain(); }

 private:
  std::shared_ptr<Line> CurrentLine() const {
    MutexLock lock(mutex_);
    return line_;
  }
  // A line whose peer was revoked since its handshake is left, so that another handshake decides.
  std::shared_ptr<Line> JudgedLine() {
    std::shared_ptr<Line> line = CurrentLine();
    if (line->handshakes->JudgeAgain().ok()) return line;
    auto fresh = MakeLine(options_, judge_);
    MutexLock lock(mutex_);
    if (line_ == line) line_ = std::move(fresh);
    return line_;
  }

  const DialOptions options_;
  const std::shared_ptr<ClosableJudge> judge_;
  mutable Mutex mutex_;
  std::shared_ptr<Line> line_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<PeerConnection> PeerConnection::Dial(const DialOptions& options) {
  return std::make_unique<GrpcConnection>(options);
}

}  // namespace renkei::exchange
