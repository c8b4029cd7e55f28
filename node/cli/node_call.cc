#include "node/cli/node_call.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include <sys/stat.h>

#include "node/base/file.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::size_t kTokenFileBytesMax = 4096;

// What was done and could not be recorded.
void PrintUnrecorded(Context& context, const std::string& command, const Json& reply) {
  if (!reply.contains("unrecorded")) return;
  PrintError(context, command + ": " + Field(reply, "unrecorded"),
             "mend what keeps the log from being written (docs/accounts.md 3)");
}

}  // namespace

void Target::AddTo(ArgumentParser& parser, bool reading) {
  parser.Option("--dir", folder);
  parser.Option("--token-file", token_file);
  if (reading) parser.Flag("--json", json);
}

std::string Target::Folder() const {
  if (!folder.empty()) return folder;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* from_environment = std::getenv("RENKEI_DIR");
  return from_environment == nullptr || *from_environment == '\0' ? "." : from_environment;
}

absl::StatusOr<std::string> Target::Token() const {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* from_environment = std::getenv("RENKEI_TOKEN_FILE");
  const std::string path = !token_file.empty()           ? token_file
                           : from_environment == nullptr ? std::string()
                                                         : std::string(from_environment);
  if (path.empty()) return path;
  struct stat found {};
  if (stat(path.c_str(), &found) == 0 && (found.st_mode & 0077U) != 0) {
    return PermissionDenied(
        fmt::format("others may read `{}`: it needs mode 0600 (chmod 600)", path));
  }
  ASSIGN_OR_RETURN(std::string token, ReadFile(path, kTokenFileBytesMax));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) {
    token.pop_back();
  }
  return token;
}

absl::StatusOr<std::unique_ptr<exchange::LocalClient>> ConnectNode(const Target& target) {
  ASSIGN_OR_RETURN(const std::string token, target.Token());
  return exchange::LocalClient::Connect(target.Folder(), token);
}

exchange::LocalReply CallFailed(const Target& target, const absl::Status& status) {
  Json json = {{"error", Message(status)}};
  if (status.code() == absl::StatusCode::kUnavailable) {
    json["hint"] = fmt::format("start it with `renkei run --dir {}`", target.Folder());
  }
  return {.exit_status = kFailed, .json = std::move(json)};
}

exchange::LocalReply CallNode(const Target& target, const std::string& command,
                              const Json& arguments, const std::string& payload) {
  auto client = ConnectNode(target);
  if (!client.ok()) return CallFailed(target, client.status());
  auto reply = (*client)->Call(command, arguments, payload);
  if (!reply.ok()) return CallFailed(target, reply.status());
  return *std::move(reply);
}

void PrintReplyError(Context& context, const std::string& command, const Json& reply) {
  if (!reply.is_object()) return;
  context.out.flush();
  for (const Json& problem : reply.value("problems", Json::array())) {
    context.err << "renkei: " << Words(Json::array({problem})) << "\n";
  }
  if (reply.contains("error")) {
    PrintError(context, command + ": " + Field(reply, "error"), Field(reply, "hint"));
  }
  PrintUnrecorded(context, command, reply);
}

int Ask(Context& context, const Target& target, const std::string& command, const Json& arguments,
        const Print& print, const std::string& payload) {
  const exchange::LocalReply reply = CallNode(target, command, arguments, payload);
  const bool failed = reply.json.is_object() && reply.json.contains("error");
  if (target.json) {
    context.out << ToPrettyText(reply.json);
  } else if (!failed) {
    print(reply.json);
  }
  // `roster-set` on the wire is `roster set` to who typed it.
  std::string typed = command;
  std::replace(typed.begin(), typed.end(), '-', ' ');
  PrintReplyError(context, typed, reply.json);
  return reply.exit_status;
}

}  // namespace renkei::cli
