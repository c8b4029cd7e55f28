// A hub and its members publish in each source mode, update and withdraw; one member keeps every
// byte that it is sent.
#include <gtest/gtest.h>

#include "config/assets.h"
#include "node/anonymize/leak_lint.h"
#include "node/base/encoding.h"
#include "tests/support/community.h"
#include "tests/support/raw_subscriber.h"

namespace renkei::testing_support {
namespace {

// What each author must never send, as its assets.toml lists it.
const std::vector<std::string> kPlanted = {"ledger7.kurogane.example", "203.0.113.77",
                                           "Kurogane Trading", "Hanako Sumitomo", "黒鉄商事"};

constexpr std::string_view kDraft = R"json({"renkei": 1, "kind": "incident", "tlp": "green",
  "sections": {
    "summary": {"title": ["%s at Kurogane Trading (黒鉄商事)"],
                "description": ["Hanako Sumitomo saw it on ledger7.kurogane.example"]},
    "indicators": {"indicators": [
      {"type": "domain", "value": "login-check.example", "actionable": true},
      {"type": "ipv4", "value": "203.0.113.77", "role": "target"}]},
    "victim": {"description": ["The ledger of Kurogane Trading"]}}})json";

std::string PlantedDraft(const std::string& title) {
  std::string text(kDraft);
  return text.replace(text.find("%s"), 2, title);
}

// A community whose hub releases every other second and has three officers.
class SourceModes : public testing::Test {
 protected:
  SourceModes() : community_(/*start_hub=*/false) {
    std::string officers;
    for (int i = 1; i <= 3; ++i) {
      const Ran made = MustRenkei({"escrow", "key", KeyFile(i)});
      officers += (i > 1 ? ", \"" : "\"") + made.out.substr(0, 64) + "\"";
    }
    EditText(community_.hub().folder() + "/node.toml",
             "# [escrow]\n# officers = [\"\", \"\", \"\"]",
             "[escrow]\nofficers = [" + officers + "]");
    community_.hub().Start(
        {.program = "renkei-testing", .environment = {{"RENKEI_TEST_RELEASE_SECONDS", "2"}}});
    community_.hub().Ask(
        {"circles", "set", "members", "--source", "anonymous", "--source", "pseudonymous"});
    for (const std::string slug : {"alpha", "beta", "gamma", "delta"}) {
      NodeProcess& member = community_.Add(slug, "accredited", {.start = false});
      EditText(member.folder() + "/assets.toml", "# \"192.0.2.0/24\",", "\"203.0.113.0/24\",");
      EditText(member.folder() + "/assets.toml", "# \"alpha.example\",", "\"kurogane.example\",");
      EditText(member.folder() + "/assets.toml", "people = [", "people = [\"Hanako Sumitomo\",");
      EditText(member.folder() + "/assets.toml", "organization = [",
               "organization = [\"Kurogane Trading\", \"黒鉄商事\",");
      member.Start();
    }
    // Five share the level; the fifth is whose keys the capture shows.
    community_.Add("epsilon", "accredited", {.start = false});
    for (const std::string slug : {"alpha", "beta", "gamma", "delta"}) {
      WaitUntil(slug + " knows the charter", [&] {
        const Json circles = community_.member(slug).Ask({"circles"})["circles"];
        return circles.size() == 1 && circles[0]["sources"].size() == 3;
      });
    }
  }

  std::string KeyFile(int officer) const {
    return community_.folder() + "/officer-" + std::to_string(officer) + ".key";
  }
  NodeProcess& Member(const std::string& slug) { return community_.member(slug); }
  void WaitForState(const std::string& reader, const std::string& id, int revision,
                    const std::string& state) {
    WaitUntil(reader + " has revision " + std::to_string(revision), [&] {
      const auto shown = Member(reader).Show(id);
      return shown && (*shown)["revision"] == revision && (*shown)["state"] == state;
    });
  }

  Community community_;
};

// Whether one of the planted strings stands in what was captured: as it is, in a decoded form, or
// in the form in which a careless hop would have sent it.
void ExpectClean(const feed::OfferedRecord& offered, const anonymize::LeakLint& lint) {
  Bytes bytes = offered.record;
  for (const auto& one : offered.attestations) bytes += one.SerializeAsString();
  const auto record = record::Open(offered.record);
  ASSERT_TRUE(record.ok());
  for (const std::string& planted : kPlanted) {
    for (const std::string& form : {planted, HexEncode(planted), Base64Encode(planted),
                                    std::string(planted.rbegin(), planted.rend())}) {
      EXPECT_EQ(bytes.find(form), Bytes::npos) << planted;
    }
  }
  record::AnonymizedDraft::EncodedSections sections;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto id = static_cast<policy::SectionId>(i);
    if (record->Holds(id)) sections[i] = record->section(id).value;
  }
  record::DraftHeader header;
  header.tags = record->header().tags;
  header.sectors = record->header().sectors;
  for (const auto& finding : lint.Check(header, sections)) ADD_FAILURE() << finding;
  if (record->header().source == policy::SourceMode::kAttributed) return;
  for (const std::string slug : {"alpha", "beta", "gamma", "delta"}) {
    EXPECT_EQ(bytes.find(slug), Bytes::npos) << slug;
  }
}

TEST_F(SourceModes, AMemberReceivesNoneOfTheOwnStringsInAnyMode) {
  const auto connection =
      DialRaw(community_.hub().Address(), ReadPeerKeys(community_.folder() + "/epsilon"));
  RawSubscriber capture(*connection);
  const std::map<std::string, std::string> mode_of = {{"alpha", "anonymous"},
                                                      {"beta", "pseudonymous"},
                                                      {"gamma", "attributed"},
                                                      {"delta", "anonymous"}};
  std::map<std::string, std::string> ids;
  for (const auto& [slug, mode] : mode_of) {
    ids[slug] = Member(slug).PublishText(PlantedDraft("Intrusion " + mode),
                                         {"--source", mode, "--reviewed"});
  }
  const auto reader_of = [](const std::string& slug) {
    return std::string(slug == "gamma" ? "alpha" : "gamma");
  };
  for (const auto& [slug, id] : ids) {
    WaitForState(reader_of(slug), id, 1, "live");
    capture.WaitForRecord(id);
    const Json shown = *Member(reader_of(slug)).Show(id);
    EXPECT_EQ(shown["source"], mode_of.at(slug));
    EXPECT_EQ(shown["author"], mode_of.at(slug) == "attributed" ? slug : "");
    EXPECT_EQ((*community_.hub().Show(id))["author"], shown["author"]);
  }
  // The author still owns what nobody else can tell is its own, also after a restart.
  for (const auto& [slug, id] : ids) {
    ASSERT_EQ(Member(slug).Stop(), 0);
    Member(slug).Start();
    EXPECT_EQ((*Member(slug).Show(id))["own"], true);
    const std::string file = community_.folder() + "/" + slug + "-update.json";
    WriteText(file, PlantedDraft("More on it"));
    EXPECT_EQ(Member(slug).Ask({"update", id, file, "--reviewed"})["revision"], 2);
  }
  for (const auto& [slug, id] : ids) WaitForState(reader_of(slug), id, 2, "live");
  for (const auto& [slug, id] : ids) {
    Member(slug).Ask({"withdraw", id, "--reason", "mistake"});
  }
  for (const auto& [slug, id] : ids) WaitForState(reader_of(slug), id, 3, "withdrawn");
  WaitUntil("the author sees its own come back",
            [&] { return (*Member("alpha").Show(ids["alpha"]))["came_back"] == true; });

  WaitUntil("the capture has every withdrawal", [&] {
    std::size_t withdrawals = 0;
    for (const feed::OfferedRecord& offered : capture.records()) {
      const auto record = record::Open(offered.record);
      withdrawals += record.ok() && record->header().kind == policy::Kind::kWithdrawal ? 1 : 0;
    }
    return withdrawals == ids.size();
  });

  config::Assets assets;
  assets.networks = {"203.0.113.0/24"};
  assets.domains = {"kurogane.example"};
  assets.organizations = {"Kurogane Trading", "黒鉄商事"};
  assets.people = {"Hanako Sumitomo"};
  const anonymize::OwnAssets own(assets);
  const anonymize::LeakLint lint(own);
  const std::vector<feed::OfferedRecord> captured = capture.records();
  EXPECT_GE(captured.size(), 3 * ids.size());
  for (const feed::OfferedRecord& offered : captured) ExpectClean(offered, lint);
  community_.StopAll();
}

TEST_F(SourceModes, TwoOfThreeOfficersOpenAPseudonymAndItIsWrittenDown) {
  const std::string id = Member("beta").PublishText(PlantedDraft("by a pseudonym"),
                                                    {"--source", "pseudonymous", "--reviewed"});
  Member("alpha").WaitForRecord(id);
  NodeProcess& hub = community_.hub();
  const std::string half = community_.folder() + "/half";
  const Ran opened =
      hub.Cli({"escrow", "open", id, "--reason", "flood", "--key", KeyFile(3), "--half", half});
  ASSERT_EQ(opened.exit_status, 0) << opened.err;
  // Whose word it must be is known at any node.
  const std::string key = Member("alpha").Ask({"status"})["community_state"]["hub_key"];
  // The same officer twice is one officer.
  EXPECT_EQ(
      Renkei({"escrow", "open", "--from", half, "--key", KeyFile(3), "--hub", key}).exit_status, 1);
  const Ran second =
      MustRenkei({"escrow", "open", "--from", half, "--key", KeyFile(1), "--hub", key, "--json"});
  EXPECT_NE(second.out.find("\"team\": \"beta\""), std::string::npos) << second.out;
  const Json named = Json::parse(second.out);
  EXPECT_NE(opened.out.find(named["pseudonym"].get<std::string>()), std::string::npos);
  const Ran other = Renkei(
      {"escrow", "open", "--from", half, "--key", KeyFile(1), "--hub", std::string(64, 'a')});
  EXPECT_EQ(other.exit_status, 1);
  EXPECT_NE(other.err.find("do not act on it"), std::string::npos) << other.err;
  const Json at_once = hub.Ask(
      {"escrow", "open", id, "--reason", "again", "--key", KeyFile(1), "--key", KeyFile(2)});
  EXPECT_EQ(at_once["team"], "beta");
  const Json log = hub.Ask({"escrow", "log"});
  ASSERT_EQ(log["openings"].size(), 2U);
  EXPECT_EQ(log["openings"][0]["record"], id);
  EXPECT_NE(hub.log().find("escrow.opened"), std::string::npos);
  // Members have nothing to open, and an anonymous record has no name.
  EXPECT_EQ(Member("alpha")
                .Cli({"escrow", "open", id, "--reason", "x", "--key", KeyFile(1), "--half", half})
                .exit_status,
            1);
  community_.StopAll();
}

TEST(SourceModesAlone, WhoHasNobodyToHideAmongIsTold) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  const std::string id = author.PublishText(
      R"({"renkei": 1, "kind": "indicators", "tlp": "green", "sections": {"indicators": {)"
      R"("indicators": [{"type": "ipv4", "value": "198.51.100.7", "actionable": true}]}}})",
      {"--source", "anonymous"});
  WaitUntil("the hub's refusal is told",
            [&] { return (*author.Show(id))["refused"].get<std::string>() != ""; });
  const Json shown = *author.Show(id);
  EXPECT_NE(shown["refused"].get<std::string>().find("fewer than five"), std::string::npos)
      << shown["refused"];
  EXPECT_EQ(shown["came_back"], false);
  EXPECT_EQ(author.Ask({"why", id, "--peer", "hub"})["state"], "refused");
  EXPECT_FALSE(community.hub().Show(id).has_value());
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
