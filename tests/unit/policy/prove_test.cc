#include "policy/prove.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policy/models.h"
#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

// A grant of everything to whoever shares a circle: what each line below forbids is there, unless a
// deny takes it.
constexpr char kAll[] = "grant g to in circle allow all\n";

class ProveTest : public ::testing::TestWithParam<Engine> {
 protected:
  Proof Prove(const std::string& rules, const Loader& loader = {}) const {
    return ProveAll(*MustParse(WithHeader(rules)), loader, {.engine = GetParam()}).back();
  }
  // The counterexample's facts of the peer and of the record.
  static std::string Facts(const Proof& proof) {
    const std::size_t peer = proof.counterexample.find("     peer ");
    if (proof.result != Proof::Result::kRefuted || peer == std::string::npos) {
      return fmt::format("{}: {}", ToWord(proof.result), proof.why);
    }
    const std::size_t expect = proof.counterexample.find("\n     expect ", peer);
    std::string facts = proof.counterexample.substr(peer + 10, expect - peer - 10);
    const std::size_t record = facts.find("\n     record ");
    return facts.replace(record, 13, " | ");
  }
  std::string Broken(const std::string& rules) const { return Facts(Prove(rules)); }
};

std::vector<Engine> Engines() {
  std::vector<Engine> engines = {Engine::kEnumerate};
  if (HasEngine(Engine::kZ3)) engines.push_back(Engine::kZ3);
  return engines;
}

INSTANTIATE_TEST_SUITE_P(Engines, ProveTest, ::testing::ValuesIn(Engines()),
                         [](const auto& engine) { return std::string(ToWord(engine.param)); });

TEST_P(ProveTest, ANeverThatADenyKeepsIsProved) {
  const Proof proof = Prove(std::string(kAll) +
                            "deny d to anyone on tlp >= red forbid relay all\n"
                            "never \"red is relayed\" relay all when tlp >= red\n");
  EXPECT_EQ(proof.result, Proof::Result::kProved) << proof.why << proof.counterexample;
  EXPECT_EQ(proof.engine, GetParam());
  EXPECT_EQ(proof.counterexample, "");
  EXPECT_EQ(proof.text, "never \"red is relayed\" relay all when tlp >= red");
  EXPECT_EQ(proof.line, 6);
}

TEST_P(ProveTest, ANeverThatLeaksPrintsATestToPaste) {
  const Proof proof = Prove(
      "grant g to level >= certified in circle on tlp <= amber allow exist, see victim\n"
      "never \"the victim of amber\" see victim contact when tlp >= amber\n");
  EXPECT_EQ(proof.result, Proof::Result::kRefuted) << proof.why;
  EXPECT_EQ(proof.counterexample,
            "test \"counterexample: the victim of amber\"\n"
            "     peer level=certified circles={energy}\n"
            "     record circles={energy} tlp=amber\n"
            "     expect not see victim\n");
  EXPECT_EQ(proof.explanation, "in energy: grant g (line 4) allows see victim");
}

TEST_P(ProveTest, AnAlwaysThatFailsExpectsWhatIsWithheld) {
  const Proof proof = Prove(
      "grant g to in circle allow exist, see techniques caveats\n"
      "deny d to level < accredited on embargo forbid see caveats\n"
      "always \"caveats with techniques\" see caveats when see techniques\n");
  EXPECT_EQ(proof.counterexample,
            "test \"counterexample: caveats with techniques\"\n"
            "     peer level=listed circles={energy}\n"
            "     record circles={energy} tlp=clear embargo\n"
            "     expect see caveats\n");
  EXPECT_EQ(proof.explanation, "in energy: deny d (line 5) forbids see caveats");
}

TEST_P(ProveTest, EachAttributeHasItsCorner) {
  const auto never = [&](const std::string& rules, const std::string& when) {
    return Broken(std::string(kAll) + rules + "never \"n\" exist when " + when + "\n");
  };
  EXPECT_EQ(never("", "level < listed"), "rung=1 circles={energy} | circles={energy} tlp=clear");
  EXPECT_EQ(never("", "tag in {a} and not tag in {b, c}"),
            "level=listed circles={energy} | circles={energy} tlp=clear tags={a}");
  EXPECT_EQ(
      never("deny d to anyone on type in {fraud} forbid all\n", "type in {fraud, intrusions}"),
      "level=listed circles={energy} | circles={energy} tlp=clear type=intrusions");
  EXPECT_EQ(never("deny d to anyone on type in {fraud/phishing, fraud/masquerade} forbid all\n",
                  "type in {fraud}"),
            "level=listed circles={energy} | circles={energy} tlp=clear type=fraud");
  EXPECT_EQ(never("deny d to anyone on kind in {incident, sighting} forbid all\n", "anyone"),
            "level=listed circles={energy} | circles={energy} kind=indicators tlp=clear");
  EXPECT_EQ(never("deny d to anyone on source in {attributed, anonymous} forbid all\n", "anyone"),
            "level=listed circles={energy} | circles={energy} tlp=clear source=pseudonymous");
  EXPECT_EQ(never("", "severity >= high"),
            "level=listed circles={energy} | circles={energy} tlp=clear severity=high");
  EXPECT_EQ(never("", "pap >= amber and tlp >= amber+strict"),
            "level=listed circles={energy} | circles={energy} tlp=amber+strict pap=amber");
  EXPECT_EQ(never("deny d to team in {alpha} forbid all\n", "recipient and own and exercise"),
            "level=listed circles={energy} team=another-team recipient own | circles={energy} "
            "tlp=clear exercise");
  EXPECT_EQ(never("deny d to peer in {guest, observer} forbid all\n", "not peer in {member}"),
            "level=listed circles={energy} kind=hub | circles={energy} tlp=clear");
}

TEST_P(ProveTest, UnknownAttributesSatisfyEveryDenyAndNoGrant) {
  // Who has no team is denied as the named ones are, and who has no sector has none in common.
  EXPECT_TRUE(Prove("grant g to same-sector allow all\n"
                    "never \"n\" exist when not same-sector\n")
                  .proved());
  EXPECT_TRUE(Prove(std::string(kAll) +
                    "deny d to team in {alpha} forbid all\n"
                    "deny e to team in {beta} on tlp >= red forbid see victim\n"
                    "always \"a\" exist when see victim and not team in {beta}\n")
                  .proved());
  EXPECT_EQ(Broken("grant g to country in {at} on severity >= low allow exist\n"
                   "never \"n\" exist when not severity >= high\n"),
            "level=listed circles={energy} country=at | circles={energy} tlp=clear severity=low");
}

TEST_P(ProveTest, ADenyOverAnUnknownIsToldInTheTest) {
  // A named team of another name keeps its caveats; only one whose name is unknown lacks them.
  const Proof proof = Prove(std::string(kAll) +
                            "deny a to team in {alpha} forbid see caveats\n"
                            "always \"caveats\" see caveats when not team in {alpha}\n");
  EXPECT_EQ(proof.counterexample,
            "test \"counterexample: caveats\"\n"
            "     peer level=listed circles={energy} unknown={team}\n"
            "     record circles={energy} tlp=clear\n"
            "     expect see caveats\n");
}

// What a team says of itself does not lift a deny off it.
TEST_P(ProveTest, AClaimThatNobodyTrustsEvadesNoDeny) {
  for (const char* trusted : {"hub", "hub, sponsors", "sponsors"}) {
    EXPECT_TRUE(Prove(fmt::format("trust sector by {}\n{}"
                                  "deny d to not same-sector forbid see victim\n"
                                  "never \"n\" see victim when not same-sector\n",
                                  trusted, kAll))
                    .proved());
    EXPECT_TRUE(Prove(fmt::format("trust country by {}\n{}"
                                  "deny d to not same-country country in {{jp}} forbid see victim\n"
                                  "deny e everywhere to country in {{at}} forbid see victim\n"
                                  "never \"n\" see victim when not same-country and not country "
                                  "in {{de}} and country in {{at, jp}}\n",
                                  trusted, kAll))
                    .proved());
  }
}

// A leak would have to lack what closure asks of it anyway: nothing to search for in many circles.
TEST_P(ProveTest, WhatClosureNeedsIsNotMissing) {
  const auto policy = MustParse(
      "policy \"random\" version 1\nlevels low < mid < high\ncircles one, two, three\n"
      "set pack = summary techniques\n"
      "trust sector by hub, sponsors; country by self, hub\n"
      "grant r0 to in circle on type in {availability/ddos, intrusions} allow see pack all, query\n"
      "grant r1 to country in {jp} on kind in {sighting, incident} allow see caveats summary, "
      "exist\n"
      "deny r2 to not same-country on embargo forbid exist, see summary indicators\n"
      "grant r3 to country in {jp, at} in circle on tag in {vip, ot}\n"
      "      allow exist, see caveats pack, relay summary victim, sight\n"
      "grant r4 to level >= high allow see indicators summary, relay pack all, query\n"
      "grant r5 to team in {beta, alpha} on pap <= amber\n"
      "      allow exist, see victim summary, relay victim all\n"
      "grant r6 to recipient on source in {attributed, anonymous} tlp <= red\n"
      "      allow see indicators all\n"
      "always \"line 0\" see caveats when not level < low and relay all\n");
  const Proof proof = ProveAll(*policy, {}, {.engine = GetParam()}).front();
  EXPECT_TRUE(proof.proved()) << proof.why;
}

TEST_P(ProveTest, ClaimsThatNobodyTrustsAreTold) {
  const Loader narrow = [](std::string_view) -> absl::StatusOr<std::string> {
    return "policy \"n\" version 1\nlevels listed < accredited < certified\n"
           "grant g to country in {jp} allow exist\n";
  };
  const auto policy = MustParse(
      "policy \"w\" version 1\nlevels listed < accredited < certified\ncircles energy\n"
      "trust country by hub, self\ngrant g to country in {jp} allow exist\n"
      "narrower than \"n.policy\"\n");
  const Proof proof = ProveAll(*policy, narrow, {.engine = GetParam()}).front();
  EXPECT_EQ(proof.counterexample,
            "test \"counterexample: narrower than n.policy\"\n"
            "     peer level=listed circles={energy} country=jp country.by={self, sponsors}\n"
            "     record circles={energy} tlp=clear\n"
            "     expect not exist\n");
}

TEST_P(ProveTest, CirclesThatTheFileDoesNotNameCount) {
  const Proof proof = Prove(
      "grant g to in circle {vendors-*} allow exist, see summary\n"
      "never \"n\" see summary when not in circle {energy}\n");
  EXPECT_EQ(proof.counterexample,
            "circles vendors-a\n"
            "test \"counterexample: n\"\n"
            "     peer level=listed circles={vendors-a}\n"
            "     record circles={vendors-a} tlp=clear\n"
            "     expect not see summary\n");
  EXPECT_EQ(Broken("grant g to in circle allow exist\n"
                   "never \"n\" exist when not in circle {energy*, finance, national}\n"),
            "level=listed circles={another-circle} | circles={another-circle} tlp=clear");
}

TEST_P(ProveTest, OneCircleCanTellWhatAnotherGives) {
  const Proof proof = Prove(
      "grant g to in circle {energy} allow see victim\n"
      "grant h to level >= certified in circle {finance} allow exist\n"
      "never \"n\" see victim when level < certified\n");
  EXPECT_EQ(Facts(proof),
            "level.energy=listed level.finance=certified circles={energy, finance} | "
            "circles={energy, finance} tlp=clear");
  EXPECT_EQ(
      proof.explanation,
      "in energy: grant g (line 4) allows see victim; in finance: grant h (line 5) allows exist");
  // Alone, nobody knows of the record.
  EXPECT_TRUE(Prove("grant g to in circle {energy} allow see victim\n"
                    "never \"n\" see victim when level < certified\n")
                  .proved());
  // An unnamed record names one circle.
  EXPECT_TRUE(Prove("grant g to in circle {energy} on source in {anonymous} allow see victim\n"
                    "grant h to in circle {finance} allow exist\n"
                    "never \"n\" see victim when level < certified\n")
                  .proved());
}

TEST_P(ProveTest, OnlyRecordsThatAHeaderAllowsCount) {
  EXPECT_TRUE(
      Prove(std::string(kAll) + "never \"n\" exist when tag in {a} and source in {anonymous}\n")
          .proved());
  EXPECT_TRUE(Prove(std::string(kAll) + "never \"n\" exist when own and source in {pseudonymous}\n")
                  .proved());
  EXPECT_TRUE(Prove(std::string(kAll) + "never \"n\" exist when not pap <= red\n").proved());
}

TEST_P(ProveTest, NarrowerComparesWithTheOtherFile) {
  const std::string base = WithHeader(
      "grant g to level >= accredited in circle allow exist, see summary victim\n"
      "deny d to team in {alpha} forbid see victim\n");
  const Loader loader = [&](std::string_view) { return absl::StatusOr<std::string>(base); };
  EXPECT_TRUE(Prove("grant x to level >= certified in circle allow exist, see victim\n"
                    "deny y to team in {alpha, beta} forbid see victim\n"
                    "narrower than \"base.policy\"\n",
                    loader)
                  .proved());
  const Proof wider = Prove(
      "grant x to level >= certified in circle allow exist, see victim\n"
      "narrower than \"base.policy\"\n",
      loader);
  EXPECT_EQ(wider.counterexample,
            "test \"counterexample: narrower than base.policy\"\n"
            "     peer level=certified circles={energy} team=alpha\n"
            "     record circles={energy} tlp=clear\n"
            "     expect not see victim\n");
}

TEST_P(ProveTest, NarrowerWithoutItsFileIsUnknown) {
  const Proof unread = Prove("grant x to own allow exist\nnarrower than \"base.policy\"\n");
  EXPECT_EQ(unread.result, Proof::Result::kUnknown);
  EXPECT_EQ(unread.why, "read policy `base.policy`: nothing was given to read it with");
}

TEST_P(ProveTest, AnEngineThatGivesUpIsNoProof) {
  const auto policy = MustParse(WithHeader(std::string(kAll) +
                                           "deny d to anyone on tlp >= red forbid all\n"
                                           "deny e to not same-sector on tag in {a, b} forbid all\n"
                                           "never \"n\" exist when tag in {a}\n"));
  const Proof proof = ProveAll(*policy, {}, {.engine = GetParam(), .work_max = 1}).front();
  EXPECT_EQ(proof.result, Proof::Result::kUnknown);
  EXPECT_FALSE(proof.why.empty());
}

TEST_P(ProveTest, RungsOfTheCharterCount) {
  const auto policy =
      MustParse(WithHeader(std::string(kAll) + "never \"n\" exist when level < listed\n"));
  const std::map<std::string, Rung> lowest = {{"listed", 1}, {"accredited", 2}, {"certified", 3}};
  EXPECT_TRUE(ProveAll(*policy, {}, {.engine = GetParam(), .rungs = lowest}).front().proved());
  const Proof missing =
      ProveAll(*policy, {}, {.engine = GetParam(), .rungs = {{"listed", 1}}}).front();
  EXPECT_EQ(missing.result, Proof::Result::kUnknown);
  EXPECT_NE(missing.why.find("accredited"), std::string::npos) << missing.why;
}

TEST_P(ProveTest, TheDefaultPolicyKeepsItsLines) {
  const auto policy = MustParse(DefaultPolicyText("example-community.net"));
  const std::vector<Proof> proofs = ProveAll(*policy, {}, {.engine = GetParam()});
  EXPECT_EQ(proofs.size(), 3U);
  for (const Proof& proof : proofs) EXPECT_TRUE(proof.proved()) << proof.counterexample;
}

TEST_P(ProveTest, EveryModelKeepsItsLines) {
  for (const Model& model : Models()) {
    const auto policy = MustParse(ModelText(model.name, "example-community.net"));
    for (const Proof& proof : ProveAll(*policy, {}, {.engine = GetParam()})) {
      EXPECT_TRUE(proof.proved()) << model.name << ": " << proof.text << proof.counterexample;
    }
  }
}

TEST_P(ProveTest, ThreeHundredRulesStayWithinTheLimit) {
  std::string rules;
  for (int i = 0; i < 200; ++i) {
    rules += fmt::format(
        "grant g{0} to level >= {1} in circle {{c{2}}} sector in {{s{3}, s{4}}} on tlp <= {5} tag "
        "in {{t{6}, t{7}}} allow exist, see technical, relay summary\n",
        i, i % 2 == 0 ? "listed" : "certified", i % 28, i % 20, (i + 3) % 20,
        i % 3 == 0 ? "green" : "amber", i % 12, (i + 5) % 12);
  }
  for (int i = 0; i < 100; ++i) {
    rules += fmt::format(
        "deny d{0} to level < {1} not in circle {{c{2}}} on tag in {{t{3}}} type in {{fraud}} "
        "forbid see indicators, relay all\n",
        i, i % 2 == 0 ? "accredited" : "certified", i % 28, i % 12);
  }
  std::string circles = "c0";
  for (int i = 1; i < 28; ++i) circles += fmt::format(", c{}", i);
  const auto policy =
      MustParse("policy \"large\" version 1\nlevels listed < accredited < certified\ncircles " +
                circles + "\nset technical = summary techniques indicators\n" + rules +
                "never \"victim\" see victim when anyone\n"
                "never \"red\" relay all, see all when tlp >= red\n"
                "never \"leak\" see indicators when tag in {t3} and tlp >= amber\n"
                "always \"exist\" exist when see techniques\n");
  const std::vector<Proof> proofs = ProveAll(*policy, {}, {.engine = GetParam()});
  ASSERT_EQ(proofs.size(), 4U);
  EXPECT_TRUE(proofs[0].proved()) << proofs[0].why;
  EXPECT_TRUE(proofs[1].proved()) << proofs[1].why;
  EXPECT_EQ(proofs[2].result, Proof::Result::kRefuted) << proofs[2].why;
  EXPECT_TRUE(proofs[3].proved()) << proofs[3].why;
}

TEST(ProveOptionsTest, TimeIsThatOfTheClockPassedIn) {
  const auto policy = MustParse(WithHeader(std::string(kAll) + "never \"n\" exist when own\n"));
  int calls = 0;
  ProveOptions options;
  options.now = [&calls] { return std::chrono::milliseconds(7 * calls++); };
  EXPECT_EQ(ProveAll(*policy, {}, options).front().milliseconds, 7.0);
  EXPECT_EQ(ProveAll(*policy, {}).front().milliseconds, 0.0);
}

TEST(ProveOptionsTest, EnginesHaveWords) {
  EXPECT_EQ(EngineFromWord("z3"), Engine::kZ3);
  EXPECT_EQ(EngineFromWord("enumerate"), Engine::kEnumerate);
  EXPECT_EQ(EngineFromWord("cvc"), std::nullopt);
  EXPECT_TRUE(HasEngine(Engine::kEnumerate));
}

}  // namespace
}  // namespace renkei::policy
