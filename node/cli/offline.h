// A node's files, read without the node: for `policy check`, `policy test`, `publish --dry-run`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/assets.h"
#include "config/node_config.h"
#include "node/cli/command.h"
#include "node/feed/publisher.h"
#include "node/membership/node_keys.h"
#include "policy/policy.h"

namespace renkei::cli {

// Each says on stderr what is wrong and answers nothing then.
std::optional<config::NodeConfig> ReadConfig(Context& context, const std::string& folder);
std::optional<config::Assets> ReadAssets(Context& context, const std::string& folder);

// By the crowd table that the node in `folder` last had; without one nothing fits.
feed::CrowdQuestion ReadCrowd(const std::string& folder);

// By what the node in `folder` said under its name; without a store nothing was said.
feed::SaidQuestion ReadSaid(const std::string& folder, Timestamp now);

// What keyed names are made with: the node's keys, and what the charters ask for that it last had.
// Without either all own entities are counted.
class OwnNames {
 public:
  OwnNames() = default;
  OwnNames(std::shared_ptr<const membership::NodeKeys> keys, std::string community,
           std::map<std::string, record::Correlation> asked)
      : keys_(std::move(keys)), community_(std::move(community)), asked_(std::move(asked)) {}
  feed::NameSource source() const;  // for as long as this lives

 private:
  std::shared_ptr<const membership::NodeKeys> keys_{};
  std::string community_{};
  std::map<std::string, record::Correlation> asked_{};
};
OwnNames ReadNames(const std::string& folder);

// A policy file and all that the parser said of it.
struct PolicyFile {
  std::string path{};
  std::string text{};
  policy::Loader loader{};  // reads what `narrower than` names: files beside this one
  policy::ParseResult parsed{};
};
std::optional<PolicyFile> ReadPolicy(Context& context, const std::string& path);

// The content of a file to publish (64 MiB at most); `-` is standard input.
std::optional<std::string> ReadInput(Context& context, std::string_view command,
                                     const std::string& path);

}  // namespace renkei::cli
