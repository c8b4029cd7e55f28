// `renkei import`: a file of others waits as a draft until somebody has looked at it.

#include <string>

#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

constexpr char kMapping[] =
    "\n[import.csv.partner]\ntlp = \"green\"\ntitle = \"A partner's list\"\n"
    "[import.csv.partner.header]\nvalue = \"IOC\"\ntype = \"Art\"\n";

class Importing : public testing::Test {
 protected:
  Importing()
      : author_(community_.Add("author", "accredited")),
        reader_(community_.Add("reader", "listed")) {
    EditText(author_.folder() + "/node.toml", "[heartbeat]",
             std::string(kMapping) + "\n[heartbeat]");
    author_.Ask({"reload"});
    WriteText(File("partner.csv"), "Art,IOC,Internal\ndomain,evil[.]example,7\n");
  }
  ~Importing() override { community_.StopAll(); }

  std::string File(const std::string& name) const { return community_.folder() + "/" + name; }

  Community community_;
  NodeProcess& author_;
  NodeProcess& reader_;
};

TEST_F(Importing, LeavesADraftThatGoesOutOnceItWasLookedAt) {
  const Json answer = author_.Ask({"import", File("partner.csv")})["files"][0];
  EXPECT_EQ(answer["result"], "pending");
  EXPECT_EQ(answer["draft"], 1);
  EXPECT_EQ(answer["records"], 1);
  EXPECT_EQ(answer["imports"][0]["attributes_mapped"], 1);
  EXPECT_EQ(answer["imports"][0]["not_mapped"][0]["place"], "line[2].Internal");
  EXPECT_EQ(author_.Status()["store"]["own"], 0) << "nothing is published";

  const Ran unseen = author_.Cli({"approve", "1"});
  EXPECT_EQ(unseen.exit_status, 3);
  EXPECT_NE(unseen.err.find("nobody has looked at it"), std::string::npos) << unseen.err;

  const Json shown = author_.Ask({"drafts", "show", "1"});
  EXPECT_EQ(shown["records"][0]["header"]["tlp"], "green") << shown.dump(2);
  const Json approved = author_.Ask({"approve", "1"});
  EXPECT_EQ(approved["result"], "approved");
  const std::string id = approved["answer"]["drafts"][0]["id"].get<std::string>();
  reader_.WaitForRecord(id);
  const Json got = reader_.Ask({"show", id});
  EXPECT_EQ(got["sections"]["indicators"]["indicators"][0]["value"], "evil.example");
  EXPECT_EQ(author_.Ask({"drafts"})["drafts"].size(), 0U);
}

TEST_F(Importing, SaysWhatItDidAndMayBeRejected) {
  WriteText(File("list.txt"), "198.51.100.7\nlogin page\nevil.example\n");
  const Ran said = author_.Cli({"import", File("list.txt")});
  EXPECT_EQ(said.exit_status, 0) << said.err;
  EXPECT_NE(said.out.find("draft 1, 1 record(s): indicators\n"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("not taken along: no address"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("2 of 3 attributes taken along"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("renkei drafts show 1"), std::string::npos) << said.out;
  EXPECT_EQ(author_.Ask({"reject", "1"})["result"], "rejected");
  EXPECT_EQ(author_.Status()["store"]["own"], 0);
}

TEST_F(Importing, AMappingThatNobodyWroteIsNamed) {
  const Ran said = author_.Cli({"import", File("partner.csv"), "--mapping", "partnr"});
  EXPECT_EQ(said.exit_status, 1);
  EXPECT_NE(said.err.find("there is no mapping `partnr` in node.toml (did you mean `partner`?)"),
            std::string::npos)
      << said.err;
}

TEST_F(Importing, AnIodefDocumentIsPublishedAndComesOutAsOne) {
  WriteText(File("incident.xml"),
            "<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident "
            "purpose=\"watch\" restriction=\"green\"><IncidentID name=\"c.example\">1</IncidentID>"
            "<IndicatorData><Indicator><IndicatorID name=\"c\" version=\"1\">a</IndicatorID>"
            "<Observable><Address category=\"ipv4-addr\">198.51.100.7</Address></Observable>"
            "</Indicator></IndicatorData></Incident></IODEF-Document>");
  const Json published = author_.Ask({"publish", File("incident.xml")})["files"][0]["drafts"][0];
  EXPECT_EQ(published["result"], "published") << published.dump(2);
  reader_.WaitForRecord(published["id"].get<std::string>());
  const Ran document = reader_.Cli({"export", "iodef"});
  EXPECT_EQ(document.exit_status, 0) << document.err;
  EXPECT_NE(document.out.find("<Address category=\"ipv4-addr\">198.51.100.7</Address>"),
            std::string::npos)
      << document.out;
}

}  // namespace
}  // namespace renkei::testing_support
