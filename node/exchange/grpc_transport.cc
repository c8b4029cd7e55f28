#include "node/exchange/grpc_transport.h"

#include <grpcpp/grpcpp.h>
#include <renkei/v1/exchange.grpc.pb.h>

#include "node/base/mutex.h"
#include "node/exchange/limits.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

class GrpcPublishCall : public feed::PublishCall {
 public:
  explicit GrpcPublishCall(v1::Exchange::Stub& stub) : stream_(stub.Publish(&context_)) {}

  bool Write(std::uint64_t sequence, const feed::PublishItem& item) override {
    return stream_->Write(ToWire(sequence, item));
  }
  std::optional<feed::AckEvent> ReadAck() override {
    v1::Ack ack;
    if (!stream_->Read(&ack)) return std::nullopt;
    return feed::AckEvent{ack.sequence(), static_cast<absl::StatusCode>(ack.code())};
  }
  void Cancel() override { context_.TryCancel(); }
  absl::Status Finish() override { return FromWire(stream_->Finish()); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PublishItem, v1::Ack>> stream_;
};

class GrpcSubscribeCall : public feed::SubscribeCall {
 public:
  GrpcSubscribeCall(v1::Exchange::Stub& stub, const v1::SubscribeRequest& request)
      : stream_(stub.Subscribe(&context_, request)) {}

  std::optional<feed::FeedEvent> Read() override {
    v1::Batch batch;
    if (!stream_->Read(&batch)) return std::nullopt;
    auto event = FromWire(std::move(batch));
    if (event.ok()) return *std::move(event);
    broken_ = event.status();
    context_.TryCancel();
    return std::nullopt;
  }
  void Cancel() override { context_.TryCancel(); }
  absl::Status Finish() override {
    const absl::Status finished = FromWire(stream_->Finish());
    return broken_.ok() ? finished : broken_;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::Batch>> stream_;
  absl::Status broken_;
};

class GrpcConnection : public PeerConnection {
 public:
  explicit GrpcConnection(const DialOptions& options) : judge_(options.judge) {
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
    const JudgePeer judge = [this](const std::string& pem) {
      const absl::Status judged = judge_(pem);
      MutexLock lock(mutex_);
      refusal_ = judged;
      return judged;
    };
    channel_ = grpc::CreateCustomChannel(
        options.address,
        PeerChannelCredentials({options.key_pem, options.certificate_pem, options.ca_pem}, judge),
        arguments);
    stub_ = v1::Exchange::NewStub(channel_);
  }

  std::unique_ptr<feed::PublishCall> OpenPublish() override {
    return std::make_unique<GrpcPublishCall>(*stub_);
  }
  std::unique_ptr<feed::SubscribeCall> OpenSubscribe(const feed::FeedRequest& request,
                                                     BytesView cursor) override {
    return std::make_unique<GrpcSubscribeCall>(*stub_, ToWire(request, cursor));
  }

  absl::StatusOr<membership::Refreshed> Refresh(BytesView csr_der) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    v1::RefreshRequest request;
    request.set_csr(Bytes(csr_der));
    v1::RefreshReply reply;
    RETURN_IF_ERROR(Explained(stub_->Refresh(&context, request, &reply)));
    membership::Refreshed fresh;
    fresh.certificate = reply.certificate();
    fresh.attestations.assign(reply.attestations().begin(), reply.attestations().end());
    fresh.state = reply.state();
    return fresh;
  }

  absl::StatusOr<Presented> Present(const feed::Attestations& session,
                                    const std::optional<v1::SignedState>& state) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
    v1::Credentials request;
    for (const auto& attestation : session) *request.add_session() = attestation;
    if (state) *request.mutable_state() = *state;
    v1::Credentials reply;
    RETURN_IF_ERROR(Explained(stub_->Present(&context, request, &reply)));
    Presented presented;
    presented.session.assign(reply.session().begin(), reply.session().end());
    if (reply.has_state()) presented.state = reply.state();
    return presented;
  }

  absl::Status Connect() override {
    if (channel_->WaitForConnected(std::chrono::system_clock::now() + kCallDeadline)) {
      return absl::OkStatus();
    }
    MutexLock lock(mutex_);
    if (!refusal_.ok()) return refusal_;
    return Unavailable("no TLS connection: nobody listens there, or it refused our certificate");
  }

 private:
  // gRPC says "unavailable"; why our verifier refused says more.
  absl::Status Explained(const grpc::Status& status) const {
    MutexLock lock(mutex_);
    if (!status.ok() && !refusal_.ok()) return refusal_;
    return FromWire(status);
  }

  const std::function<absl::Status(const std::string&)> judge_;
  mutable Mutex mutex_;
  absl::Status refusal_ RENKEI_GUARDED_BY(mutex_);
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Exchange::Stub> stub_;
};

}  // namespace

std::unique_ptr<PeerConnection> PeerConnection::Dial(const DialOptions& options) {
  return std::make_unique<GrpcConnection>(options);
}

}  // namespace renkei::exchange
