// What only a person may decide, and what takes two of them.

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

constexpr std::string_view kSecretWord = "Kestrel";

std::string Described(const std::string& title) {
  return fmt::format(R"({{"renkei": 1, "kind": "incident", "tlp": "green", "sections": {{)"
                     R"("summary": {{"title": ["{}"], "description": ["Seen by {} itself"]}}}}}})",
                     title, kSecretWord);
}

TEST(Review, ANarrativeLeavesOnlyOnceSomebodyHasReadIt) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("reader", "listed");
  const std::string file = community.folder() + "/described.json";
  WriteText(file, Described("Scans"));

  const Ran refused = author.Cli({"publish", file});
  EXPECT_EQ(refused.exit_status, 3) << refused.err;
  EXPECT_NE(refused.err.find("summary.description[0].value: a person must read it"),
            std::string::npos)
      << refused.err;
  EXPECT_NE(refused.err.find("then give --reviewed"), std::string::npos) << refused.err;
  EXPECT_EQ(author.Status()["store"]["own"], 0);
  EXPECT_EQ(author.Status()["store"]["outbox"], 0);

  const Json answer = author.Ask({"publish", file, "--reviewed"})["files"][0]["drafts"][0];
  EXPECT_EQ(answer["result"], "published");
  EXPECT_EQ(answer["reviewed"], 1);
  const std::string id = answer["id"].get<std::string>();
  reader.WaitForRecord(id);

  // An update is looked at like a record; one without prose needs nobody.
  WriteText(file, Described("Scans, again"));
  EXPECT_EQ(author.Cli({"update", id, file}).exit_status, 3);
  EXPECT_EQ(author.Cli({"update", id, file, "--reviewed"}).exit_status, 0);
  WriteText(file, DraftText("no prose"));
  EXPECT_EQ(author.Cli({"publish", file}).exit_status, 0);

  int reviews = 0;
  const Json audit = author.Ask({"audit"});
  for (const Json& entry : audit["entries"]) {
    if (entry["action"] != "review") continue;
    ++reviews;
    EXPECT_EQ(entry["object"], id);
    EXPECT_EQ(entry["note"], "1 texts, --reviewed");
    EXPECT_TRUE(entry.contains("user"));
  }
  EXPECT_EQ(reviews, 2);
  EXPECT_EQ(audit.dump().find(kSecretWord), std::string::npos);
  EXPECT_EQ(author.Cli({"audit", "verify"}).exit_status, 0);
  community.StopAll();
}

class TwoPersons : public testing::Test {
 protected:
  TwoPersons()
      : author_(community_.Add("author", "accredited")),
        reader_(community_.Add("reader", "listed")) {
    EditText(author_.folder() + "/node.toml", "approval = \"none\"", "approval = \"two-person\"");
    author_.Ask({"reload"});
    AddAccount("mika", "analyst");
    AddAccount("ren", "approver");
    AddAccount("sora", "approver");
    AddAccount("yui", "reader");
  }
  ~TwoPersons() override { unsetenv("RENKEI_TOKEN_FILE"); }

  std::string TokenFile(const std::string& name) const {
    return community_.folder() + "/" + name + ".token";
  }
  void AddAccount(const std::string& name, const std::string& role) {
    const Ran ran = author_.Cli({"account", "add", name, "--role", role});
    ASSERT_EQ(ran.exit_status, 0) << ran.err;
    WriteText(TokenFile(name), ran.out);
    ASSERT_EQ(RunProgram({"chmod", "600", TokenFile(name)}).exit_status, 0);
  }
  Ran As(const std::string& name, const std::vector<std::string>& arguments) const {
    return author_.Cli(arguments, {.environment = {{"RENKEI_TOKEN_FILE", TokenFile(name)}}});
  }
  Json Ask(const std::string& name, std::vector<std::string> arguments, int status = 0) const {
    arguments.push_back("--json");
    const Ran ran = As(name, arguments);
    EXPECT_EQ(ran.exit_status, status)
        << fmt::format("{}", fmt::join(arguments, " ")) << ran.out << ran.err;
    return Json::parse(ran.out, nullptr, /*allow_exceptions=*/false);
  }
  std::string Submit(const std::string& name, const std::string& title) {
    const std::string file = community_.folder() + "/draft.json";
    WriteText(file, Described(title));
    const Json answer = Ask(name, {"publish", file});
    EXPECT_EQ(answer["files"][0]["result"], "pending") << answer.dump();
    return answer["files"][0]["draft"].dump();
  }
  int Own() const { return Ask("yui", {"status"})["store"]["own"].get<int>(); }

  Community community_;
  NodeProcess& author_;
  NodeProcess& reader_;
};

TEST_F(TwoPersons, EachRoleDoesItsOwnAndNoMore) {
  const Ran nobody = author_.Cli({"status"});
  EXPECT_EQ(nobody.exit_status, 1);
  EXPECT_NE(nobody.err.find("no token was given"), std::string::npos) << nobody.err;
  EXPECT_EQ(author_.Cli({"subscribe"}).exit_status, 1);
  EXPECT_EQ(author_.Cli({"export", "csv"}).exit_status, 1);

  EXPECT_EQ(As("yui", {"status"}).exit_status, 0);
  EXPECT_EQ(As("yui", {"subscribe"}).exit_status, 0);
  const Ran reader = As("yui", {"drafts"});
  EXPECT_EQ(reader.exit_status, 1);
  EXPECT_NE(reader.err.find("is for the role analyst; `yui` is reader"), std::string::npos)
      << reader.err;
  EXPECT_EQ(As("mika", {"reload"}).exit_status, 1);
  EXPECT_EQ(As("ren", {"reload"}).exit_status, 0);

  ASSERT_EQ(RunProgram({"chmod", "644", TokenFile("ren")}).exit_status, 0);
  const Ran open = As("ren", {"status"});
  EXPECT_EQ(open.exit_status, 1);
  EXPECT_NE(open.err.find("others may read"), std::string::npos) << open.err;

  ASSERT_EQ(author_.Cli({"account", "remove", "yui"}).exit_status, 0);
  EXPECT_EQ(As("yui", {"status"}).exit_status, 1);
  bool denied = false;
  const Json audit = author_.Ask({"audit"});
  for (const Json& entry : audit["entries"]) {
    denied = denied || (entry["action"] == "reload" && entry["result"] == "denied" &&
                        entry["account"] == "mika");
  }
  EXPECT_TRUE(denied);
}

TEST_F(TwoPersons, WhatOneHandsInAnotherApprovesAndItsAuthorNever) {
  const std::string draft = Submit("ren", "Scans");
  EXPECT_EQ(Own(), 0);
  EXPECT_EQ(As("mika", {"approve", draft}).exit_status, 1) << "an analyst";
  ASSERT_EQ(As("ren", {"drafts", "show", draft}).exit_status, 0);
  const Ran own = As("ren", {"approve", draft});
  EXPECT_EQ(own.exit_status, 1);
  EXPECT_NE(own.err.find("another account approves"), std::string::npos) << own.err;
  const Ran unseen = As("sora", {"approve", draft});
  EXPECT_EQ(unseen.exit_status, 3);
  EXPECT_NE(unseen.err.find("`sora` has not looked at it"), std::string::npos) << unseen.err;
  EXPECT_EQ(Own(), 0);

  const Json shown = Ask("sora", {"drafts", "show", draft});
  EXPECT_EQ(shown["author"], "ren");
  EXPECT_EQ(shown["records"][0]["narratives"].size(), 1U);
  const Json approved = Ask("sora", {"approve", draft});
  EXPECT_EQ(approved["digest"], shown["digest"]);
  const std::string id = approved["answer"]["drafts"][0]["id"].get<std::string>();
  reader_.WaitForRecord(id);
  EXPECT_EQ(Ask("ren", {"drafts"})["drafts"].size(), 0U);

  // Taking it back needs two as well.
  const Json pending = Ask("mika", {"withdraw", id, "--reason", "mistake"});
  EXPECT_EQ(pending["result"], "pending");
  EXPECT_EQ((*reader_.Show(id))["state"], "live");
  const std::string second = pending["draft"].dump();
  ASSERT_EQ(As("ren", {"drafts", "show", second}).exit_status, 0);
  EXPECT_EQ(Ask("ren", {"approve", second})["answer"]["result"], "withdrawn");
  Follower(reader_).WaitFor("the withdrawal", [&](const Json& line) {
    return line["id"] == id && line["state"] == "withdrawn";
  });

  const Json audit = author_.Ask({"audit"});
  std::string story;
  for (const Json& entry : audit["entries"]) {
    if (!entry.contains("account")) continue;
    story += fmt::format("{} {} {}; ", entry["account"].get<std::string>(),
                         entry["action"].get<std::string>(), entry["result"].get<std::string>());
  }
  EXPECT_NE(story.find("ren publish pending; mika approve denied; ren approve failed; "
                       "sora approve refused; sora approve approved; sora review reviewed; "
                       "sora publish published; mika withdraw pending; ren approve approved; "
                       "ren withdraw withdrawn; "),
            std::string::npos)
      << story;
  EXPECT_EQ(audit.dump().find(kSecretWord), std::string::npos);
  EXPECT_EQ(author_.Cli({"audit", "verify"}).exit_status, 0);
}

TEST_F(TwoPersons, WhatIsApprovedIsWhatWasShown) {
  const std::string draft = Submit("mika", "Scans");
  const std::string digest = Ask("ren", {"drafts", "show", draft})["digest"].get<std::string>();
  EditText(author_.folder() + "/assets.toml", "products = [\n", "products = [\n  \"Kestrel\",\n");
  ASSERT_EQ(As("sora", {"reload"}).exit_status, 0);
  const Ran assets = As("ren", {"approve", draft});
  EXPECT_EQ(assets.exit_status, 3);
  EXPECT_NE(assets.err.find("assets.toml has changed since it was shown"), std::string::npos)
      << assets.err;
  EXPECT_EQ(As("ren", {"approve", draft, "--digest", digest}).exit_status, 3);

  ASSERT_EQ(As("ren", {"drafts", "show", draft}).exit_status, 0);
  const std::string policy = author_.folder() + "/trust.policy";
  WriteText(policy, ReadText(policy) + "# one more remark\n");
  ASSERT_EQ(As("sora", {"reload"}).exit_status, 0);
  const Ran changed = As("ren", {"approve", draft});
  EXPECT_EQ(changed.exit_status, 3);
  EXPECT_NE(changed.err.find("the policy has changed since it was shown"), std::string::npos)
      << changed.err;
  EXPECT_EQ(Own(), 0);

  const Ran screen = As("ren", {"drafts", "show", draft});
  EXPECT_NE(screen.out.find("Seen by PRODUCT-1 itself"), std::string::npos) << screen.out;
  EXPECT_EQ(As("ren", {"approve", draft}).exit_status, 0);
  EXPECT_EQ(Own(), 1);
}

TEST_F(TwoPersons, DraftsSurviveARestartAndARejectedOneIsGone) {
  const std::string kept = Submit("mika", "Scans");
  const std::string dropped = Submit("mika", "Gossip");
  ASSERT_EQ(author_.Stop(), 0);
  setenv("RENKEI_TOKEN_FILE", TokenFile("yui").c_str(), 1);  // to wait for it
  author_.Start();
  EXPECT_EQ(Ask("mika", {"drafts"})["drafts"].size(), 2U);
  EXPECT_EQ(As("sora", {"reject", dropped, "--note", "hearsay"}).exit_status, 0);
  EXPECT_EQ(As("ren", {"approve", dropped}).exit_status, 1);
  const std::string digest = Ask("sora", {"drafts", "show", kept})["digest"].get<std::string>();
  EXPECT_EQ(As("ren", {"approve", kept, "--digest", digest}).exit_status, 0);
  EXPECT_EQ(Own(), 1);
  EXPECT_EQ(As("mika", {"drafts"}).out, "No drafts wait.\n");
}

TEST_F(TwoPersons, ALookInBriefIsNoneToApproveBy) {
  const std::string draft = Submit("mika", "Scans");
  ASSERT_EQ(As("sora", {"drafts", "show", draft, "--brief"}).exit_status, 0);
  const Ran unseen = As("sora", {"approve", draft});
  EXPECT_EQ(unseen.exit_status, 3);
  EXPECT_NE(unseen.err.find("`sora` has not looked at it"), std::string::npos) << unseen.err;
  ASSERT_EQ(As("sora", {"drafts", "show", draft}).exit_status, 0);
  EXPECT_EQ(As("sora", {"approve", draft}).exit_status, 0);
}

TEST_F(TwoPersons, AStreamEndsWhenItsAccountIsRemoved) {
  const std::string draft = Submit("mika", "Scans");
  ASSERT_EQ(As("sora", {"drafts", "show", draft}).exit_status, 0);
  ASSERT_EQ(As("sora", {"approve", draft}).exit_status, 0);
  ChildProcess follower({.command = {Program(), "subscribe", "--follow", "--dir", author_.folder(),
                                     "--token-file", TokenFile("yui")},
                         .pipe_out = true});
  ASSERT_TRUE(follower.ReadLine(kPatience)) << "it was let in";
  ASSERT_EQ(author_.Cli({"account", "remove", "yui"}).exit_status, 0);
  EXPECT_EQ(follower.WaitForExit(kPatience), 1);
}

TEST_F(TwoPersons, TheAuthorOfAPolicyIsTheAccountWhateverItSays) {
  const std::string policy = author_.folder() + "/trust.policy";
  const std::string file = community_.folder() + "/new.policy";
  WriteText(file, ReadText(policy) + "# by ren\n");
  ASSERT_EQ(As("ren", {"policy", "apply", file, "--yes", "--author", "sora"}).exit_status, 0);
  EXPECT_EQ(author_.Ask({"policy", "log"})["changes"][0]["author"], "ren");
}

// ---- killed amid an approval ----

struct Interrupted {
  const char* point;
  bool out;      // what a restart must find published
  bool waiting;  // ... and the draft, waiting to be approved
};
void PrintTo(const Interrupted& one, std::ostream* out) { *out << one.point; }

class KilledApproval : public TwoPersons, public testing::WithParamInterface<Interrupted> {
 protected:
  // Those of the action, as `result`.
  std::vector<std::string> Results(const std::string& action) {
    std::vector<std::string> results;
    const Json audit = author_.Ask({"audit"});
    for (const Json& entry : audit["entries"]) {
      if (entry["action"] == action) results.push_back(entry["result"].get<std::string>());
    }
    return results;
  }
  void StartAsReader(const NodeProcess::StartOptions& options) {
    setenv("RENKEI_TOKEN_FILE", TokenFile("yui").c_str(), 1);  // to wait for it
    author_.Start(options);
  }
};

TEST_P(KilledApproval, LeavesTheDraftWaitingOrItsRecordOutOnce) {
  const Interrupted& point = GetParam();
  const std::string draft = Submit("mika", "Scans");
  ASSERT_EQ(author_.Stop(), 0);
  StartAsReader({.program = "renkei-testing",
                 .environment = {{"RENKEI_TEST_FAULT", std::string(point.point) + ":kill"}}});
  ASSERT_EQ(As("ren", {"drafts", "show", draft}).exit_status, 0);
  EXPECT_EQ(As("ren", {"approve", draft}).exit_status, 1);
  ASSERT_TRUE(author_.WaitForExit());

  StartAsReader({});
  EXPECT_EQ(author_.Cli({"audit", "verify"}).exit_status, 0);
  EXPECT_EQ(Own(), point.out ? 1 : 0);
  const Json waiting = Ask("mika", {"drafts"})["drafts"];
  ASSERT_EQ(waiting.size(), point.waiting ? 1U : 0U) << waiting.dump();
  if (point.waiting) {
    EXPECT_EQ(Results("approve"), std::vector<std::string>{"interrupted"});
    ASSERT_EQ(As("sora", {"drafts", "show", draft}).exit_status, 0);
    EXPECT_EQ(As("sora", {"approve", draft}).exit_status, 0);
  } else {
    const std::vector<std::string> approved = Results("approve");
    const std::vector<std::string> published = Results("publish");
    ASSERT_FALSE(approved.empty() || published.empty());
    EXPECT_EQ(approved.back(), "approved");
    EXPECT_EQ(published.back(), "published");
  }
  EXPECT_EQ(Own(), 1);
  EXPECT_EQ(Ask("mika", {"drafts"})["drafts"].size(), 0U);
  EXPECT_EQ(author_.Cli({"audit", "verify"}).exit_status, 0);
  EXPECT_FALSE(RunProgram({"ls", author_.folder() + "/drafts"}).out.find("payload") !=
               std::string::npos)
      << "what was handed in is gone";
  // Its reader too has it once.
  Follower(reader_).WaitFor("the record",
                            [](const Json& line) { return line["kind"] == "incident"; });
  community_.WaitUntilCaughtUp(community_.hub());
  EXPECT_EQ(reader_.Status()["store"]["records"], 2) << "it, and the marker of the hub";
}

INSTANTIATE_TEST_SUITE_P(AtEachPoint, KilledApproval,
                         testing::Values(Interrupted{"draft.begun", false, true},
                                         Interrupted{"draft.published", true, false},
                                         Interrupted{"draft.recorded", true, false},
                                         Interrupted{"draft.half_removed", true, false}),
                         [](const auto& test) {
                           std::string name = test.param.point;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace renkei::testing_support
