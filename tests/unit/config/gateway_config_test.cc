#include "config/gateway_config.h"

#include <gtest/gtest.h>

#include "config/node_config.h"

namespace renkei::config {
namespace {

constexpr char kNode[] = "[node]\norg = \"Alpha Works\"\n";

LoadResult<GatewayConfig> Load(const std::string& gateway) {
  return LoadGatewayConfig(kNode + gateway, "node.toml");
}

std::string FirstProblem(const std::string& gateway) {
  const auto loaded = Load(gateway);
  EXPECT_FALSE(loaded.value);
  return loaded.problems.empty() ? "" : ToString(loaded.problems.front());
}

TEST(GatewayConfigTest, WithoutATableItIsOff) {
  const auto loaded = Load("");
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(*loaded.value, GatewayConfig{});
  EXPECT_TRUE(loaded.value->listen.empty());
}

TEST(GatewayConfigTest, EveryKeyIsRead) {
  const auto loaded = Load(
      "[gateway]\nlisten = \"0.0.0.0:7443\"\ncertificate = \"a.crt\"\nkey = \"a.key\"\n"
      "connections_max = 10\nrequests_max = 5\nidle_seconds = 60\n");
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(*loaded.value, (GatewayConfig{.listen = "0.0.0.0:7443",
                                          .certificate = "a.crt",
                                          .key = "a.key",
                                          .connections_max = 10,
                                          .requests_max = 5,
                                          .idle_seconds = 60}));
}

TEST(GatewayConfigTest, PlainHttpIsForLoopbackOnly) {
  for (const char* listen : {"127.0.0.1:0", "[::1]:7443", "localhost:7443", "127.8.9.1:80"}) {
    EXPECT_TRUE(Load(fmt::format("[gateway]\nlisten = \"{}\"\n", listen)).value) << listen;
  }
  for (const char* listen :
       {"0.0.0.0:0", "[::]:7443", "node.example:7443", "192.0.2.1:80", "127.example:80"}) {
    EXPECT_NE(FirstProblem(fmt::format("[gateway]\nlisten = \"{}\"\n", listen)).find("plain HTTP"),
              std::string::npos)
        << listen;
  }
}

TEST(GatewayConfigTest, MistakesHaveTheirPlace) {
  EXPECT_TRUE(FirstProblem("[gateway]\nlisten = \"nowhere\"\n").starts_with("node.toml:4:10: "));
  EXPECT_NE(FirstProblem("[gateway]\ncertificate = \"a.crt\"\n").find("both"), std::string::npos);
  EXPECT_NE(FirstProblem("[gateway]\nconnections_max = 0\n").find("1 to 4096"), std::string::npos);
  EXPECT_NE(FirstProblem("[gateway]\ncolour = \"red\"\n").find("colour"), std::string::npos);
}

TEST(GatewayConfigTest, TheRestOfNodeTomlTakesTheTable) {
  const std::string text = std::string(kNode) + "[gateway]\nlisten = \"127.0.0.1:0\"\n";
  EXPECT_TRUE(LoadNodeConfig(text, "node.toml").value);
  EXPECT_TRUE(LoadGatewayConfig(NodeConfigText({.org = "Alpha Works"}), "node.toml").value);
}

}  // namespace
}  // namespace renkei::config
