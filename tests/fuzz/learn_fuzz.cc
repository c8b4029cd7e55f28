// What `assets learn` reads: any bytes give entries within the limits, nothing that is proposed is
// foreign, and assets.toml takes all of it without losing what it held.
#include <cstdint>
#include <string_view>

#include "config/learn.h"
#include "node/base/status.h"

namespace {

using renkei::config::AssetList;

void CheckFound(const renkei::config::Findings& found) {
  RENKEI_CHECK(found.size() <= renkei::config::kLearnEntriesMax);
  for (const auto& one : found) {
    RENKEI_CHECK(!one.entry.empty() && one.entry.size() <= renkei::config::kAssetEntryBytesMax);
    RENKEI_CHECK(one.from.starts_with("f"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  renkei::config::Findings all;
  for (const auto read : {&renkei::config::LearnResolver, &renkei::config::LearnZone,
                          &renkei::config::LearnInventory, &renkei::config::LearnLdif}) {
    const auto found = read(text, "f");
    CheckFound(found);
    all.insert(all.end(), found.begin(), found.end());
  }
  const auto proposal = renkei::config::Propose(all, {});
  std::map<AssetList, std::vector<std::string>> entries;
  for (std::size_t i = 0; i < renkei::config::kAssetListCount; ++i) {
    for (const auto& one : proposal.lists[i]) {
      RENKEI_CHECK(one.count >= 1 && one.from.size() <= renkei::config::kFromMax);
      entries[static_cast<AssetList>(i)].push_back(one.entry);
    }
  }
  const std::string before = renkei::config::AssetsText("Alpha Works");
  const auto made = renkei::config::AddToAssets(before, entries);
  RENKEI_CHECK(made.ok());
  // What is in it now is not proposed again.
  const auto loaded = renkei::config::LoadAssets(*made, "f");
  RENKEI_CHECK(loaded.value.has_value());
  for (const auto& list : renkei::config::Propose(all, *loaded.value).lists) {
    RENKEI_CHECK(list.empty());
  }
  // A file that is read as assets.toml itself keeps all it had.
  const auto own = renkei::config::LoadAssets(text, "f");
  if (!own.value) return 0;
  const auto more = renkei::config::AddToAssets(text, {{AssetList::kHosts, {"kai-*"}}});
  RENKEI_CHECK(!more.ok() || more->size() > text.size());
  return 0;
}
