// Commands that work on a node's folder: accounts, audit log, own assets.

#include <sstream>

#include <gtest/gtest.h>

#include "config/assets.h"
#include "config/node_config.h"
#include "node/app/accounts.h"
#include "node/app/node.h"
#include "node/base/file.h"
#include "node/base/json.h"
#include "node/cli/cli.h"
#include "node/cli/output.h"
#include "policy/policy.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/say.h"

namespace renkei::cli {
namespace {

class FolderCommandsTest : public testing::Test {
 protected:
  FolderCommandsTest() {
    Put(app::kConfigFile, config::NodeConfigText({.org = "Pier Works"}));
    Put(app::kAssetsFile, config::AssetsText("Pier Works"));
  }
  std::string Path(std::string_view name) const { return folder_.path() + "/" + std::string(name); }
  void Put(std::string_view name, const std::string& text) const {
    ASSERT_TRUE(WriteFile(Path(name), text, FileMode::kSecret).ok());
  }
  std::string Text(std::string_view name) const {
    return ReadFile(Path(name), 1 << 20).value_or("");
  }
  Said Tell(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--dir", folder_.path()});
    return Say(std::move(arguments));
  }

 private:
  testing_support::TempFolder folder_;
};

TEST_F(FolderCommandsTest, AnAccountIsAddedListedAndRemovedAndAllOfItIsRecorded) {
  EXPECT_NE(Tell({"account", "list"}).out.find("No accounts"), std::string::npos);
  const Said added = Tell({"account", "add", "mika", "--role", "analyst"});
  EXPECT_EQ(added.status, kDone) << added.err;
  EXPECT_EQ(added.out.rfind("renkei-", 0), 0U) << "the token, and nothing else, to redirect";
  EXPECT_EQ(added.err.find(added.out.substr(0, 20)), std::string::npos);
  EXPECT_EQ(Tell({"account", "add", "mika", "--role", "reader"}).status, kFailed);
  EXPECT_EQ(Tell({"account", "add", "ren", "--role", "king"}).status, kWrongUsage);
  EXPECT_EQ(Tell({"account", "add", "ren"}).status, kWrongUsage);
  EXPECT_NE(Tell({"account", "list"}).out.find("mika  analyst  2030-01-01"), std::string::npos);
  EXPECT_EQ(Tell({"account", "remove", "mika"}).status, kDone);
  EXPECT_EQ(Tell({"account", "remove", "mika"}).status, kFailed);
  const Said audit = Tell({"audit"});
  EXPECT_NE(audit.out.find("account-add"), std::string::npos) << audit.out;
  EXPECT_NE(audit.out.find("account-remove"), std::string::npos) << audit.out;
  EXPECT_EQ(Tell({"audit", "--json"}).out.find(added.out.substr(7, 20)), std::string::npos);
}

TEST_F(FolderCommandsTest, WhatCouldNotBeRecordedIsNotDone) {
  ASSERT_EQ(Tell({"account", "add", "mika", "--role", "reader"}).status, kDone);
  Put("zone", "$ORIGIN pier.example.\n@ SOA ns1 root 1 2 3 4 5\nledger A 192.0.2.7\n");
  const std::string accounts = Text(app::kAccountsFile);
  const std::string assets = Text(app::kAssetsFile);
  Put("audit.head", "damaged");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"account", "add", "ren", "--role", "approver"},
        {"account", "remove", "mika"},
        {"assets", "learn", "--from", "zone:" + Path("zone"), "--yes"}}) {
    const Said said = Tell(arguments);
    EXPECT_EQ(said.status, kFailed) << arguments[1];
    EXPECT_NE(said.err.find("nothing was changed: the audit log: "), std::string::npos) << said.err;
  }
  EXPECT_EQ(Text(app::kAccountsFile), accounts);
  EXPECT_EQ(Text(app::kAssetsFile), assets);
}

TEST_F(FolderCommandsTest, ABrokenAuditLogIsSaid) {
  EXPECT_EQ(Tell({"audit", "verify"}).out, "The log is empty.\n");
  ASSERT_EQ(Tell({"account", "add", "mika", "--role", "reader"}).status, kDone);
  ASSERT_EQ(Tell({"account", "add", "ren", "--role", "reader"}).status, kDone);
  const Said whole = Tell({"audit", "verify"});
  EXPECT_EQ(whole.status, kDone);
  EXPECT_EQ(whole.out.rfind("Lines 1 to 2 hang together.\nhead ", 0), 0U) << whole.out;
  std::string text = Text("audit.log");
  text.replace(text.find("mika"), 4, "yuki");
  Put("audit.log", text);
  const Said broken = Tell({"audit", "verify"});
  EXPECT_EQ(broken.status, kFailed);
  EXPECT_NE(broken.err.find("audit.log:1: the line was changed"), std::string::npos) << broken.err;
  EXPECT_EQ(Tell({"audit", "--head", "00"}).status, kWrongUsage);
}

class DryRunTest : public FolderCommandsTest {
 protected:
  DryRunTest() {
    Put(app::kPolicyFile, policy::DefaultPolicyText("demo.example"));
    Put("draft.json", R"({"renkei": 1, "kind": "incident", "tlp": "green", "sections":
        {"summary": {"title": ["Fraud, tel +44 20 7946 0123, from 10.20.0.7"]}}})");
  }
  Said Dry(std::vector<std::string> options) const {
    options.insert(options.begin(), {"publish", Path("draft.json"), "--dry-run"});
    return Tell(std::move(options));
  }
};

TEST_F(DryRunTest, AFindingRefusesUntilItIsAllowedAtItsPlace) {
  const Said refused = Dry({});
  EXPECT_EQ(refused.status, kRefused);
  EXPECT_NE(refused.err.find("summary.title[0].value: rule phone-number"), std::string::npos)
      << refused.err;
  EXPECT_EQ(Dry({"--allow", "phone-number@summary.title[1].value"}).status, kRefused);
  const Said allowed = Dry({"--allow", "phone-number@summary.title[0].value", "--json"});
  EXPECT_EQ(allowed.status, kDone) << allowed.err;
  const Json draft = Json::parse(allowed.out)["files"][0]["drafts"][0];
  EXPECT_EQ(draft["allowed"][0]["rule"], "phone-number");
  EXPECT_EQ(draft["findings"].size(), 0U);
  for (const char* wrong : {"phone-number", "@x", "no-such-rule@x", "jwt@x"}) {
    EXPECT_EQ(Dry({"--allow", wrong}).status, kWrongUsage) << wrong;
  }
}

TEST_F(DryRunTest, FindingsAsSarifNameRuleAndPlaceAndNoValue) {
  const Said sarif = Dry({"--sarif"});
  EXPECT_EQ(sarif.status, kRefused);
  const Json run = Json::parse(sarif.out)["runs"][0];
  EXPECT_EQ(run["results"][0]["ruleId"], "phone-number");
  EXPECT_NE(sarif.out.find("summary.title[0].value"), std::string::npos);
  EXPECT_EQ(sarif.out.find("7946"), std::string::npos);
  EXPECT_EQ(Json::parse(Dry({"--sarif", "--allow", "phone-number@summary.title[0].value"})
                            .out)["runs"][0]["results"]
                .size(),
            0U);
  const Said alone = Tell({"publish", Path("draft.json"), "--sarif"});
  EXPECT_EQ(alone.status, kWrongUsage);
  EXPECT_NE(alone.err.find("add --dry-run"), std::string::npos) << alone.err;
}

TEST_F(DryRunTest, KeyedNamesNeedTheCirclesWordAndItSaysSo) {
  const std::vector<std::string> allow = {"--allow", "phone-number@summary.title[0].value"};
  const Said counted = Dry(allow);
  EXPECT_NE(counted.out.find("HOST-1"), std::string::npos) << counted.out;
  EXPECT_EQ(counted.out.find("keyed"), std::string::npos) << counted.out;
  std::vector<std::string> options = allow;
  options.insert(options.end(), {"--correlate", "names"});
  const Said asked = Dry(options);
  EXPECT_NE(asked.out.find("HOST-1"), std::string::npos) << asked.out;
  EXPECT_NE(asked.out.find("own names are counted, not keyed: the charter of circle `members`"),
            std::string::npos)
      << asked.out;
  options.back() = "hashes";
  EXPECT_EQ(Dry(options).status, kWrongUsage);
}

TEST_F(FolderCommandsTest, LearnedAssetsAreOnlyShownUntilSomebodySaysYes) {
  Put("zone", "$ORIGIN pier.example.\n@ SOA ns1 root 1 2 3 4 5\nledger A 192.0.2.7\n");
  const std::string source = "zone:" + Path("zone");
  const std::string before = Text(app::kAssetsFile);
  const Said shown = Tell({"assets", "learn", "--from", source});
  EXPECT_EQ(shown.status, kDone) << shown.err;
  EXPECT_NE(shown.out.find("domains (1)"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("Nothing was changed: nobody could be asked"), std::string::npos);
  EXPECT_EQ(Text(app::kAssetsFile), before);
  std::istringstream lines(shown.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), kScreenWidth);

  const Json json = Json::parse(Tell({"assets", "learn", "--from", source, "--json"}).out);
  EXPECT_EQ(json["proposed"]["domains"][0]["entry"], "pier.example");
  EXPECT_EQ(json["added"], 0);
  EXPECT_EQ(Text(app::kAssetsFile), before);

  EXPECT_EQ(Tell({"assets", "learn", "--from", source, "--yes"}).status, kDone);
  const auto loaded = config::LoadAssets(Text(app::kAssetsFile), "f");
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(loaded.value->domains, std::vector<std::string>{"pier.example"});
  EXPECT_EQ(loaded.value->hosts, std::vector<std::string>{"ledger"});
  EXPECT_EQ(loaded.value->networks, std::vector<std::string>{"192.0.2.7"});
  const Said again = Tell({"assets", "learn", "--from", source, "--yes"});
  EXPECT_NE(again.out.find("3 listed already"), std::string::npos) << again.out;
  EXPECT_NE(Tell({"audit"}).out.find("3 entries learned"), std::string::npos);
  EXPECT_EQ(Tell({"assets", "learn", "--from", "attic"}).status, kFailed);
  EXPECT_EQ(Tell({"assets", "learn", "--from", "zone:/nonexistent"}).status, kFailed);
}

TEST_F(FolderCommandsTest, DangersInAssetsFailOnlyWhenStrict) {
  EXPECT_EQ(Tell({"assets", "check", "--strict"}).status, kDone);
  Put(app::kAssetsFile, "networks = [\"10.0.0.0/8\"]\n[names]\nproducts = [\"Cloud\"]\n");
  const Said said = Tell({"assets", "check"});
  EXPECT_EQ(said.status, kDone);
  EXPECT_NE(said.out.find("! networks: `10.0.0.0/8`"), std::string::npos) << said.out;
  EXPECT_EQ(Tell({"assets", "check", "--strict"}).status, kFailed);
  EXPECT_EQ(Json::parse(Tell({"assets", "check", "--json"}).out)["dangers"].size(), 2U);
}

}  // namespace
}  // namespace renkei::cli
