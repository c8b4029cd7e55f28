// Commands as a person types them: exit status, which stream, and the words.

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "config/assets.h"
#include "config/node_config.h"
#include "node/app/node.h"
#include "node/cli/arguments.h"
#include "node/cli/cli.h"
#include "node/cli/output.h"
#include "node/cli/policy_actions.h"
#include "policy/models.h"
#include "policy/policy.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/say.h"

namespace renkei::cli {
namespace {

struct UsageCase {
  std::string name;
  std::vector<std::string> arguments;
  int status = kWrongUsage;
  std::string err;  // part of what is said on standard error
};
void PrintTo(const UsageCase& test, std::ostream* out) { *out << test.name; }

class CommandLineTest : public testing::TestWithParam<UsageCase> {};

TEST_P(CommandLineTest, EndsAsTheTableSays) {
  const UsageCase& c = GetParam();
  const Said said = Say(c.arguments);
  EXPECT_EQ(said.status, c.status) << said.err;
  EXPECT_NE(said.err.find(c.err), std::string::npos) << said.err;
  EXPECT_EQ(said.err.rfind("renkei: ", 0), 0u) << said.err;
  EXPECT_EQ(said.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    WrongUsage, CommandLineTest,
    testing::ValuesIn(std::vector<UsageCase>{
        {"NoCommand", {}, kWrongUsage, "no command given"},
        {"MisspeltCommand", {"pubish"}, kWrongUsage, "did you mean `renkei publish`?"},
        {"NoSuchCommand", {"zzzzzzzzzz"}, kWrongUsage, "`renkei help` lists the commands"},
        {"MissingPositional", {"show"}, kWrongUsage, "`renkei help show`"},
        {"OnePositionalTooMany", {"show", "0011", "0022"}, kWrongUsage, "0022"},
        {"UnknownOption", {"peers", "--colour"}, kWrongUsage, "--colour"},
        {"OptionWithoutValue", {"show", "0011", "--dir"}, kWrongUsage, "--dir"},
        {"NoEscrowAction", {"escrow", "peek"}, kWrongUsage, "expected key, open or log"},
        {"OneOfficerIsNotEnough",
         {"escrow", "open", "0011", "--reason", "x", "--key", "k"},
         kWrongUsage,
         "two officers' --key"},
        {"AHalfIsOpenedForAHub",
         {"escrow", "open", "--from", "half", "--key", "k"},
         kWrongUsage,
         "--hub is needed"},
        {"ACircleIsSetToSomething", {"circles", "set", "energy"}, kWrongUsage, "--source"},
        {"ReasonIsNeeded", {"withdraw", "0011"}, kWrongUsage, "--reason"},
        {"PeerIsNeeded", {"explain", "0011"}, kWrongUsage, "--peer"},
        {"NoRecordToExplain", {"explain", "--peer", "hub"}, kWrongUsage, "--record FACTS"},
        {"TwoRecordsToExplain",
         {"explain", "0011", "--record", "tlp=green", "--peer", "hub"},
         kWrongUsage,
         "--record FACTS"},
        {"NobodyToAsk", {"policy", "apply", "/dev/null"}, kFailed, "regular file"},
        {"NoSuchModel", {"policy", "new", "flta"}, kWrongUsage, "did you mean `flat`?"},
        {"CommunityOfAModel",
         {"policy", "new", "flat", "--community", "Pier"},
         kWrongUsage,
         "lower-case"},
        {"FormatChecksOrWrites",
         {"policy", "format", "x", "--check", "--write"},
         kWrongUsage,
         "exclude each other"},
        {"OrgIsNeeded", {"init", "folder"}, kWrongUsage, "--org"},
        {"OtherSourceMode",
         {"publish", "f.json", "--source", "nameless"},
         kWrongUsage,
         "source `nameless`: expected attributed, pseudonymous or anonymous"},
        {"NoPolicyAction", {"policy"}, kWrongUsage, "`renkei help policy` lists the actions"},
        {"MisspeltPolicyAction",
         {"policy", "chekc"},
         kWrongUsage,
         "did you mean `renkei policy check`?"},
        {"HelpOfNoPolicyAction", {"help", "policy", "prove"}, kWrongUsage, "has no action `prove`"},
        {"NoSuchPolicyAction", {"policy", "prove"}, kWrongUsage, "no action `prove`"},
        {"CirclesAddWithoutName", {"circles", "add"}, kWrongUsage, "NAME is missing"},
        {"RosterSetWithoutLevel",
         {"roster", "set", "alpha", "--circle", "energy"},
         kWrongUsage,
         "expected CIRCLE=LEVEL"},
        {"RosterSetOfNothing", {"roster", "set", "alpha"}, kWrongUsage, "what to set"},
        {"WaitIsANumber", {"status", "--wait", "soon"}, kWrongUsage, "--wait"},
        {"WaitIsNotNegative", {"status", "--wait", "-1"}, kWrongUsage, "--wait"},
        {"HelpOfNothing", {"help", "publsh"}, kWrongUsage, "`renkei help publish`"},
        {"NoNode", {"status", "--dir", "/nonexistent"}, kFailed, "renkei run --dir /nonexistent"},
        {"NoFile", {"publish", "/nonexistent.json"}, kFailed, "/nonexistent.json"},
        {"NoPolicy", {"policy", "check", "/nonexistent"}, kFailed, "/nonexistent"},
    }),
    [](const auto& test) { return test.param.name; });

// One screen, beginning with the command's words.
void ExpectScreen(const Command& command, const std::string& typed) {
  const std::string usage(command.usage);
  EXPECT_EQ(usage.rfind("Usage: renkei " + typed, 0), 0u) << usage;
  EXPECT_NE(usage.find("\nExample:\n  $ renkei"), std::string::npos) << usage;
  EXPECT_LE(std::count(usage.begin(), usage.end(), '\n'), 24) << usage;
  std::istringstream lines(usage);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(HelpTest, EveryCommandHasAScreenThatEndsWithAnExample) {
  for (const Command* command : Commands()) {
    const std::string name(command->name);
    const std::string usage(command->usage);
    ExpectScreen(*command, name);
    for (const auto& asked : {Say({"help", name}), Say({name, "--help"})}) {
      EXPECT_EQ(asked.status, kDone) << name;
      EXPECT_EQ(asked.out, usage) << name;
      EXPECT_EQ(asked.err, "") << name;
    }
  }
}

TEST(HelpTest, EveryActionOfPolicyHasAScreenAndALine) {
  for (const Command* action : PolicyActions()) {
    const std::string word(action->name.substr(std::string_view("policy ").size()));
    // `policy explain` is the command `explain`.
    ExpectScreen(*action, word == "explain" ? word : "policy " + word);
    EXPECT_EQ(Say({"policy", word, "--help"}).out, action->usage);
    EXPECT_EQ(Say({"help", "policy", word}).out, action->usage);
    EXPECT_NE(kPolicyCommand.usage.find("\n" + word + " "), std::string_view::npos) << word;
  }
}

TEST(HelpTest, ListsEveryCommandOnOneScreen) {
  const Said said = Say({"help"});
  EXPECT_EQ(said.status, kDone);
  EXPECT_LE(std::count(said.out.begin(), said.out.end(), '\n'), 42);
  for (const Command* command : Commands()) {
    EXPECT_NE(said.out.find("\n  " + std::string(command->name) + " "), std::string::npos)
        << command->name;
  }
}

TEST(VersionTest, IsSaid) { EXPECT_EQ(Say({"version"}).out, "renkei 0.1.0\n"); }

// Parses as a command with a list and a positional would.
std::optional<int> ParseList(std::vector<std::string> arguments, std::vector<std::string>& files,
                             std::vector<std::string>& circles) {
  const testing_support::FakeClock clock(FromUnixSeconds(1'893'456'000));
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Context context{
      .arguments = std::move(arguments), .clock = clock, .in = in, .out = out, .err = err};
  ArgumentParser parser(context, kPublishCommand);
  parser.Positionals("FILE", files);
  parser.List("--circle", circles);
  return parser.Parse();
}

TEST(ArgumentParserTest, AListNeverSwallowsAPositional) {
  std::vector<std::string> files;
  std::vector<std::string> circles;
  EXPECT_EQ(
      ParseList({"a.json", "--circle", "energy", "b.json", "--circle=rail", "-"}, files, circles),
      std::nullopt);
  EXPECT_EQ(files, (std::vector<std::string>{"a.json", "b.json", "-"}));
  EXPECT_EQ(circles, (std::vector<std::string>{"energy", "rail"}));
}

TEST(ArgumentParserTest, AfterTwoDashesEverythingIsAPositional) {
  std::vector<std::string> files;
  std::vector<std::string> circles;
  EXPECT_EQ(ParseList({"--", "--circle", "--help"}, files, circles), std::nullopt);
  EXPECT_EQ(files, (std::vector<std::string>{"--circle", "--help"}));
}

// A node's folder as far as commands without a node need it.
class OfflineTest : public testing::Test {
 protected:
  OfflineTest() {
    Write(app::kConfigFile, config::NodeConfigText({.org = "Pier Works"}));
    Write(app::kAssetsFile, config::AssetsText("Pier Works"));
    Write(app::kPolicyFile, policy::DefaultPolicyText("exchange.example"));
  }

  std::string Write(std::string_view name, std::string_view text) {
    const std::string path = folder_.path() + "/" + std::string(name);
    std::ofstream(path) << text;
    return path;
  }
  std::string Draft(std::string_view title) {
    return Write("draft.json", R"({"renkei": 1, "kind": "incident", "tlp": "green", "sections": )"
                               R"({"summary": {"title": [")" +
                                   std::string(title) +
                                   R"("]}, "indicators": {"indicators": [{"type": "ipv4", )"
                                   R"("value": "198.51.100.7"}]}}})");
  }
  const std::string& folder() const { return folder_.path(); }

 private:
  testing_support::TempFolder folder_;
};

TEST_F(OfflineTest, PolicyOfANewNodeIsWithoutMistakesAndItsTestsPass) {
  const Said check = Say({"policy", "check", "--dir", folder()});
  EXPECT_EQ(check.status, kDone) << check.err;
  EXPECT_NE(check.out.find("no mistakes"), std::string::npos);
  const Said test = Say({"policy", "test", "--dir", folder()});
  EXPECT_EQ(test.status, kDone) << test.out;
  EXPECT_NE(test.out.find(" 0 failed"), std::string::npos);
}

constexpr char kPierPolicy[] =
    "policy \"pier\" version 1\n"
    "levels listed < certified\n"
    "circles members\n"
    "accept a from in circle {members}\n"
    "grant g-base to level >= certified in circle on tlp <= green\n"
    "      allow exist, see all, relay summary\n"
    "grant g-more to level >= listed in circle on tlp <= red allow relay caveats\n"
    "never \"red is relayed\" relay summary when tlp >= red\n";

TEST_F(OfflineTest, LinesOfAPolicyAreProvedAndTheEngineIsSaid) {
  const std::string path = Write("own.policy", kPierPolicy);
  const Said said = Say({"policy", "check", path, "--engine", "enumerate"});
  EXPECT_EQ(said.status, kDone) << said.err << said.out;
  EXPECT_NE(said.out.find(path + ":8: never \"red is relayed\""), std::string::npos) << said.out;
  EXPECT_NE(said.out.find(": proved by enumerate in "), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("1 of 1 lines proved, no mistakes\n"), std::string::npos) << said.out;
  EXPECT_EQ(Say({"policy", "check", path, "--engine", "abacus"}).status, kWrongUsage);
}

TEST_F(OfflineTest, ALineThatIsRefutedFailsWithATestToPaste) {
  const std::string path = Write("own.policy", kPierPolicy);
  const Said said = Say({"policy", "check", path, "--never", "relay all when tlp >= green",
                         "--always", "\"titled\" see caveats when see summary"});
  EXPECT_EQ(said.status, kFailed) << said.err << said.out;
  EXPECT_NE(
      said.out.find("given: never \"given with --never\" relay all when tlp >= green: refuted"),
      std::string::npos)
      << said.out;
  EXPECT_NE(said.out.find("     peer level=certified circles={members}\n"), std::string::npos)
      << said.out;
  EXPECT_NE(said.out.find("given: always \"titled\" see caveats when see summary: proved"),
            std::string::npos)
      << said.out;
  EXPECT_EQ(said.out.find("no mistakes"), std::string::npos);
  const Said json =
      Say({"policy", "check", path, "--json", "--never", "relay all when tlp >= green"});
  const Json answer = Json::parse(json.out);
  EXPECT_EQ(answer["ok"], false);
  EXPECT_EQ(answer["proofs"][0]["result"], "proved");
  EXPECT_EQ(answer["proofs"][0]["line"], 8);
  EXPECT_EQ(answer["proofs"][1]["result"], "refuted");
  EXPECT_FALSE(answer["proofs"][1].contains("line"));
  EXPECT_EQ(answer["unproved"].size(), 1U);
}

TEST_F(OfflineTest, AMistakeInALineOfTheCommandLineIsSaidAsThat) {
  const Said said =
      Say({"policy", "check", Write("own.policy", kPierPolicy), "--never", "fly when own"});
  EXPECT_EQ(said.status, kFailed);
  EXPECT_NE(said.err.find("--never: unknown action `fly`"), std::string::npos) << said.err;
}

TEST_F(OfflineTest, FindingsFailOnlyWhenStrict) {
  const std::string path = Write("own.policy", std::string(kPierPolicy) +
                                                   "deny d to anyone on tag in {x} source in "
                                                   "{anonymous} forbid all\n");
  const Said said = Say({"policy", "check", path});
  EXPECT_EQ(said.status, kDone) << said.out;
  EXPECT_NE(said.out.find("lint: " + path + ":9:6: deny `d` can never match"), std::string::npos)
      << said.out;
  EXPECT_EQ(Say({"policy", "check", path, "--strict"}).status, kFailed);
  EXPECT_EQ(Json::parse(Say({"policy", "check", path, "--json"}).out)["findings"].size(), 1U);
}

TEST_F(OfflineTest, MistakesOfAPolicyAreSaidWithTheirPlace) {
  const std::string path = Write("bad.policy", "policy \"pier\" version 1\ngarnt x\n");
  const Said said = Say({"policy", "check", path});
  EXPECT_EQ(said.status, kFailed);
  EXPECT_NE(said.err.find(path + ":2:1: "), std::string::npos) << said.err;
  EXPECT_EQ(said.out, "");
}

TEST_F(OfflineTest, AFailedTestOfAPolicyIsAFailure) {
  const std::string path = Write("own.policy",
                                 "policy \"pier\" version 1\n"
                                 "levels listed < certified\n"
                                 "circles members\n"
                                 "grant g-base to level >= listed in circle on tlp <= green\n"
                                 "      allow exist, see all\n"
                                 "test \"red is seen\" peer level=listed circles={members}\n"
                                 "     record circles={members} tlp=red expect exist\n");
  const Said said = Say({"policy", "test", path});
  EXPECT_EQ(said.status, kFailed);
  EXPECT_NE(said.out.find(":6: FAILED: red is seen"), std::string::npos) << said.out;
}

TEST_F(OfflineTest, DryRunShowsWhatWouldLeaveAndWhoWouldSeeIt) {
  const Said said =
      Say({"publish", Draft("Scans against Pier Works"), "--dir", folder(), "--dry-run"});
  EXPECT_EQ(said.status, kDone) << said.err;
  EXPECT_NE(said.out.find("would be published as incident, TLP green, to members"),
            std::string::npos)
      << said.out;
  EXPECT_NE(said.out.find("Pier Works"), std::string::npos) << "shown to the author: what went";
  EXPECT_NE(said.out.find("  members  listed"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("nothing was published"), std::string::npos);
}

TEST_F(OfflineTest, DryRunThatFindsALeakIsRefused) {
  const std::string path = Write("assets.toml", "domains = [\"pier.example\"]\n");
  const std::string draft = Write(
      "leak.json", R"({"renkei": 1, "kind": "incident", "sections": {"indicators": {"indicators": )"
                   R"([{"type": "domain", "value": "pier.example", "actionable": true}]}}})");
  const Said said = Say({"publish", draft, "--dir", folder(), "--dry-run"});
  EXPECT_EQ(said.status, kRefused) << said.out << said.err;
  EXPECT_NE(said.err.find(": rule "), std::string::npos) << said.err;
}

TEST_F(OfflineTest, DryRunInFullShowsEachLevelTheTextsThatItWouldRead) {
  const std::string draft = Write("full.json", R"({"renkei": 1, "kind": "incident", "tlp": "green",
    "sections": {"summary": {"title": ["Scans"], "description": ["First line\nsecond of Pier Works"]},
                 "victim": {"description": ["A harbour"]}}})");
  const Said full = Say({"publish", draft, "--dir", folder(), "--dry-run", "--full"});
  EXPECT_EQ(full.status, kDone) << full.err;
  const std::size_t listed = full.out.find("== Read by listed of members, accredited of members");
  const std::size_t higher = full.out.find("== Read by certified of members");
  ASSERT_LT(listed, higher) << full.out;
  ASSERT_NE(higher, std::string::npos) << full.out;
  EXPECT_NE(full.out.find("description: First line\n      second of ORG\n", listed),
            std::string::npos)
      << full.out;
  EXPECT_EQ(full.out.find("\033["), std::string::npos) << "no terminal, no colour";
  const Said brief = Say({"publish", draft, "--dir", folder(), "--dry-run"});
  EXPECT_EQ(brief.out.find("second of ORG"), std::string::npos) << brief.out;
  EXPECT_NE(brief.out.find("To be read by a person: 2 texts"), std::string::npos) << brief.out;
  std::istringstream lines(full.out + brief.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(folder()) != std::string::npos) continue;
    EXPECT_LE(DisplayWidth(line), kScreenWidth) << line;
  }
  const Json json =
      Json::parse(Say({"publish", draft, "--dir", folder(), "--dry-run", "--json"}).out);
  const Json& rows = json["files"][0]["drafts"][0]["audience"];
  for (const Json& row : rows) {
    EXPECT_EQ(row["reads"].contains("victim"), row["level"] == "certified") << row.dump();
  }
}

TEST_F(OfflineTest, DryRunReadsStandardInput) {
  const Said said = Say({"publish", "-", "--dir", folder(), "--dry-run", "--json"},
                        R"({"renkei": 1, "kind": "incident", "sections": {"summary": )"
                        R"({"title": ["Scans"]}}})");
  EXPECT_EQ(said.status, kDone) << said.err;
  EXPECT_NE(said.out.find("\"result\": \"would be published\""), std::string::npos) << said.out;
}

TEST_F(OfflineTest, EveryModelOfAPolicyIsListedCheckedTestedAndFormatted) {
  const Said list = Say({"policy", "new"});
  EXPECT_EQ(list.status, kDone);
  for (const policy::Model& model : policy::Models()) {
    const std::string name(model.name);
    EXPECT_NE(list.out.find(name + " "), std::string::npos) << list.out;
    const std::string path = folder() + "/" + name + ".policy";
    const Said made = Say({"policy", "new", name, "--community", "pier.example", "-o", path});
    EXPECT_EQ(made.status, kDone) << made.err;
    EXPECT_EQ(Say({"policy", "new", name, "-o", path}).status, kFailed) << "it exists";
    EXPECT_EQ(Say({"policy", "check", path}).status, kDone) << name;
    EXPECT_EQ(Say({"policy", "test", path}).status, kDone) << name;
    EXPECT_EQ(Say({"policy", "format", path, "--check"}).status, kDone) << name;
  }
}

TEST_F(OfflineTest, AnotherLayoutIsSaidAndMended) {
  const std::string text = "policy \"pier\"  version 1 # why\nlevels listed<certified\n";
  const std::string path = Write("own.policy", text);
  const std::string canonical = "policy \"pier\" version 1  # why\nlevels listed < certified\n";
  EXPECT_EQ(Say({"policy", "format", path}).out, canonical);
  EXPECT_EQ(Say({"policy", "format", "-"}, text).out, canonical);
  const Said check = Say({"policy", "format", path, "--check"});
  EXPECT_EQ(check.status, kFailed);
  EXPECT_NE(check.err.find("--write` mends it"), std::string::npos) << check.err;
  EXPECT_EQ(Say({"policy", "format", path, "--write"}).status, kDone);
  EXPECT_EQ(Say({"policy", "format", path, "--check"}).status, kDone);
  EXPECT_EQ(Say({"policy", "format", path}).out, canonical);
}

TEST_F(OfflineTest, ExplainsSupposedPeersAndRecordsWithoutANode) {
  const std::string path = folder() + "/" + std::string(app::kPolicyFile);
  const std::string peer = "level=listed circles={members}";
  const Said seen =
      Say({"explain", "--policy", path, "--record", "tlp=green circles={members}", "--peer", peer});
  EXPECT_EQ(seen.status, kDone) << seen.err;
  EXPECT_EQ(seen.out.rfind("allowed: exist, see ", 0), 0u) << seen.out;
  EXPECT_NE(seen.out.find("g-own needs own"), std::string::npos) << seen.out;
  const Said withheld = Say({"policy", "explain", "--policy", path, "--record",
                             "tlp=green circles={members}", "--peer", peer, "--section", "victim"});
  EXPECT_EQ(withheld.status, kRefused) << withheld.err;
  const Said file =
      Say({"explain", "--policy", path, "--file", Draft("Scans"), "--peer", peer, "--json"});
  EXPECT_EQ(file.status, kDone) << file.err;
  EXPECT_NE(file.out.find("\"exists\": true"), std::string::npos) << file.out;
}

TEST_F(OfflineTest, MistakesInFactsAreSaidWithTheirPlace) {
  const std::string path = folder() + "/" + std::string(app::kPolicyFile);
  const Said said = Say({"explain", "--policy", path, "--record", "tlp=grene", "--peer",
                         "level=listd circles={members}"});
  EXPECT_EQ(said.status, kWrongUsage);
  EXPECT_NE(said.err.find("record:1:5: unknown tlp `grene` (did you mean `green`?)"),
            std::string::npos)
      << said.err;
  EXPECT_NE(said.err.find("peer:1:7: unknown level `listd`"), std::string::npos) << said.err;
}

TEST_F(OfflineTest, NobodyIsAskedWithoutATerminal) {
  const std::string path = folder() + "/" + std::string(app::kPolicyFile);
  const Said said = Say({"policy", "apply", path, "--dir", folder()});
  EXPECT_EQ(said.status, kWrongUsage);
  EXPECT_NE(said.err.find("hint: see what would change with --dry-run, then give --yes"),
            std::string::npos)
      << said.err;
}

TEST_F(OfflineTest, TheHistoryOfANodeThatNeverRanIsNotThere) {
  const Said said = Say({"policy", "log", "--dir", folder()});
  EXPECT_EQ(said.status, kFailed);
  EXPECT_NE(said.err.find("has no store"), std::string::npos) << said.err;
}

}  // namespace
}  // namespace renkei::cli
