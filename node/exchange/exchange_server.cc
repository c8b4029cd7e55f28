#include "node/exchange/exchange_server.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include <grpcpp/grpcpp.h>
#include <renkei/v1/exchange.grpc.pb.h>

#include "config/node_config.h"
#include "node/base/log.h"
#include "node/base/turns.h"
#include "node/exchange/limits.h"
#include "node/exchange/publish_stream.h"
#include "node/exchange/subscribe_stream.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

class Server : public ExchangeServer, public StreamHost, public v1::Exchange::CallbackService {
 public:
  Server(const ExchangeOptions& options, const ExchangeSettings& settings, PeerPlane& plane)
      : options_(options),
        plane_(plane),
        judge_(std::make_shared<ClosableJudge>(
            [this](const std::string& pem) { return plane_.Identify(pem).status(); })),
        settings_(settings),
        bytes_in_flight_max_(static_cast<std::size_t>(settings.bytes_in_flight_per_stream)) {}
  ~Server() override { Shutdown(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  absl::Status Listen() override;
  void Set(const ExchangeSettings& settings) override;

  std::string address() const override { return address_; }
  void WakeAll() override;
  void TellToRefresh(const std::string& team) override;
  int CutOffDenied() override;
  void Shutdown() override;

  PeerPlane& plane() override { return plane_; }
  bool RunForPeer(const std::string& peer, std::function<void()> job) override {
    return readers_.TryRun(peer, std::move(job));
  }
  std::size_t bytes_in_flight_max() const override { return bytes_in_flight_max_; }
  bool Register(const std::shared_ptr<LiveCall>& call, bool subscription) override;
  void Unregister(const LiveCall* call) override;

  grpc::ServerWriteReactor<v1::Batch>* Subscribe(grpc::CallbackServerContext* context,
                                                 const v1::SubscribeRequest* request) override {
    return SubscribeStream::Start(*this, context, *request);
  }
  grpc::ServerBidiReactor<v1::PublishItem, v1::Ack>* Publish(
      grpc::CallbackServerContext* context) override {
    return PublishStream::Start(*this, context);
  }
  grpc::ServerUnaryReactor* Present(grpc::CallbackServerContext* context,
                                    const v1::Credentials* request,
                                    v1::Credentials* reply) override;
  grpc::ServerUnaryReactor* Refresh(grpc::CallbackServerContext* context,
                                    const v1::RefreshRequest* request,
                                    v1::RefreshReply* reply) override;

 private:
  struct Call {
    std::shared_ptr<LiveCall> call{};
    bool subscription = false;
  };

  grpc::ServerUnaryReactor* RunUnary(
      grpc::CallbackServerContext* context,
      std::function<absl::Status(const membership::PeerIdentity&)> f);
  bool EnterUnary(const std::string& peer);
  void LeaveUnary(const std::string& peer);
  std::vector<std::shared_ptr<LiveCall>> Calls() const;
  void RunHeartbeats();

  const ExchangeOptions options_;
  PeerPlane& plane_;
  const std::shared_ptr<ClosableJudge> judge_;
  std::string address_;
  Turns readers_{"reader", kReaders, kReaderQueueMax, kTurnsPerPeerMax};
  std::unique_ptr<grpc::Server> server_;

  mutable Mutex mutex_;
  CondVar changed_;
  ExchangeSettings settings_ RENKEI_GUARDED_BY(mutex_);
  std::map<const LiveCall*, Call> calls_ RENKEI_GUARDED_BY(mutex_);
  std::map<std::string, int> unary_ RENKEI_GUARDED_BY(mutex_);  // running and queued, by peer
  bool stopping_ RENKEI_GUARDED_BY(mutex_) = false;
  std::atomic<std::size_t> bytes_in_flight_max_;
  std::jthread heartbeats_;
};

absl::Status Server::Listen() {
  const auto at = config::ParseHostPort(options_.listen);
  if (!at) return InvalidArgument(fmt::format("listen: `{}` is not host:port", options_.listen));
  grpc::ServerBuilder builder;
  int port = 0;
  const JudgePeer judge = [shared = judge_](const std::string& pem) { return shared->Ask(pem); };
  builder.AddListeningPort(
      options_.listen,
      PeerServerCredentials({options_.key_file, options_.certificate_file, options_.ca_file},
                            judge),
      &port);
  builder.RegisterService(this);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kBatchMessageBytesMax);
  // What all peers together may make gRPC hold; over it, it drops what costs most.
  grpc::ResourceQuota quota("exchange");
  builder.SetResourceQuota(quota.Resize(kExchangeMemoryBytesMax));
  // Two nodes must never share a port unawares.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kConcurrentCallsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0) {
    return Unavailable(fmt::format(
        "listen on `{}`: the address is in use, or not one of this machine's", options_.listen));
  }
  const bool v6 = at->host.find(':') != std::string::npos;
  address_ = fmt::format("{}{}{}:{}", v6 ? "[" : "", at->host, v6 ? "]" : "", port);
  heartbeats_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), "heartbeat");
    RunHeartbeats();
  });
  return absl::OkStatus();
}

void Server::RunHeartbeats() {
  while (true) {
    const auto last = std::chrono::steady_clock::now();
    {
      MutexLock lock(mutex_);
      while (!stopping_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            last + settings_.heartbeat - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        changed_.WaitFor(mutex_, left);
      }
      if (stopping_) return;
    }
    // At fixed times, whatever was sent in between: silence says nothing.
    for (const auto& call : Calls()) call->Heartbeat();
  }
}

void Server::Set(const ExchangeSettings& settings) {
  bytes_in_flight_max_ = static_cast<std::size_t>(settings.bytes_in_flight_per_stream);
  MutexLock lock(mutex_);
  settings_ = settings;
  changed_.NotifyAll();
}

std::vector<std::shared_ptr<LiveCall>> Server::Calls() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<LiveCall>> calls;
  for (const auto& [key, call] : calls_) calls.push_back(call.call);
  return calls;
}

bool Server::Register(const std::shared_ptr<LiveCall>& call, bool subscription) {
  MutexLock lock(mutex_);
  if (stopping_ || calls_.size() >= kStreamsMax) return false;
  const auto same = std::count_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
    return entry.second.subscription == subscription &&
           entry.second.call->peer().name() == call->peer().name();
  });
  if (same >= settings_.streams_per_peer) return false;
  calls_[call.get()] = Call{call, subscription};
  return true;
}

void Server::Unregister(const LiveCall* call) {
  std::shared_ptr<LiveCall> last;  // dies after the lock
  MutexLock lock(mutex_);
  const auto it = calls_.find(call);
  if (it == calls_.end()) return;
  last = std::move(it->second.call);
  calls_.erase(it);
}

void Server::WakeAll() {
  for (const auto& call : Calls()) call->Wake();
}

void Server::TellToRefresh(const std::string& team) {
  for (const auto& call : Calls()) {
    if (call->peer().name() == team) call->Refresh();
  }
}

int Server::CutOffDenied() {
  int cut = 0;
  for (const auto& call : Calls()) {
    const auto peer = plane_.Identify(call->certificate());
    if (peer.ok() && plane_.Admit(*peer).ok()) continue;
    call->CutOff();
    ++cut;
    LogEvent(LogLevel::kWarn, "peer.cut", {{"peer", LogSafe(call->peer().name())}});
  }
  return cut;
}

void Server::Shutdown() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (heartbeats_.joinable()) heartbeats_.join();
  for (const auto& call : Calls()) call->CutOff();
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
    server_->Wait();
  }
  judge_->Close();
  readers_.Stop();
  server_.reset();
}

bool Server::EnterUnary(const std::string& peer) {
  MutexLock lock(mutex_);
  int& running = unary_[peer];
  if (running >= kUnaryCallsPerPeerMax) return false;
  ++running;
  return true;
}

void Server::LeaveUnary(const std::string& peer) {
  MutexLock lock(mutex_);
  if (--unary_[peer] == 0) unary_.erase(peer);
}

grpc::ServerUnaryReactor* Server::RunUnary(
    grpc::CallbackServerContext* context,
    std::function<absl::Status(const membership::PeerIdentity&)> f) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto peer = plane_.Identify(PeerCertificate(*context));
  if (!peer.ok()) {
    reactor->Finish(ToWire(peer.status()));
    return reactor;
  }
  // These wait for the disk on threads that streams need too: no peer may take them all.
  const std::string name = peer->name();
  if (!EnterUnary(name)) {
    reactor->Finish(ToWire(ResourceExhausted("too many calls")));
    return reactor;
  }
  const bool queued = RunForPeer(name, [this, reactor, peer = *peer, f = std::move(f)] {
    const grpc::Status answer = ToWire(f(peer));
    LeaveUnary(peer.name());  // first: who has its answer may ask again
    reactor->Finish(answer);
  });
  if (!queued) {
    LeaveUnary(name);
    reactor->Finish(ToWire(ResourceExhausted("busy")));
  }
  return reactor;
}

grpc::ServerUnaryReactor* Server::Present(grpc::CallbackServerContext* context,
                                          const v1::Credentials* request, v1::Credentials* reply) {
  return RunUnary(
      context, [this, request, reply](const membership::PeerIdentity& peer) -> absl::Status {
        if (static_cast<std::size_t>(request->session_size()) > kSessionAttestationsMax) {
          return InvalidArgument("too many attestations");
        }
        const feed::Attestations session(request->session().begin(), request->session().end());
        std::optional<v1::SignedState> state;
        if (request->has_state()) state = request->state();
        ASSIGN_OR_RETURN(const feed::Attestations ours, plane_.Present(peer, session, state));
        for (const auto& attestation : ours) *reply->add_session() = attestation;
        if (auto newest = plane_.State()) *reply->mutable_state() = *std::move(newest);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* Server::Refresh(grpc::CallbackServerContext* context,
                                          const v1::RefreshRequest* request,
                                          v1::RefreshReply* reply) {
  return RunUnary(
      context, [this, request, reply](const membership::PeerIdentity& peer) -> absl::Status {
        ASSIGN_OR_RETURN(membership::Refreshed fresh, plane_.Refresh(peer, request->csr()));
        reply->set_certificate(fresh.certificate);
        for (auto& attestation : fresh.attestations) *reply->add_attestations() = attestation;
        *reply->mutable_state() = std::move(fresh.state);
        return absl::OkStatus();
      });
}

}  // namespace

std::unique_ptr<ExchangeServer> ExchangeServer::Make(const ExchangeOptions& options,
                                                     const ExchangeSettings& settings,
                                                     PeerPlane& plane) {
  return std::make_unique<Server>(options, settings, plane);
}

}  // namespace renkei::exchange
