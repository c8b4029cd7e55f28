#include <atomic>

#include <grpcpp/grpcpp.h>
#include <renkei/v1/membership.grpc.pb.h>

#include "node/exchange/enrolment.h"
#include "node/exchange/limits.h"
#include "node/exchange/tls.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

class Client : public EnrolmentClient {
 public:
  Client(const std::string& address, const crypto::Digest& pin) : address_(address) {
    // Shared: gRPC may shake hands for a moment longer than this lives.
    const JudgePeer judge = [wrong = wrong_key_, pin](const std::string& pem) -> absl::Status {
      ASSIGN_OR_RETURN(const membership::Certificate certificate,
                       membership::Certificate::Parse(pem));
      if (certificate.spki_sha256() == pin) return absl::OkStatus();
      *wrong = true;
      return Unauthenticated("not the key that the token names");
    };
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(address, EnrolChannelCredentials(judge), arguments);
    stub_ = v1::Enrolment::NewStub(channel_);
  }

  absl::StatusOr<v1::EnrolReply> Enrol(const v1::EnrolRequest& request) override {
    grpc::ClientContext context;
    v1::EnrolReply reply;
    SetDeadline(context);
    RETURN_IF_ERROR(Explained(
        stub_->Enrol(&context, request, &reply),
        "the hub refused this token: it is wrong, was used by another, has expired, or was "
        "replaced"));
    return reply;
  }

  absl::StatusOr<Bytes> Challenge() override {
    grpc::ClientContext context;
    v1::ChallengeReply reply;
    SetDeadline(context);
    RETURN_IF_ERROR(Explained(stub_->Challenge(&context, {}, &reply), "the hub refused"));
    return reply.nonce();
  }

  absl::StatusOr<v1::EnrolReply> Renew(const v1::RenewRequest& request) override {
    grpc::ClientContext context;
    v1::EnrolReply reply;
    SetDeadline(context);
    RETURN_IF_ERROR(Explained(stub_->Renew(&context, request, &reply),
                              "the hub refused to renew: the certificate expired over 30 days ago, "
                              "or this team is no longer a member"));
    return reply;
  }

 private:
  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
  }

  absl::Status Explained(const grpc::Status& status, std::string_view refused) {
    if (status.ok()) return absl::OkStatus();
    if (*wrong_key_) {
      return PermissionDenied(fmt::format(
          "`{}` does not hold the key that the token names: it is another hub, or someone in "
          "between",
          address_));
    }
    if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED) {
      return PermissionDenied(refused);
    }
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
        status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      return Unavailable(fmt::format("no hub answers at `{}`", address_));
    }
    return FromWire(status);
  }

  const std::string address_;
  const std::shared_ptr<std::atomic<bool>> wrong_key_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Enrolment::Stub> stub_;
};

}  // namespace

std::unique_ptr<EnrolmentClient> EnrolmentClient::Dial(const std::string& address,
                                                       const crypto::Digest& enrol_key_hash) {
  return std::make_unique<Client>(address, enrol_key_hash);
}

}  // namespace renkei::exchange
