#include "node/app/init.h"

#include <filesystem>
#include <system_error>

#include <unistd.h>

#include "node/app/node.h"
#include "node/app/own_files.h"
#include "node/app/running_node.h"
#include "node/base/file.h"
#include "node/membership/names.h"
#include "policy/policy.h"

namespace renkei::app {
namespace {

namespace fs = std::filesystem;

// A folder that is gone unless it was kept.
class Scaffold {
 public:
  explicit Scaffold(std::string path) : path_(std::move(path)) {}
  ~Scaffold() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scaffold(const Scaffold&) = delete;
  Scaffold& operator=(const Scaffold&) = delete;
  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  std::string path_;
};

// The enrolment plane's place beside the peer plane's: any port beside any, else the next one.
std::string EnrolListen(const std::string& listen) {
  const auto at = config::ParseHostPort(listen);
  if (!at) return {};
  const bool v6 = at->host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", at->host, v6 ? "]" : "",
                     at->port == 0 ? 0 : at->port + 1);
}

absl::Status CheckOptions(const InitOptions& options) {
  if (options.org.empty() || !membership::IsOrg(options.org)) {
    return InvalidArgument("--org: a name of 1 to 128 bytes without control characters");
  }
  if (!options.hub_of.empty() && !membership::IsCommunity(options.hub_of)) {
    return InvalidArgument(fmt::format(
        "--hub-of `{}`: a community is named by lower-case letters, digits, `.` and `-`, at most "
        "64",
        options.hub_of));
  }
  const auto listen = config::ParseHostPort(options.listen);
  if (!options.listen.empty() && !listen) {
    return InvalidArgument(fmt::format("--listen `{}`: expected host:port", options.listen));
  }
  if (!options.address.empty() && !membership::IsAddress(options.address)) {
    return InvalidArgument(fmt::format("--address `{}`: expected host:port", options.address));
  }
  const bool wildcard = !listen || listen->host == "0.0.0.0" || listen->host == "::";
  if (!options.hub_of.empty() && wildcard && options.address.empty()) {
    return InvalidArgument(
        "a hub that listens on all addresses needs --address HOST:PORT: how members reach it");
  }
  return absl::OkStatus();
}

absl::Status MakeFiles(const std::string& folder, const InitOptions& options) {
  const bool hub = !options.hub_of.empty();
  const std::string config = config::NodeConfigText(
      {.org = options.org,
       .community = options.hub_of,
       .hub = hub,
       .listen = options.listen,
       .enrol_listen = hub && !options.listen.empty() ? EnrolListen(options.listen) : "",
       .address = options.address});
  const std::string community = hub ? options.hub_of : "my-community";
  RETURN_IF_ERROR(WriteFile(InFolder(folder, kConfigFile), config, FileMode::kSecret));
  RETURN_IF_ERROR(
      WriteFile(InFolder(folder, kAssetsFile), config::AssetsText(options.org), FileMode::kSecret));
  return WriteFile(InFolder(folder, kPolicyFile), policy::DefaultPolicyText(community),
                   FileMode::kSecret);
}

absl::Status MakeNode(const std::string& folder, const InitOptions& options, const Clock& clock) {
  RETURN_IF_ERROR(MakePrivateFolder(folder));
  RETURN_IF_ERROR(MakeFiles(folder, options));
  const OwnFilesResult own = ReadOwnFiles(folder);
  if (!own.files) {
    return own.problems.empty() ? own.status : Internal(ToString(own.problems.front()));
  }
  const std::string keys_folder = InFolder(folder, kKeysFolder);
  ASSIGN_OR_RETURN(const membership::NodeKeys keys, membership::CreateNodeKeys(keys_folder));
  ASSIGN_OR_RETURN(const auto store,
                   OpenNodeStore(folder, own.files->config, options.hub_of, clock));
  if (options.hub_of.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const membership::HubKeys hub,
                   membership::CreateHubKeys(keys_folder, options.hub_of, clock.Now()));
  return membership::HubRoster::Found({.community = options.hub_of,
                                       .org = options.org,
                                       .hub_address = own.files->config.listen,
                                       .enrol_address = own.files->config.enrol_listen},
                                      keys, hub, *store, clock)
      .status();
}

}  // namespace

absl::Status Init(const std::string& folder, const InitOptions& options, const Clock& clock) {
  RETURN_IF_ERROR(CheckOptions(options));
  std::error_code error;
  if (fs::exists(fs::path(folder) / kConfigFile, error)) {
    return AlreadyExists(fmt::format("`{}` holds a node already", folder));
  }
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    return AlreadyExists(fmt::format("`{}` is not an empty folder", folder));
  }
  // Made beside its place and moved there whole: half a node never stands in `folder`.
  fs::path target = fs::absolute(folder, error).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  Scaffold scaffold(fmt::format("{}.{}.new", target.string(), getpid()));
  RETURN_IF_ERROR(MakeNode(scaffold.path(), options, clock));
  fs::rename(scaffold.path(), target, error);
  if (error) return Unavailable(fmt::format("make `{}`: {}", folder, error.message()));
  scaffold.Keep();
  return absl::OkStatus();
}

}  // namespace renkei::app
