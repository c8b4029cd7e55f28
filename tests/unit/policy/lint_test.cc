#include "policy/lint.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

constexpr char kUse[] = "accept used from in circle {energy, finance, energy-gas, national}\n";

std::string Findings(const std::string& rules, const LintOptions& options = {}) {
  return ToText(Lint(*MustParse(WithHeader(kUse + rules)), "p", options));
}

TEST(LintTest, ADefaultPolicyHasNoFinding) {
  EXPECT_EQ(ToText(Lint(*MustParse(DefaultPolicyText("example-community.net")), "p")), "");
}

TEST(LintTest, RulesThatCanNeverMatch) {
  constexpr char kHint[] = " (no peer and no record satisfies all that it tests)\n";
  EXPECT_EQ(Findings("grant g to in circle {energy} in circle {finance} allow exist\n"),
            std::string("p:5:7: grant `g` can never match") + kHint);
  EXPECT_EQ(Findings("grant g to sector in {a} sector in {b} allow exist\n"),
            std::string("p:5:7: grant `g` can never match") + kHint);
  EXPECT_EQ(Findings("deny d to anyone on tag in {x} source in {anonymous} forbid all\n"),
            std::string("p:5:6: deny `d` can never match") + kHint);
  EXPECT_EQ(Findings("grant g to own on source in {pseudonymous} allow exist\n"),
            std::string("p:5:7: grant `g` can never match") + kHint);
  EXPECT_EQ(Findings("accept a from in circle on kind in {sighting} kind in {incident}\n"),
            std::string("p:5:8: accept `a` can never match") + kHint);
  // Unknown satisfies both atoms of a deny.
  EXPECT_EQ(Findings("deny d to team in {a} team in {b} forbid all\n"), "");
}

TEST(LintTest, GrantsThatDeniesAlwaysTake) {
  EXPECT_EQ(Findings("grant g to recipient on tlp <= green allow see victim\n"
                     "deny d to anyone on tlp >= clear forbid see victim\n"),
            "p:5:7: grant `g` gives nothing (denies always take all that it allows)\n");
  EXPECT_EQ(Findings("grant g to recipient on tlp <= green allow see victim\n"
                     "deny d to anyone on tlp >= green forbid see victim\n"),
            "");
}

TEST(LintTest, RulesThatAnotherCovers) {
  EXPECT_EQ(Findings("grant wide to level >= listed on tlp <= amber allow exist, see all\n"
                     "grant slim to level >= certified on tlp <= green tag in {a} allow exist\n"),
            "p:6:7: grant `slim` adds nothing: grant `wide` (line 5) says all of it (delete one of "
            "them)\n");
  EXPECT_EQ(Findings("grant one to own allow exist\ngrant two to own allow exist\n"),
            "p:6:7: grant `two` adds nothing: grant `one` (line 5) says all of it (delete one of "
            "them)\n");
  EXPECT_EQ(Findings("deny here to team in {a} on embargo forbid see victim\n"
                     "deny wide everywhere to team in {a, b} forbid all\n"),
            "p:5:6: deny `here` adds nothing: deny `wide` (line 6) says all of it (delete one of "
            "them)\n");
  EXPECT_EQ(
      Findings("deny a to anyone on tag in {x} forbid all\n"
               "deny b to anyone on tag in {x, y} forbid all\n"),
      "p:5:6: deny `a` adds nothing: deny `b` (line 6) says all of it (delete one of them)\n");
  // A grant never covers another's bits, and a deny of one circle no `everywhere`.
  EXPECT_EQ(Findings("grant a to level >= listed allow exist\n"
                     "grant b to level >= certified allow exist, see summary\n"
                     "deny c to team in {a} forbid all\n"
                     "deny d everywhere to team in {a} on embargo forbid all\n"),
            "");
}

TEST(LintTest, LinesThatSayNothing) {
  EXPECT_EQ(Findings("never \"n\" exist when level >= certified and level < listed\n"),
            "p:5:7: `never \"n\"` says nothing (no peer and no record satisfies its conditions)\n");
  EXPECT_EQ(Findings("never \"n\" exist when team in {a} and not team in {a, b}\n"),
            "p:5:7: `never \"n\"` says nothing (no peer and no record satisfies its conditions)\n");
  EXPECT_EQ(Findings("never \"n\" exist when level >= certified\n"), "");
}

TEST(LintTest, CirclesThatNothingNames) {
  const auto policy = MustParse(WithHeader("grant g to in circle {energy*} allow exist\n"));
  EXPECT_EQ(
      ToText(Lint(*policy, "p")),
      "p:3:17: no rule, test or line speaks of circle `finance` (rules that test only the level "
      "hold in it without its being named)\n"
      "p:3:38: no rule, test or line speaks of circle `national` (rules that test only the level "
      "hold in it without its being named)\n");
}

TEST(LintTest, CirclesThatNobodyIsIn) {
  EXPECT_EQ(Findings("", {.circles_with_members = std::set<std::string>{"energy", "finance"}}),
            "p:3:26: nobody is in circle `energy-gas` (is it spelt as in its charter?)\n"
            "p:3:38: nobody is in circle `national` (is it spelt as in its charter?)\n");
}

TEST(LintTest, TestsThatContradictEachOther) {
  constexpr char kFirst[] =
      "test \"first\" peer level=listed circles={energy} record circles={energy} tlp=amber expect "
      "see victim\n";
  // The same peer and record; one with more trust; one with a milder TLP.
  for (const std::string facts :
       {"circles={energy} level=listed record tlp=amber circles={energy}",
        "level=certified circles={energy} record circles={energy} tlp=amber",
        "level=listed circles={energy} record circles={energy} tlp=clear"}) {
    EXPECT_EQ(
        Findings(kFirst + ("test \"second\" peer " + facts + " expect not see victim\n")),
        "p:6:6: test \"second\" contradicts test \"first\" (line 5) (no policy gives see victim "
        "to the one and withholds it from the other)\n");
  }
  // One with less trust, another circle, another section, an unknown that is one.
  for (const std::string facts :
       {"rung=2 circles={energy} record circles={energy} tlp=amber expect not see victim",
        "level=listed circles={energy} record circles={energy} tlp=red expect not see victim",
        "level=listed circles={finance} record circles={finance} tlp=amber expect not see victim",
        "level=listed circles={energy} record circles={energy} tlp=amber expect not see impact",
        "level=listed circles={energy} unknown={team} record circles={energy} tlp=amber expect not "
        "see victim"}) {
    EXPECT_EQ(Findings(kFirst + ("test \"second\" peer " + facts + "\n")), "") << facts;
  }
  EXPECT_EQ(
      Findings("test \"t\" peer own record tlp=red expect exist; not exist\n"),
      "p:5:6: test \"t\" contradicts itself (no policy gives exist to the one and withholds it "
      "from the other)\n");
}

}  // namespace
}  // namespace renkei::policy
