#include "node/cli/offline.h"

#include <istream>

#include "node/app/node.h"
#include "node/base/file.h"
#include "node/cli/output.h"
#include "node/feed/said_before.h"
#include "node/formats/json_reader.h"
#include "node/membership/community_state.h"
#include "node/store/sqlite/open.h"

namespace renkei::cli {
namespace {

std::optional<std::string> ReadOwnFile(Context& context, const std::string& folder,
                                       std::string_view name, std::size_t max_bytes) {
  const std::string path = fmt::format("{}/{}", folder, name);
  auto text = ReadFile(path, max_bytes);
  if (text.ok()) return *std::move(text);
  PrintError(context, Message(text.status()),
             "give the node's folder with --dir, or make a node with `renkei init`");
  return std::nullopt;
}

template <class T>
std::optional<T> Loaded(Context& context, config::LoadResult<T> result) {
  PrintProblems(context, result.problems);
  return std::move(result.value);
}

}  // namespace

std::optional<config::NodeConfig> ReadConfig(Context& context, const std::string& folder) {
  const auto text = ReadOwnFile(context, folder, app::kConfigFile, config::kNodeConfigBytesMax);
  if (!text) return std::nullopt;
  return Loaded(context, config::LoadNodeConfig(*text, std::string(app::kConfigFile)));
}

std::optional<config::Assets> ReadAssets(Context& context, const std::string& folder) {
  const auto text = ReadOwnFile(context, folder, app::kAssetsFile, config::kAssetsBytesMax);
  if (!text) return std::nullopt;
  return Loaded(context, config::LoadAssets(*text, std::string(app::kAssetsFile)));
}

// Beside the running node, or without one.  A store that can't be read is none: the node will say
// so itself.
feed::CrowdQuestion ReadCrowd(const std::string& folder) {
  const auto view = store::ViewSqlite(fmt::format("{}/{}", folder, app::kStoreFile));
  if (!view.ok()) return {};
  auto table = std::make_shared<membership::CrowdTable>();
  const absl::Status read = (*view)->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*table, membership::ReadSeenCrowds(reader, (*view)->community()));
    return absl::OkStatus();
  });
  if (!read.ok()) return {};
  return [table](std::string_view circle, const anonymize::VictimProfile& profile) {
    return table->Fits(circle, {profile.sector, profile.country, profile.size});
  };
}

feed::NameSource OwnNames::source() const {
  const auto asked = [this](std::string_view circle) {
    const auto it = asked_.find(std::string(circle));
    return it == asked_.end() ? record::Correlation::kNone : it->second;
  };
  if (keys_ == nullptr) return {.community = community_, .asked = asked};
  return {.anon = &keys_->anon,
          .record_key = keys_->record.public_key(),
          .community = community_,
          .asked = asked};
}

OwnNames ReadNames(const std::string& folder) {
  std::shared_ptr<const membership::NodeKeys> keys;
  auto loaded = membership::LoadNodeKeys(fmt::format("{}/{}", folder, app::kKeysFolder));
  if (loaded.ok()) keys = std::make_shared<const membership::NodeKeys>(*std::move(loaded));
  const auto view = store::ViewSqlite(fmt::format("{}/{}", folder, app::kStoreFile));
  if (!view.ok()) return OwnNames(std::move(keys), "", {});
  std::map<std::string, record::Correlation> asked;
  const absl::Status read = (*view)->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto charters,
                     membership::ReadSeenCharters(reader, (*view)->community()));
    for (const membership::Charter& one : charters) asked[one.circle] = one.correlation;
    return absl::OkStatus();
  });
  if (!read.ok()) asked.clear();
  return OwnNames(std::move(keys), (*view)->community(), std::move(asked));
}

feed::SaidQuestion ReadSaid(const std::string& folder, Timestamp now) {
  using Findings = std::vector<anonymize::Finding>;
  auto opened = store::ViewSqlite(fmt::format("{}/{}", folder, app::kStoreFile));
  if (!opened.ok()) return {};
  const std::shared_ptr view = *std::move(opened);
  return [view, now](const std::vector<feed::Said>& said) -> absl::StatusOr<Findings> {
    Findings findings;
    RETURN_IF_ERROR(view->Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(findings, feed::FindSaid(reader, said, now));
      return absl::OkStatus();
    }));
    return findings;
  };
}

std::optional<PolicyFile> ReadPolicy(Context& context, const std::string& path) {
  const auto text = ReadFile(path, policy::kFileBytesMax);
  if (!text.ok()) {
    PrintError(context, fmt::format("policy: {}", Message(text.status())),
               "name the file, or the node's folder with --dir");
    return std::nullopt;
  }
  const std::size_t slash = path.rfind('/');
  const std::string beside = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  PolicyFile file{.path = path, .text = *text, .loader = [beside](std::string_view name) {
                    return ReadFile(beside + std::string(name), policy::kFileBytesMax);
                  }};
  file.parsed = policy::Parse(file.text, path, file.loader);
  return file;
}

std::optional<std::string> ReadInput(Context& context, std::string_view command,
                                     const std::string& path) {
  if (path != "-") {
    auto text = ReadFile(path, formats::kImportBytesMax);
    if (text.ok()) return *std::move(text);
    Fail(context, command, text.status());
    return std::nullopt;
  }
  std::string text;
  char buffer[65'536];
  while (context.in.read(buffer, sizeof buffer) || context.in.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(context.in.gcount()));
    if (text.size() > formats::kImportBytesMax) {
      PrintError(context, fmt::format("{}: standard input is larger than 64 MiB", command));
      return std::nullopt;
    }
  }
  return text;
}

}  // namespace renkei::cli
