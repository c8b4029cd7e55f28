#include "node/exchange/local_server.h"

#include <atomic>
#include <optional>

#include <grpcpp/grpcpp.h>
#include <renkei/v1/local.grpc.pb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/encoding.h"
#include "node/exchange/limits.h"
#include "node/exchange/socket_path.h"

namespace renkei::exchange {
namespace {

constexpr std::size_t kArgumentBytesMax = 1024 * 1024;
constexpr std::size_t kTokenBytesMax = 128;

// The synchronous API: local tools are few, and each command may wait.
class LocalPlane : public LocalServer, public v1::Local::Service {
 public:
  explicit LocalPlane(LocalCommands& commands) : commands_(commands) {}
  LocalPlane(const LocalPlane&) = delete;
  LocalPlane& operator=(const LocalPlane&) = delete;
  ~LocalPlane() override {
    stopping_ = true;
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
    server_->Wait();
    server_.reset();
    unlink(path_.c_str());
  }

  absl::Status Listen(const std::string& folder) {
    ASSIGN_OR_RETURN(path_, SocketPath(folder));
    if (SomeoneListens(path_)) {
      return FailedPrecondition(fmt::format("a node is running in `{}` already", folder));
    }
    unlink(path_.c_str());
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + path_, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    builder.SetMaxReceiveMessageSize(kLocalMessageBytesMax);
    builder.SetMaxSendMessageSize(kLocalMessageBytesMax);
    // The folder is 0700; this holds for the moment before chmod too.
    const mode_t before = umask(0177);
    server_ = builder.BuildAndStart();
    umask(before);
    if (server_ == nullptr) return Unavailable(fmt::format("listen on `{}`", path_));
    chmod(path_.c_str(), 0600);
    return absl::OkStatus();
  }

  grpc::Status Call(grpc::ServerContext* /*context*/, const v1::CallRequest* request,
                    v1::CallReply* reply) override {
    const std::optional<LocalCall> call = Parse(*request);
    if (!call) return {grpc::StatusCode::INVALID_ARGUMENT, "bad arguments"};
    Fill(commands_.Call(*call), *reply);
    return grpc::Status::OK;
  }

  grpc::Status Follow(grpc::ServerContext* context, const v1::CallRequest* request,
                      grpc::ServerWriter<v1::CallReply>* writer) override {
    const std::optional<LocalCall> call = Parse(*request);
    if (!call) return {grpc::StatusCode::INVALID_ARGUMENT, "bad arguments"};
    commands_.Follow(*call, [&](const LocalReply& reply) {
      v1::CallReply out;
      Fill(reply, out);
      return !stopping_ && !context->IsCancelled() && writer->Write(out);
    });
    return grpc::Status::OK;
  }

 private:
  static std::optional<LocalCall> Parse(const v1::CallRequest& request) {
    if (!IsLabel(request.command(), 32) || request.arguments().size() > kArgumentBytesMax ||
        request.token().size() > kTokenBytesMax) {
      return std::nullopt;
    }
    Json arguments = Json::parse(request.arguments(), nullptr, /*allow_exceptions=*/false);
    if (!arguments.is_object()) return std::nullopt;
    return LocalCall{.command = request.command(),
                     .arguments = std::move(arguments),
                     .payload = request.payload(),
                     .token = request.token()};
  }
  static void Fill(const LocalReply& reply, v1::CallReply& out) {
    out.set_json(ToText(reply.json));
    out.set_exit_status(static_cast<std::uint32_t>(reply.exit_status));
  }

  LocalCommands& commands_;
  std::string path_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LocalServer>> LocalServer::Start(const std::string& folder,
                                                                LocalCommands& commands) {
  auto server = std::make_unique<LocalPlane>(commands);
  RETURN_IF_ERROR(server->Listen(folder));
  return std::unique_ptr<LocalServer>(std::move(server));
}

}  // namespace renkei::exchange
