// The operator's files in a node's folder, read and checked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/assets.h"
#include "config/gateway_config.h"
#include "config/node_config.h"
#include "config/push_config.h"
#include "config/source_config.h"
#include "node/anonymize/gate.h"
#include "node/base/problem.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/formats/csv_mapping.h"
#include "node/formats/warning_lists.h"

namespace renkei::app {

inline std::string InFolder(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name);
}

struct OwnFiles {
  config::NodeConfig config{};
  config::GatewayConfig gateway{};
  std::vector<config::SourceConfig> sources{};
  std::vector<config::PushTarget> push{};
  config::Assets assets{};
  std::string policy_text{};
  std::shared_ptr<const formats::WarningLists> warning_lists{};
};

// Problems of all files together; status for a folder that is no node's, or files that can't be
// read.
struct OwnFilesResult {
  std::optional<OwnFiles> files{};
  Problems problems{};
  absl::Status status = absl::OkStatus();
};
OwnFilesResult ReadOwnFiles(const std::string& folder);

// What node.toml says of tables (`[import.csv.NAME]`), read now; none if there is no node.toml.
// INVALID_ARGUMENT: its first mistake.
absl::StatusOr<std::vector<formats::CsvMapping>> CsvMappingsIn(const std::string& folder);

// As the gate asks; nothing if there are no lists.
anonymize::KnownGood KnownGoodOf(std::shared_ptr<const formats::WarningLists> lists);

// Tells two lists of own assets apart; says nothing of what they hold to who can't guess all of it.
crypto::Digest DigestOf(const config::Assets& assets);

}  // namespace renkei::app
