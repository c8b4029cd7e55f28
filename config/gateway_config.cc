#include "config/gateway_config.h"

#include <algorithm>

#include "config/node_config.h"
#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

void ReadListen(TomlSource& source, TomlReader& reader, GatewayConfig& gateway) {
  const auto text = reader.Text("listen");
  if (!text || text->value.empty()) return;
  const auto at = ParseHostPort(text->value);
  if (!at) {
    source.Add(text->at,
               fmt::format("{} is no host:port with a port of 0 to 65535: `{}`",
                           reader.NameOf("listen"), Printable(text->value, 80)),
               "such as `192.0.2.1:7443` or `[2001:db8::1]:7443`");
    return;
  }
  gateway.listen = text->value;
  if (gateway.certificate.empty() && !IsLoopback(at->host)) {
    source.Add(text->at,
               fmt::format("[gateway] would listen on `{}` without TLS: plain HTTP is for loopback "
                           "addresses only",
                           gateway.listen),
               "name a `certificate` and its `key`, or listen on 127.0.0.1");
  }
}

GatewayConfig ReadGateway(TomlSource& source, const toml::table& table) {
  TomlReader reader(source, table, "gateway");
  GatewayConfig gateway;
  if (const auto certificate = reader.Text("certificate")) gateway.certificate = certificate->value;
  if (const auto key = reader.Text("key")) gateway.key = key->value;
  if (gateway.certificate.empty() != gateway.key.empty()) {
    source.Add(reader.at(), "[gateway] needs both `certificate` and `key`, or neither",
               "two PEM files: the chain, and its private key");
  }
  ReadListen(source, reader, gateway);
  const auto number = [&](std::string_view name, int& value, const IntRange& range) {
    value = static_cast<int>(reader.Integer(name, range).value_or(value));
  };
  number("connections_max", gateway.connections_max, {1, 4096, "connections"});
  number("requests_max", gateway.requests_max, {1, 1024, "requests"});
  number("idle_seconds", gateway.idle_seconds, {1, 600, "seconds"});
  reader.RefuseOthers();
  return gateway;
}

}  // namespace

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == '.';
         });
}

LoadResult<GatewayConfig> LoadGatewayConfig(std::string_view text, const std::string& file) {
  LoadResult<GatewayConfig> result;
  TomlSource source(text, file, result.problems);
  GatewayConfig config;
  if (const auto root = source.Parse(kNodeConfigBytesMax)) {
    TomlReader reader(source, *root, "");
    if (const toml::table* table = reader.Table("gateway")) config = ReadGateway(source, *table);
  }
  source.Finish();
  if (result.problems.empty()) result.value = std::move(config);
  return result;
}

}  // namespace renkei::config
