// node.toml and assets.toml: any text has a value or problems, never both, never neither; every
// problem names the file and a place in it.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "config/assets.h"
#include "config/node_config.h"
#include "config/source_config.h"
#include "node/base/status.h"

namespace {

template <class T>
void CheckResult(const renkei::config::LoadResult<T>& result, std::string_view text) {
  RENKEI_CHECK(result.value.has_value() == result.problems.empty());
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  for (const renkei::Problem& problem : result.problems) {
    RENKEI_CHECK(problem.file == "f" && !problem.message.empty());
    RENKEI_CHECK(problem.line >= 0 && problem.line <= lines + 1 && problem.column >= 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckResult(renkei::config::LoadNodeConfig(text, "f"), text);
  CheckResult(renkei::config::LoadAssets(text, "f"), text);
  CheckResult(renkei::config::LoadSourceConfigs(text, "f"), text);
  return 0;
}
