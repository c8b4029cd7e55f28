#include "config/node_config.h"

namespace renkei::config {

Reloaded ReloadNodeConfig(const NodeConfig& running, const NodeConfig& file) {
  Reloaded reloaded{.config = file};
  const auto keep = [&reloaded](std::string_view key, const auto& was, auto& is) {
    if (was == is) return;
    is = was;
    reloaded.restart.emplace_back(key);
  };
  NodeConfig& config = reloaded.config;
  keep("node.org", running.org, config.org);
  keep("node.hub", running.hub, config.hub);
  keep("node.community", running.community, config.community);
  keep("node.listen", running.listen, config.listen);
  keep("node.enrol_listen", running.enrol_listen, config.enrol_listen);
  keep("node.address", running.address, config.address);
  keep("limits.store_free_bytes_min", running.limits.store_free_bytes_min,
       config.limits.store_free_bytes_min);
  return reloaded;
}

}  // namespace renkei::config
