// [gateway] of node.toml: HTTPS for tools that read (docs/gateway.md).  Value types.
#pragma once

#include <string>
#include <string_view>

#include "config/load_result.h"

namespace renkei::config {

// Files are relative to the node's folder.
struct GatewayConfig {
  std::string listen{};       // host:port; empty: none
  std::string certificate{};  // PEM file, the chain; empty: plain HTTP, on a loopback address only
  std::string key{};          // PEM file; with a certificate, and only then
  int connections_max = 256;  // 1..4096
  int requests_max = 64;      // 1..1024, waiting or being answered
  int idle_seconds = 30;      // 1..600; a connection that says nothing for so long is closed

  bool operator==(const GatewayConfig&) const = default;
};

// Reads the [gateway] table of a node.toml, which may have none; the rest is LoadNodeConfig's.
LoadResult<GatewayConfig> LoadGatewayConfig(std::string_view text, const std::string& file);

// Whether `host` can only be this machine: 127.0.0.0/8, ::1, `localhost`.
bool IsLoopback(std::string_view host);

}  // namespace renkei::config
