// Policies with a mistake that reads well and leaks in a corner: each is refused with a
// counterexample that says which corner, and its repaired version is proved.
// docs/policy-guide-mistakes.md tells them.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policy/prove.h"
#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

// As the guide shows them.
struct Leak {
  std::string name{};
  std::string title{};
  std::string peer{};
  std::string record{};
  std::string expect{};
  std::string explanation{};

  std::string Paste() const {
    return fmt::format(
        "test \"counterexample: {}\"\n     peer {}\n     record {}\n     expect {}\n", title, peer,
        record, expect);
  }
};

std::string ReadSource(const std::string& path) {
  std::ifstream in(std::string(RENKEI_SOURCES) + "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string ReadSample(const std::string& folder, const std::string& name) {
  return ReadSource(fmt::format("tests/samples/policies/{}/{}.policy", folder, name));
}

std::vector<Leak> Leaks() {
  return {
      {"sector-by-name", "a victim is seen in its own sector only",
       "level=certified circles={members} sector=energy", "circles={members} tlp=clear",
       "not see victim contact", "in members: grant g-victim (line 10) allows see victim contact"},
      {"two-circles", "victim below certified", "level=listed circles={members, ports}",
       "circles={members, ports} tlp=clear", "not see victim",
       "in members: grant g-members (line 7) allows exist; in ports: grant g-victim (line 11) "
       "allows see victim"},
      {"tag-and-tlp", "police material below certified", "level=listed circles={members}",
       "circles={members} tlp=clear tags={law-enforcement}", "not exist",
       "in members: grant g-base (line 6) allows exist; deny d-police (line 11) would need `tlp >= "
       "amber+strict`"},
      {"embargo-relay", "nothing is relayed under embargo", "level=certified circles={members}",
       "circles={members} tlp=clear embargo", "not relay summary indicators",
       "in members: grant g-pass-on (line 8) allows relay summary indicators; deny d-embargo (line "
       "11) would need `level < certified`"},
      {"vendor-guests", "guests see nothing of amber",
       "level=listed circles={vendors-scada} kind=guest", "circles={vendors-scada} tlp=amber",
       "not exist",
       "in vendors-scada: grant g-base (line 6) allows exist; deny d-guests (line 11) would need "
       "`not in circle {vendors-*}`"},
      {"recipient-relay", "red is relayed", "level=listed circles={members} recipient",
       "circles={members} tlp=red", "not relay all",
       "in members: grant g-named (line 6) allows relay all"},
  };
}

TEST(LeaksTest, EachIsRefusedWithItsCorner) {
  for (const Engine engine : {Engine::kEnumerate, DefaultEngine()}) {
    for (const Leak& leak : Leaks()) {
      SCOPED_TRACE(fmt::format("{} by {}", leak.name, ToWord(engine)));
      const auto policy = MustParse(ReadSample("leaks", leak.name));
      for (const TestResult& test : Evaluator::Make(policy)->RunTests()) {
        EXPECT_TRUE(test.passed) << "its author would have seen it: " << test.text;
      }
      const Proof proof = ProveAll(*policy, {}, {.engine = engine}).front();
      ASSERT_EQ(proof.result, Proof::Result::kRefuted) << proof.why;
      EXPECT_EQ(proof.counterexample, leak.Paste());
      EXPECT_EQ(proof.explanation, leak.explanation);
      const auto pasted = MustParse(Print(*policy) + proof.counterexample);
      EXPECT_FALSE(Evaluator::Make(pasted)->RunTests().back().passed);
    }
  }
}

TEST(LeaksTest, TheGuideTellsThemAsTheyAre) {
  const std::string guide = ReadSource("docs/policy-guide-mistakes.md");
  for (const Leak& leak : Leaks()) {
    EXPECT_NE(guide.find(leak.Paste()), std::string::npos) << leak.name;
    EXPECT_NE(guide.find("`check`: " + leak.explanation + "."), std::string::npos) << leak.name;
  }
}

TEST(LeaksTest, TheRepairClosesItAndThePastedTestThenPasses) {
  for (const Engine engine : {Engine::kEnumerate, DefaultEngine()}) {
    for (const Leak& leak : Leaks()) {
      SCOPED_TRACE(fmt::format("{} by {}", leak.name, ToWord(engine)));
      const auto policy = MustParse(ReadSample("repaired", leak.name));
      const std::vector<Proof> proofs = ProveAll(*policy, {}, {.engine = engine});
      EXPECT_FALSE(proofs.empty());
      for (const Proof& proof : proofs) EXPECT_TRUE(proof.proved()) << proof.counterexample;
      const auto pasted = MustParse(Print(*policy) + leak.Paste());
      EXPECT_TRUE(Evaluator::Make(pasted)->RunTests().back().passed);
    }
  }
}

}  // namespace
}  // namespace renkei::policy
