// People are told by mail, through a real MTA of its own: exim, on loopback, in the test's folder.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/mail_servers.h"

namespace renkei::testing_support {
namespace {

class PushMail : public testing::Test {
 protected:
  void AddTarget(const std::string& ca, const std::string& to, const std::string& more = "") const {
    WriteText(config_, text_ + fmt::format("\n[[push]]\nname = \"people\"\nkind = \"mail\"\n"
                                           "address = \"{}\"\nca = \"{}\"\n"
                                           "from = \"renkei@team.example\"\n{}"
                                           "[[push.rule]]\nto = [{}]\nkinds = [\"incident\"]\n",
                                           mta_.address(), ca, more, to));
    beta_.Ask({"reload"});
  }
  Json Target() const { return beta_.Ask({"push", "list"})["push"][0]; }

  Mta mta_;
  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited");
  NodeProcess& beta_ = community_.Add("beta", "accredited");
  const std::string config_ = beta_.folder() + "/node.toml";
  const std::string text_ = ReadText(config_);
};

TEST_F(PushMail, ARecordAndItsWithdrawalAreToldAndAcknowledged) {
  AddTarget(mta_.certificate(), "\"duty@team.example\"");
  ASSERT_EQ(beta_.Cli({"push", "test", "people"}).exit_status, 0);
  mta_.WaitFor("a test of renkei push");
  const std::string id = alpha_.PublishText(DraftText("A Title That Stays", R"("tlp": "amber")"));
  const std::string brief = id.substr(0, 8);
  mta_.WaitFor("Subject: [TLP:AMBER] incident " + brief + " from members");
  EXPECT_NE(mta_.Mailbox().find("with esmtps"), std::string::npos) << "not over TLS";
  EXPECT_EQ(mta_.Mailbox().find("A Title That Stays"), std::string::npos);
  EXPECT_NE(mta_.Mailbox().find(id), std::string::npos);
  ASSERT_EQ(beta_.Cli({"ack", brief, "--by", "mika"}).exit_status, 0);
  ASSERT_EQ(beta_.Cli({"ack", brief, "--by", "noor"}).exit_status, 0);
  ASSERT_EQ(beta_.Cli({"ack", brief, "--by", "mika"}).exit_status, 0);
  const Json acks = (*beta_.Show(id))["acknowledged"];
  ASSERT_EQ(acks.size(), 2u);
  EXPECT_EQ(acks[0]["by"], "mika");
  ASSERT_EQ(alpha_.Cli({"withdraw", id, "--reason", "mistake"}).exit_status, 0);
  mta_.WaitFor("[TLP:AMBER] withdrawn: " + brief);
}

TEST_F(PushMail, AMailboxThatIsGoneHoldsUpNobodyElse) {
  AddTarget(mta_.certificate(), "\"duty@team.example\", \"gone@team.example\"");
  const std::string id = alpha_.PublishText(DraftText("told to one of two"));
  mta_.WaitFor("incident " + id.substr(0, 8));
  WaitUntil("it is said", [&] { return Target().contains("last_error"); });
  EXPECT_NE(std::string(Target()["last_error"]).find("550"), std::string::npos);
}

TEST_F(PushMail, AServerThatProvesNothingGetsNothing) {
  AddTarget(beta_.folder() + "/keys/ca.crt", "\"duty@team.example\"");
  const Ran test = beta_.Cli({"push", "test", "people"});
  EXPECT_EQ(test.exit_status, 1);
  EXPECT_NE(test.err.find("certificate"), std::string::npos) << test.err;
  EXPECT_EQ(mta_.Mailbox(), "");
}

}  // namespace
}  // namespace renkei::testing_support
