#include "node/exchange/local_client.h"

#include <filesystem>

#include <grpcpp/grpcpp.h>
#include <renkei/v1/local.grpc.pb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/exchange/limits.h"
#include "node/exchange/socket_path.h"
#include "node/exchange/wire.h"

namespace renkei::exchange {
namespace {

absl::StatusOr<LocalReply> ToReply(const v1::CallReply& reply) {
  Json json = Json::parse(reply.json(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Internal("the node's answer is not JSON");
  return LocalReply{static_cast<int>(reply.exit_status()), std::move(json)};
}

v1::CallRequest ToRequest(const std::string& command, const Json& arguments,
                          const std::string& payload, const std::string& token) {
  v1::CallRequest request;
  request.set_token(token);
  request.set_command(command);
  request.set_arguments(ToText(arguments));
  request.set_payload(payload);
  return request;
}

absl::Status Explained(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return Unavailable("the node went away before it answered");
  }
  return FromWire(status);
}

class LocalChannel : public LocalClient {
 public:
  LocalChannel(const std::string& path, std::string token) : token_(std::move(token)) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kLocalMessageBytesMax);
    arguments.SetMaxSendMessageSize(kLocalMessageBytesMax);
    channel_ =
        grpc::CreateCustomChannel("unix:" + path, grpc::InsecureChannelCredentials(), arguments);
    stub_ = v1::Local::NewStub(channel_);
  }

  absl::StatusOr<LocalReply> Call(const std::string& command, const Json& arguments,
                                  const std::string& payload) override {
    grpc::ClientContext context;
    v1::CallReply reply;
    const grpc::Status status =
        stub_->Call(&context, ToRequest(command, arguments, payload, token_), &reply);
    RETURN_IF_ERROR(Explained(status));
    return ToReply(reply);
  }

  absl::Status Follow(const std::string& command, const Json& arguments,
                      const std::function<bool(const LocalReply&)>& each) override {
    grpc::ClientContext context;
    const auto stream = stub_->Follow(&context, ToRequest(command, arguments, "", token_));
    v1::CallReply reply;
    bool stopped = false;
    while (!stopped && stream->Read(&reply)) {
      ASSIGN_OR_RETURN(const LocalReply parsed, ToReply(reply));
      stopped = !each(parsed);
    }
    if (stopped) context.TryCancel();
    const absl::Status ended = Explained(stream->Finish());
    return stopped ? absl::OkStatus() : ended;
  }

 private:
  const std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Local::Stub> stub_;
};

}  // namespace

absl::StatusOr<std::string> SocketPath(const std::string& folder) {
  std::error_code error;
  const std::string path =
      (std::filesystem::absolute(folder, error) / kSocketName).lexically_normal().string();
  if (path.size() > kSocketPathMax) {
    return InvalidArgument(
        fmt::format("the path of the node's socket `{}` is {} characters long; {} are possible: "
                    "move the node's folder to a shorter path",
                    path, path.size(), kSocketPathMax));
  }
  return path;
}

bool SomeoneListens(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

absl::StatusOr<std::unique_ptr<LocalClient>> LocalClient::Connect(const std::string& folder,
                                                                  const std::string& token) {
  ASSIGN_OR_RETURN(const std::string path, SocketPath(folder));
  if (!SomeoneListens(path)) {
    return Unavailable(fmt::format("no node is running in `{}`", folder));
  }
  return std::unique_ptr<LocalClient>(std::make_unique<LocalChannel>(path, token));
}

}  // namespace renkei::exchange
