// The lists and rules of node/formats/export.h, read by the programs that they are for.  Where a
// machine lets nobody make a network of its own or its kernel has no such sets, the test says so
// and is skipped.

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/conformance/published.h"
#include "tests/support/child_process.h"
#include "tests/support/loopback_port.h"
#include "tests/support/temp_folder.h"

namespace renkei::formats {
namespace {

using testing_support::ChildProcess;
using testing_support::kPatience;

bool IsInstalled(const std::string& program) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"}) {
    if (access((folder + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

class BlockListsConformanceTest : public ::testing::Test {
 protected:
  BlockListsConformanceTest() {
    record_.record_id_hex = "000102030405060708090a0b0c0d0e0f";
    record_.author = "team-a";
    record_.expires = FromUnixSeconds(1'800'000'000);
    options_.now = FromUnixSeconds(1'790'000'001);
    options_.community = "demo.example";
    options_.zone = "rpz.team.example";
    Say(v1::INDICATOR_TYPE_DOMAIN, "evil.example");
    Say(v1::INDICATOR_TYPE_HOSTNAME, "bücher.example");
    Say(v1::INDICATOR_TYPE_HOSTNAME, "_sip.evil.example");
    const std::string label(63, 'a');
    Say(v1::INDICATOR_TYPE_DOMAIN, label + "." + label + "." + label + ".example");
    Say(v1::INDICATOR_TYPE_DOMAIN, label + "." + label + "." + label + "." + label);
    Say(v1::INDICATOR_TYPE_IPV4, "198.51.100.7");
    Say(v1::INDICATOR_TYPE_IPV4_NET, "198.51.100.0/24");
    Say(v1::INDICATOR_TYPE_IPV4_NET, "203.0.0.0/16");
    for (const char* address : {"2001:db8::1", "2001:db8:1:2:3:4:5:6", "2001:db8:0:0:1::"}) {
      Say(v1::INDICATOR_TYPE_IPV6, address);
    }
    Say(v1::INDICATOR_TYPE_IPV6_NET, "2001:db8:1::/48");
  }

  void Say(v1::IndicatorType type, const std::string& value) {
    v1::Indicator& indicator = *record_.sections.mutable_indicators()->add_indicators();
    indicator.set_type(type);
    indicator.set_value(value);
    indicator.set_actionable(true);
  }

  // Writes the list; runs the program, FILE standing for it, or gives it as standard input.
  int Run(const Exported& exported, std::vector<std::string> command, bool as_input = false) {
    EXPECT_GT(exported.written, 0U);
    const std::string file = folder_.path() + "/list";
    output_ = folder_.path() + "/output";
    EXPECT_TRUE(WriteFile(file, exported.text, FileMode::kPublic).ok());
    for (std::string& word : command) {
      if (word == "FILE") word = file;
    }
    ChildProcess child({.command = std::move(command),
                        .in_file = as_input ? file : "/dev/null",
                        .out_file = output_,
                        .err_file = output_});
    return child.WaitForExit(kPatience).value_or(-1);
  }
  std::string Output() const { return ReadFile(output_, 1 << 20).value_or("no output"); }

  // In a network of its own: the lists really go into a kernel, not into this machine's.
  static bool Works(std::vector<std::string> command) {
    command.insert(command.begin(), {"unshare", "-n"});
    ChildProcess child({.command = std::move(command)});
    return child.WaitForExit(kPatience) == 0;
  }

  testing_support::TempFolder folder_;
  std::string output_{};
  HeldRecord record_;
  ExportOptions options_;
};

TEST_F(BlockListsConformanceTest, BindLoadsTheZone) {
  ASSERT_TRUE(IsInstalled("named-checkzone")) << "scripts/deps installs bind9-utils";
  const Exported exported = ExportRpz({&record_, 1}, options_);
  EXPECT_EQ(Run(exported, {"named-checkzone", "rpz.team.example", "FILE"}), 0)
      << Output() << exported.text;
}

// A resolver that reads the zone says of the listed names that they do not exist, and of no other.
TEST_F(BlockListsConformanceTest, BindAnswersThatListedNamesDoNotExist) {
  ASSERT_TRUE(IsInstalled("named") && IsInstalled("dig")) << "scripts/deps --tests installs bind9";
  const std::string folder = folder_.path();
  const int port = testing_support::FreePort();
  const auto put = [&](const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFile(folder + "/" + name, text, FileMode::kPublic).ok());
  };
  put("rpz", ExportRpz({&record_, 1}, options_).text);
  put("example",
      "$TTL 300\n@ SOA ns root 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n"
      "evil A 192.0.2.10\nwww.evil A 192.0.2.11\nxn--bcher-kva A 192.0.2.12\nfine A 192.0.2.1\n"
      "goodevil A 192.0.2.13\n");
  put("named.conf",
      fmt::format("options {{ directory \"{}\"; listen-on port {} {{ 127.0.0.1; }};"
                  " listen-on-v6 {{ none; }}; pid-file none; session-keyfile none;"
                  " dnssec-validation no; recursion yes;"
                  " response-policy {{ zone \"rpz.team.example\"; }} qname-wait-recurse no; }};\n"
                  "controls {{ }};\n"
                  "zone \"rpz.team.example\" {{ type primary; file \"rpz\"; }};\n"
                  "zone \"example\" {{ type primary; file \"example\"; }};\n",
                  folder, port));
  const ChildProcess named(
      {.command = {"/usr/sbin/named", "-g", "-n", "1", "-c", folder + "/named.conf"},
       .err_file = folder + "/log"});
  const auto status = [&](const std::string& name) {
    const std::string said =
        testing_support::RunProgram(
            {"dig", "@127.0.0.1", "-p", fmt::to_string(port), "+tries=1", "+time=5", name, "A"})
            .out;
    const std::size_t at = said.find("status: ");
    return at == std::string::npos ? "" : said.substr(at + 8, said.find(',', at) - at - 8);
  };
  testing_support::WaitUntil("named has read the zone",
                             [&] { return status("evil.example") == "NXDOMAIN"; });
  EXPECT_EQ(status("www.evil.example"), "NXDOMAIN");
  EXPECT_EQ(status("xn--bcher-kva.example"), "NXDOMAIN");
  EXPECT_EQ(status("fine.example"), "NOERROR");
  EXPECT_EQ(status("goodevil.example"), "NOERROR");
}

TEST_F(BlockListsConformanceTest, SuricataUpdateReadsTheRules) {
  ASSERT_TRUE(IsInstalled("suricata-update")) << "scripts/deps --tests installs suricata-update";
  Say(v1::INDICATOR_TYPE_URL, "http://evil.example/a;b|c\"d?e=%20&f=\\g:(h)");
  Say(v1::INDICATOR_TYPE_URL, "https://evil.example:8443/x");
  Say(v1::INDICATOR_TYPE_SHA256, std::string(64, 'a'));
  Say(v1::INDICATOR_TYPE_MD5, std::string(32, 'b'));
  Say(v1::INDICATOR_TYPE_SHA1, std::string(40, 'c'));
  record_.author = "te\"am; (a)";
  const Exported exported = ExportSuricata({&record_, 1}, options_);
  EXPECT_EQ(Run(exported, {kPython, RENKEI_SOURCES "/tests/conformance/check_suricata.py", "FILE"}),
            0)
      << Output() << exported.text;
  EXPECT_EQ(Output(), fmt::format("{}\n", exported.written));
}

TEST_F(BlockListsConformanceTest, NftablesLoadsTheSets) {
  ASSERT_TRUE(IsInstalled("nft")) << "scripts/deps installs nftables";
  if (!Works({"nft", "add table inet probe"})) GTEST_SKIP() << "nft can't work here";
  const Exported exported = ExportNftables({&record_, 1}, options_);
  // Twice: the second time the sets are there.
  EXPECT_EQ(Run(exported, {"unshare", "-n", "sh", "-c",
                           "nft -f $0 && nft -f $0 && nft list table "
                           "inet renkei",
                           "FILE"}),
            0)
      << Output() << exported.text;
  EXPECT_NE(Output().find("2001:db8:1::/48"), std::string::npos) << Output();
}

TEST_F(BlockListsConformanceTest, IpsetRestoresTheSets) {
  ASSERT_TRUE(IsInstalled("ipset")) << "scripts/deps installs ipset";
  if (!Works({"ipset", "create", "probe", "hash:net"})) GTEST_SKIP() << "ipset can't work here";
  const Exported exported = ExportIpset({&record_, 1}, options_);
  EXPECT_EQ(Run(exported, {"unshare", "-n", "sh", "-c",
                           "ipset restore -f $0 && ipset restore -f $0 && ipset list", "FILE"}),
            0)
      << Output() << exported.text;
  EXPECT_NE(Output().find("198.51.100.0/24"), std::string::npos) << Output();
}

}  // namespace
}  // namespace renkei::formats
