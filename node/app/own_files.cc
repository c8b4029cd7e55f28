#include "node/app/own_files.h"

#include <iterator>

#include "config/import_config.h"
#include "node/app/node.h"
#include "node/base/file.h"
#include "policy/policy.h"

namespace renkei::app {

OwnFilesResult ReadOwnFiles(const std::string& folder) {
  OwnFilesResult result;
  const std::string config_path = InFolder(folder, kConfigFile);
  const auto config_text = ReadFile(config_path, config::kNodeConfigBytesMax);
  const auto assets_text =
      ReadFile(InFolder(folder, kAssetsFile), config::kNodeConfigBytesMax * 16);
  const auto policy_text = ReadFile(InFolder(folder, kPolicyFile), policy::kFileBytesMax);
  if (config_text.status().code() == absl::StatusCode::kNotFound) {
    result.status = NotFound(fmt::format("`{}` is no node's folder: it has no node.toml", folder));
    return result;
  }
  for (const absl::Status& status :
       {config_text.status(), assets_text.status(), policy_text.status()}) {
    if (!status.ok()) {
      result.status = status;
      return result;
    }
  }
  auto config = config::LoadNodeConfig(*config_text, config_path);
  auto assets = config::LoadAssets(*assets_text, InFolder(folder, kAssetsFile));
  result.problems = std::move(config.problems);
  std::move(assets.problems.begin(), assets.problems.end(), std::back_inserter(result.problems));
  // The same text, read once more for other tables: what is wrong with all of it is said already.
  auto gateway = config::LoadGatewayConfig(*config_text, config_path);
  auto sources = config::LoadSourceConfigs(*config_text, config_path);
  auto push = config::LoadPushConfig(*config_text, config_path);
  if (config.value) {
    std::move(sources.problems.begin(), sources.problems.end(),
              std::back_inserter(result.problems));
    std::move(gateway.problems.begin(), gateway.problems.end(),
              std::back_inserter(result.problems));
    std::move(push.problems.begin(), push.problems.end(), std::back_inserter(result.problems));
  }
  auto import = config::LoadImportConfig(*config_text, config_path);
  if (config.value) {
    std::move(import.problems.begin(), import.problems.end(), std::back_inserter(result.problems));
  }
  if (sources.value && push.value) {
    config::ResolveReceipts(*sources.value, *push.value, config_path, result.problems);
  }
  auto lists = formats::WarningLists::Load(InFolder(folder, kWarningListsFolder));
  if (!lists.ok()) {
    result.problems.push_back({.file = InFolder(folder, kWarningListsFolder),
                               .message = Message(lists.status()),
                               .hint = "lists in MISP's format; take away what is none"});
  }
  if (!config.value || !assets.value || !gateway.value || !sources.value || !import.value ||
      !push.value || !lists.ok() || !result.problems.empty()) {
    return result;
  }
  result.files =
      OwnFiles{.config = *std::move(config.value),
               .gateway = *std::move(gateway.value),
               .sources = *std::move(sources.value),
               .push = *std::move(push.value),
               .assets = *std::move(assets.value),
               .policy_text = *policy_text,
               .warning_lists = std::make_shared<const formats::WarningLists>(*std::move(lists))};
  return result;
}

absl::StatusOr<std::vector<formats::CsvMapping>> CsvMappingsIn(const std::string& folder) {
  std::vector<formats::CsvMapping> mappings;
  const std::string path = InFolder(folder, kConfigFile);
  const auto text = ReadFile(path, config::kNodeConfigBytesMax);
  if (absl::IsNotFound(text.status())) return mappings;
  RETURN_IF_ERROR(text.status());
  const auto loaded = config::LoadImportConfig(*text, path);
  if (!loaded.value) return InvalidArgument(ToString(loaded.problems.front()));
  for (const config::CsvImportConfig& one : loaded.value->csv) {
    formats::CsvMapping mapping{.name = one.name,
                                .delimiter = one.delimiter.front(),
                                .columns = one.columns,
                                .header = one.header,
                                .types = one.types,
                                .tags = one.tags,
                                .title = one.title};
    if (!one.tlp.empty()) mapping.tlp = policy::TlpFromWord(one.tlp);
    if (one.confidence) mapping.confidence = static_cast<std::uint32_t>(*one.confidence);
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

anonymize::KnownGood KnownGoodOf(std::shared_ptr<const formats::WarningLists> lists) {
  if (lists == nullptr || lists->list_count() == 0) return nullptr;
  return [lists = std::move(lists)](formats::v1::IndicatorType type, std::string_view value) {
    return std::string(lists->Find(type, value).value_or(""));
  };
}

crypto::Digest DigestOf(const config::Assets& assets) {
  ByteWriter bytes;
  for (const auto* list :
       {&assets.networks, &assets.domains, &assets.mail_domains, &assets.organizations,
        &assets.products, &assets.sites, &assets.people, &assets.hosts, &assets.users}) {
    bytes.U32(static_cast<std::uint32_t>(list->size()));
    for (const std::string& entry : *list) {
      bytes.U32(static_cast<std::uint32_t>(entry.size())).Raw(entry);
    }
  }
  return crypto::Sha256({crypto::Tag16("RNK1.assets"), bytes.bytes()});
}

}  // namespace renkei::app
