// Wrong input gets clear lines and the right exit status, and changes nothing.
//
// `{}` in an expected message stands for the folder of the test.

#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

std::string In(const std::string& folder, std::string text) {
  for (std::size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}", at)) {
    text.replace(at, 2, folder);
  }
  return text;
}

// ---- files and arguments, to a node that runs ----

struct Wrong {
  std::string name;
  std::string file;                    // content of `{}/in.json`; unused if empty
  std::vector<std::string> arguments;  // of the author's node
  int exit_status = 1;
  std::string err;
  bool to_hub = false;
};

std::string Nested(int levels) {
  return R"({"renkei": 1, "sections": )" + std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']') + "}";
}

std::vector<Wrong> WrongFiles() {
  const std::vector<std::string> publish = {"publish", "{}/in.json"};
  return {
      {"Truncated", R"({"Event": {"info": "x", "Attribute": [)", publish, 1,
       "renkei: publish: {}/in.json: line 1, column 39: the file ends in the middle of a value; it "
       "is cut short\nhint: a file of MISP, STIX, IODEF, our own JSON, or a list "
       "(docs/formats.md)\n"},
      {"NotUtf8", "{\"Event\": {\"info\": \"caf\xe9\"}}", publish, 1,
       "renkei: publish: {}/in.json: line 1, column 24: not UTF-8\n"
       "hint: a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)\n"},
      {"WrongTypeInMisp",
       R"({"Event": {"info": "x", "Attribute": [{"type": "ip-dst", "value": ["198.51.100.1"]}]}})",
       publish, 1,
       "renkei: publish: {}/in.json: `Event.Attribute[0].value`: expected text, found list\n"
       "hint: a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)\n"},
      {"WrongTypeInOurOwn", R"({"renkei": 1, "kind": "incident", "tlp": 3})", publish, 1,
       "renkei: publish: {}/in.json: `tlp`: expected text, found number\n"
       "hint: a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)\n"},
      {"MisspeltKey", R"({"renkei": 1, "kind": "incident", "circels": ["members"]})", publish, 1,
       "renkei: publish: {}/in.json: `circels`: unknown key (did you mean `circles`?)\n"
       "hint: a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)\n"},
      {"ThousandLevels", Nested(1000), publish, 1,
       "renkei: publish: {}/in.json: line 1, column 90: nested deeper than 64 levels\n"
       "hint: a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)\n"},
      {"StixBundle", R"({"type": "bundle", "objects": []})", publish, 1,
       "renkei: publish: {}/in.json: `objects`: the bundle holds no objects\n"
       "hint: a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)\n"},
      {"NoSuchFile",
       "",
       {"publish", "{}/none.json"},
       1,
       "renkei: publish: open `{}/none.json`: No such file or directory\n"},
      {"UnknownCircle",
       DraftText("x"),
       {"publish", "{}/in.json", "--circle", "member"},
       1,
       "renkei: {}/in.json: failed: circle `member`: this team has no level in it (did you mean "
       "`members`?)\n"},
      {"UnknownTlp",
       DraftText("x"),
       {"publish", "{}/in.json", "--tlp", "white"},
       2,
       "renkei: publish: {}/in.json: tlp `white`: expected clear, green, amber, amber+strict or "
       "red\n"},
      {"UnknownReason",
       "",
       {"withdraw", "0000", "--reason", "whim"},
       2,
       "renkei: withdraw: reason `whim`: expected mistake, false-positive, superseded, legal or "
       "audience-narrowed\n"},
      {"NoRecordId",
       "",
       {"show", "xyz"},
       1,
       "renkei: show: `xyz` is no record id\n"
       "hint: an id is 32 hex digits; its first 4 or more do if no other record has them\n"},
      {"HubsCommandOnAMember",
       "",
       {"invite", "gamma"},
       1,
       "renkei: invite: this node is a member: only a hub keeps a roster\n"
       "hint: run it on the hub, with --dir of the hub's folder\n"},
      {"UnknownLevelInAnInvitation",
       "",
       {"invite", "gamma", "--circle", "members=acredited"},
       1,
       "renkei: invite: no level `acredited` in circle `members`: did you mean `accredited`?\n",
       true},
      {"UnknownCircleInAnInvitation",
       "",
       {"invite", "gamma", "--circle", "energie=listed"},
       1,
       "renkei: invite: no circle `energie` in community `demo.example`\n",
       true},
      {"UnknownLevelInTheRoster",
       "",
       {"roster", "set", "author", "--circle", "members=top"},
       1,
       "renkei: roster set: no level `top` in circle `members` (its levels: listed, accredited, "
       "certified)\n",
       true},
      {"UnknownTeam",
       "",
       {"revoke", "nobody"},
       1,
       "renkei: revoke: no team `nobody` in the roster\n",
       true},
  };
}

TEST(WrongInput, ToARunningNodeGetsItsLineAndChangesNothing) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  community.WaitUntilCaughtUp(author);
  WaitUntil("the outbox is empty", [&] { return author.Status()["store"]["outbox"] == 0; });
  const auto facts = [&] {
    Json all = {author.Status()["store"], community.hub().Status()["store"],
                community.hub().Ask({"roster"}), community.hub().Ask({"circles"})};
    all[0].erase("file_bytes");
    all[1].erase("file_bytes");
    return all;
  };
  const Json before = facts();
  const TempFolder folder;
  for (const Wrong& wrong : WrongFiles()) {
    WriteText(folder.path() + "/in.json", wrong.file);
    std::vector<std::string> arguments;
    for (const std::string& one : wrong.arguments) arguments.push_back(In(folder.path(), one));
    const Ran ran = (wrong.to_hub ? community.hub() : author).Cli(arguments);
    EXPECT_EQ(ran.exit_status, wrong.exit_status) << wrong.name;
    EXPECT_EQ(ran.err, In(folder.path(), wrong.err)) << wrong.name;
    EXPECT_EQ(ran.out, "") << wrong.name;
  }
  EXPECT_EQ(facts(), before);
  community.StopAll();
}

TEST(WrongInput, AFileOfAHundredMegabytesIsRefusedUnread) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  const std::string file = community.folder() + "/large.json";
  WriteText(file, R"({"renkei": 1, "x": ")" + std::string(100 << 20, 'x') + "\"}");
  for (const bool dry : {false, true}) {
    std::vector<std::string> arguments = {"publish", file};
    if (dry) arguments.push_back("--dry-run");
    const Ran ran = author.Cli(arguments);
    EXPECT_EQ(ran.exit_status, 1);
    EXPECT_EQ(
        ran.err,
        fmt::format("renkei: publish: `{}` is larger than the limit of 67108864 bytes\n", file));
  }
  EXPECT_EQ(author.Status()["store"]["own"], 0);
  community.StopAll();
}

// ---- tokens ----

constexpr std::string_view kRefusedToken =
    "renkei: join: the hub refused this token: it is wrong, was used by another, has expired, or "
    "was replaced\nhint: a token is good once and for a limited time: ask the hub for a new one\n";

class WrongToken : public testing::Test {
 protected:
  Community community_;
  const std::string token_ = community_.Invite("newcomer", "listed");
  const std::string folder_ = community_.Init("newcomer");

  void ExpectRefused(const std::string& token, std::string_view err) const {
    const Ran ran = Renkei({"join", "-", "--dir", folder_}, {.in = token});
    EXPECT_EQ(ran.exit_status, 1);
    EXPECT_EQ(ran.err, err);
    EXPECT_EQ(ran.out, "");
    const Ran run = Renkei({"run", "--dir", folder_});
    EXPECT_EQ(run.exit_status, 1);
    EXPECT_EQ(run.err,
              "renkei: run: this node has not joined a community: run `renkei join` with the token "
              "that your hub gave you\n");
  }
};

TEST_F(WrongToken, ExpiredIsRefused) {
  ASSERT_EQ(community_.hub().Stop(), 0);
  // 73 hours later, at the hub: the team's own clock has no say.
  community_.hub().Start(
      {.program = "renkei-testing", .environment = {{"RENKEI_TEST_CLOCK_OFFSET", "262800"}}});
  ExpectRefused(token_, kRefusedToken);
}

TEST_F(WrongToken, UsedByAnotherIsRefused) {
  const std::string first = community_.Init("first");
  MustRenkei({"join", "-", "--dir", first}, {.in = token_});
  ExpectRefused(token_, kRefusedToken);
  // The one that used it has joined, and is told so.
  const Ran again = Renkei({"join", "-", "--dir", first}, {.in = token_});
  EXPECT_EQ(again.exit_status, 1);
  EXPECT_EQ(again.err,
            "renkei: join: this node has joined `demo.example` already, as `newcomer`\n");
}

TEST_F(WrongToken, ReplacedByANewerIsRefused) {
  const std::string newer = community_.Invite("newcomer", "listed");
  ExpectRefused(token_, kRefusedToken);
  EXPECT_EQ(Renkei({"join", "-", "--dir", folder_}, {.in = newer}).exit_status, 0);
}

TEST_F(WrongToken, DamagedIsRefusedBeforeAnyoneIsAsked) {
  ExpectRefused("", "renkei: join: no token was given\n");
  ExpectRefused("hello",
                "renkei: join: this is not an invitation token: it does not begin with "
                "`rnk1-`\n");
  ExpectRefused(token_.substr(0, token_.find('@')),
                "renkei: join: the token has no address: `@host:port` is missing at its end\n");
}

TEST_F(WrongToken, AFileInItsPlaceIsSaidToBeOne) {
  const std::string file = community_.folder() + "/new.token";
  WriteText(file, token_);
  const Ran ran = Renkei({"join", file, "--dir", folder_});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_EQ(ran.err, fmt::format("renkei: join: `{0}` is a file, and no token\n"
                                 "hint: `renkei join --dir {1} - < {0}` reads the token from it\n",
                                 file, folder_));
}

TEST_F(WrongToken, OfAnotherHubsKeyIsRefused) {
  // The same address, another key: someone in between.
  std::string other = token_;
  other[6] = other[6] == 'a' ? 'b' : 'a';
  const Ran ran = Renkei({"join", "-", "--dir", folder_}, {.in = other});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err, "");
}

// ---- the policy ----

constexpr std::string_view kTenMistakes = R"(policy "mistakes" version 1

levels listed < accredited < certified
circles members
set technical = summary indicater

grant g-1 to level >= listd in circle allow exist
grant g-2 to level >= listed in circle on tlp <= grene allow exist
grant g-3 to level >= listed in circle allow exist, see sumary
grant g-4 to level >= listed in circle {nowhere} allow exist
grant g-4 to own allow exist
deny d-1 to level < certified on kind in {incidnt} forbid all
accept a-1 from level >= certifid in circle
gront g-5 to own allow exist
deny d-2 to level < certified forbid see victm
)";

TEST(PolicyWithTenMistakes, GetsTenReportsAndIsNotPutInForce) {
  Community community;
  const std::string file = community.hub().folder() + "/trust.policy";
  const std::string digest = community.hub().Status()["policy"]["digest"].get<std::string>();
  WriteText(file, std::string(kTenMistakes));
  // `trust.policy:LINE:COLUMN` of each error; warnings are no mistakes.
  const auto places = [](const std::string& err) {
    std::vector<std::string> found;
    std::istringstream lines(err);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find("trust.policy:");
      if (!line.starts_with("renkei: ") || at == std::string::npos) continue;
      found.push_back(line.substr(at, line.find(": ", at) - at));
    }
    return found;
  };
  const std::vector<std::string> expected = {
      "trust.policy:5:25",  "trust.policy:7:23", "trust.policy:8:50",  "trust.policy:9:57",
      "trust.policy:10:41", "trust.policy:11:7", "trust.policy:12:43", "trust.policy:13:26",
      "trust.policy:14:1",  "trust.policy:15:42"};
  const Ran checked = community.hub().Cli({"policy", "check"});
  EXPECT_EQ(checked.exit_status, 1);
  EXPECT_EQ(places(checked.err), expected) << checked.err;
  const Ran reloaded = community.hub().Cli({"reload"});
  EXPECT_EQ(reloaded.exit_status, 1);
  EXPECT_EQ(community.hub().Status()["policy"]["digest"], digest);
  ASSERT_EQ(community.hub().Stop(), 0);
  const Ran run = Renkei({"run", "--dir", community.hub().folder()});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_EQ(places(run.err), expected) << run.err;
}

}  // namespace
}  // namespace renkei::testing_support
