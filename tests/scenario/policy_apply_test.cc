// `policy apply`, `log`, `show`, `revert` on a real hub with a real member: what is refused leaves
// everything as it was; what is applied reaches the member at once, and so does its end; a kill
// between the steps leaves file, store and history at one.

#include <algorithm>
#include <csignal>

#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

bool HoldsSection(const std::optional<Json>& shown, const std::string& section) {
  if (!shown) return false;
  const Json& held = (*shown)["held"];
  return std::find(held.begin(), held.end(), section) != held.end();
}

class PolicyApply : public testing::Test {
 protected:
  Community community_;
  NodeProcess& hub_ = community_.hub();
  const std::string policy_ = hub_.folder() + "/trust.policy";
  const std::string text_ = ReadText(policy_);
  const std::string file_ = community_.folder() + "/new.policy";

  std::string Digest() const { return hub_.Status()["policy"]["digest"].get<std::string>(); }
  Json Log() const { return hub_.Ask({"policy", "log"})["changes"]; }

  // The policy with `from` replaced by `to`, and a higher version, in `file_`.
  std::string Write(const std::string& from, const std::string& to) const {
    WriteText(file_, text_);
    EditText(file_, "version 1\n", "version 2\n");
    EditText(file_, from, to);
    return ReadText(file_);
  }
};

TEST_F(PolicyApply, RefusedAppliedShownAndReverted) {
  NodeProcess& author = community_.Add("author", "accredited");
  NodeProcess& reader = community_.Add("reader", "accredited");
  const std::string amber = author.PublishText(DraftText("amber", R"("tlp": "amber")"));
  reader.WaitForRecord(amber);
  ASSERT_FALSE(HoldsSection(reader.Show(amber), "victim"));
  const std::string before = Digest();

  // Refused: a test of the file fails.
  Write("to level < certified on embargo", "to level < certified on exercise");
  const Ran refused = hub_.Cli({"policy", "apply", file_, "--yes"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_NE(refused.err.find("fails: "), std::string::npos) << refused.err;
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(ReadText(policy_), text_);
  EXPECT_EQ(Log().size(), 1u);

  // Nobody can be asked.
  Write("set analysis = technical impact timeline response",
        "set analysis = technical impact timeline response victim");
  EditText(file_, "expect see analysis, comment, relay indicators; not see victim contact",
           "expect see analysis, comment, relay indicators; not see contact");
  EditText(file_, "see victim contact\n      when level < certified",
           "see contact\n      when level < certified");
  EXPECT_EQ(hub_.Cli({"policy", "apply", file_}).exit_status, 2);
  EXPECT_EQ(hub_.Ask({"policy", "apply", file_, "--dry-run"})["result"], "would be applied");
  EXPECT_EQ(Digest(), before);

  // Applied: the member gains what it did not see.
  const Json applied =
      hub_.Ask({"policy", "apply", file_, "--yes", "--author", "anna", "--note", "victims"});
  EXPECT_EQ(applied["result"], "applied");
  EXPECT_EQ(ReadText(policy_), ReadText(file_));
  WaitUntil("the victim comes", [&] { return HoldsSection(reader.Show(amber), "victim"); });

  const Json why = hub_.Ask({"why", amber, "--peer", "reader"});
  EXPECT_EQ(why["state"], "delivered");
  ASSERT_EQ(why["periods"].size(), 2u) << why.dump(2);
  EXPECT_EQ(why["periods"][0]["policy"], before);
  EXPECT_EQ(why["periods"][1]["policy"], Digest());

  // Reverted: it is taken back.
  EXPECT_EQ(hub_.Ask({"policy", "revert", "1", "--yes"})["result"], "applied");
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(ReadText(policy_), text_);
  WaitUntil("the victim is taken back",
            [&] { return !HoldsSection(reader.Show(amber), "victim"); });
  EXPECT_EQ(hub_.Ask({"explain", amber, "--peer", "reader", "--section", "victim", "--policy",
                      file_})["exists"],
            true)
      << "the same under the other policy";
  EXPECT_EQ(hub_.Ask({"explain", amber, "--peer", "level=listed circles={members}"}, 3)["exists"],
            false);

  const Json log = Log();
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0]["how"], "revert");
  EXPECT_EQ(log[1]["author"], "anna");
  EXPECT_EQ(log[1]["note"], "victims");
  EXPECT_EQ(log[1]["changes"][0], "changes set analysis");
  EXPECT_EQ(log[2]["how"], "init");
  EXPECT_EQ(hub_.Cli({"policy", "show", "2"}).out, ReadText(file_));

  // Stopped, it says the same.
  const std::string said = hub_.Cli({"policy", "log"}).out;
  community_.StopAll();
  EXPECT_EQ(hub_.Cli({"policy", "log"}).out, said);
  EXPECT_EQ(hub_.Cli({"policy", "show", "1"}).out, text_);
  EXPECT_EQ(hub_.Cli({"policy", "show", "4"}).exit_status, 1);
}

TEST_F(PolicyApply, CheckAndApplyKnowTheRosterAndTheCharters) {
  community_.Add("reader", "listed");
  EXPECT_EQ(hub_.Cli({"policy", "check", policy_, "--strict"}).exit_status, 0);
  Write("circles members\n", "circles members, energy\n");
  const Json checked = hub_.Ask({"policy", "check", file_, "--strict"}, 1);
  EXPECT_EQ(checked["community"], true);
  ASSERT_EQ(checked["findings"].size(), 1u) << checked.dump(2);
  EXPECT_EQ(checked["findings"][0]["message"], "nobody is in circle `energy`");
  const Json warned = hub_.Ask({"policy", "apply", file_, "--dry-run"});
  ASSERT_EQ(warned["warnings"].size(), 1u) << warned.dump(2);
  EXPECT_NE(warned["warnings"][0].get<std::string>().find("nobody is in circle `energy`"),
            std::string::npos);
  // A level that no charter has is refused by both.
  Write("accredited < certified\n", "accredited < certified < chartered\n");
  EXPECT_EQ(hub_.Cli({"policy", "check", file_}).exit_status, 1);
  EXPECT_EQ(hub_.Cli({"policy", "apply", file_, "--yes"}).exit_status, 1);
  community_.StopAll();
}

TEST_F(PolicyApply, KilledBeforeTheFileItIsForgotten) {
  Write("deny d-police", "deny d-officers");
  const std::string before = Digest();
  ASSERT_EQ(hub_.Stop(), 0);
  hub_.Start({.program = "renkei-testing",
              .environment = {{"RENKEI_TEST_FAULT", "policy.before_file:kill"}}});
  EXPECT_EQ(hub_.Cli({"policy", "apply", file_, "--yes"}).exit_status, 1);
  EXPECT_EQ(hub_.WaitForExit(), 128 + SIGKILL);
  EXPECT_EQ(ReadText(policy_), text_);
  hub_.Start();
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(Log().size(), 1u);
  community_.StopAll();
}

TEST_F(PolicyApply, KilledAfterTheFileItIsInForceAndRecorded) {
  Write("deny d-police", "deny d-officers");
  ASSERT_EQ(hub_.Stop(), 0);
  hub_.Start({.program = "renkei-testing",
              .environment = {{"RENKEI_TEST_FAULT", "policy.after_file:kill"}}});
  EXPECT_EQ(hub_.Cli({"policy", "apply", file_, "--yes", "--author", "anna"}).exit_status, 1);
  EXPECT_EQ(hub_.WaitForExit(), 128 + SIGKILL);
  hub_.Start();
  EXPECT_EQ(ReadText(policy_), ReadText(file_));
  const Json log = Log();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0]["author"], "anna");
  EXPECT_EQ(log[0]["how"], "apply");
  EXPECT_EQ(log[0]["digest"], Digest());
  community_.StopAll();
}

TEST_F(PolicyApply, AFailureAfterTheFilePutsTheOldOneBack) {
  Write("deny d-police", "deny d-officers");
  const std::string before = Digest();
  ASSERT_EQ(hub_.Stop(), 0);
  hub_.Start({.program = "renkei-testing",
              .environment = {{"RENKEI_TEST_FAULT", "policy.after_file:error"}}});
  EXPECT_EQ(hub_.Cli({"policy", "apply", file_, "--yes"}).exit_status, 1);
  EXPECT_EQ(ReadText(policy_), text_);
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(Log().size(), 1u);
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
