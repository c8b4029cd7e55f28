#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

// A policy that uses every statement and every atom.
constexpr char kEverything[] = R"(# first
policy "every \ thing" version 7
levels low < high
circles one, two   # two of them
set base = summary
set more = base techniques
trust level by hub, sponsors; sector by self; country by hub
accept a from level >= low in circle {one} on kind in {incident}
grant g1 to level >= low in circle {one, t*} same-sector same-country sector in {water}
  country in {jp, at} peer in {member, hub} team in {alpha} recipient own
  on tlp <= amber+strict pap <= red kind in {incident, request} type in {fraud, fraud/phishing}
  tag in {ot} source in {attributed} severity >= high
  allow exist, see more impact, relay all, query, sight, comment
grant g2 to in circle allow all
deny d1 to level < high not in circle {one} not same-sector not same-country country in {jp}
  peer in {guest} team in {beta} anyone on tlp >= red pap >= red kind in {sighting}
  type in {test} tag in {x} source in {anonymous} embargo exercise
  forbid see all
deny d2 everywhere to anyone forbid comment
test "t" peer level=low level.two=high circles={one, two} sector=water country=jp team=alpha
  kind=member recipient own
  record kind=incident circles={one} tlp=green pap=green type=fraud severity=low source=attributed
  tags={ot, x} sectors={water} countries={jp} embargo exercise
  expect see base, query; not relay all
never "n" see victim when level < high and not recipient and see summary and not in circle {one}
always "w" exist when query and in circle and not anyone
narrower than "other.policy"
)";

TEST(ParseTest, TakesEveryFormOfTheLanguage) {
  const ParseResult result = Parse(kEverything, "all.policy");
  ASSERT_NE(result.policy, nullptr) << ToText(result.problems);
  const PolicyFile& file = result.policy->file();
  EXPECT_EQ(file.rules.size(), 5U);
  EXPECT_EQ(file.rules[1].peer.size(), 10U);
  EXPECT_EQ(file.rules[1].mark.size(), 7U);
  EXPECT_EQ(file.rules[3].peer.size(), 8U);
  EXPECT_EQ(file.rules[3].mark.size(), 8U);
  EXPECT_EQ(file.rules[1].bits, Mask::kAll & ~(Mask::kSee & ~0x26ULL));
  EXPECT_EQ(result.policy->name(), "every \\ thing");
  EXPECT_EQ(result.policy->version(), 7);
  EXPECT_EQ(result.policy->circles(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(result.policy->levels(), (std::vector<Level>{{"low", 5}, {"high", 10}}));
}

TEST(ParseTest, PrintedTextIsTheSamePolicy) {
  const auto policy = MustParse(kEverything);
  const std::string printed = Print(*policy);
  const auto again = MustParse(printed);
  EXPECT_EQ(*again, *policy);
  EXPECT_EQ(Print(*again), printed);
}

TEST(ParseTest, LinesThatAreNotProvedAreListedWithTheirPlace) {
  EXPECT_EQ(MustParse(kEverything)->lines_to_prove(),
            (std::vector<LineToProve>{
                {25,
                 "never \"n\" see victim when level < high and not recipient and see summary"
                 " and not in circle {one}"},
                {26, "always \"w\" exist when query and in circle and not anyone"},
                {27, "narrower than \"other.policy\""}}));
}

TEST(ParseTest, LineBreaksOfWindowsAndAByteOrderMarkAreNoMistake) {
  std::string text = "\xef\xbb\xbf";
  for (const char c : std::string(kEverything)) text += c == '\n' ? "\r\n" : std::string(1, c);
  const ParseResult result = Parse(text, "windows.policy");
  ASSERT_NE(result.policy, nullptr) << ToText(result.problems);
  EXPECT_EQ(*result.policy, *MustParse(kEverything));
}

// ---- one mistake at a time ----

struct MistakeCase {
  std::string name;
  std::string text;  // after WithHeader's three lines
  std::string want;  // without the file's name
};
void PrintTo(const MistakeCase& test, std::ostream* out) { *out << test.name; }

class MistakeTest : public testing::TestWithParam<MistakeCase> {};

TEST_P(MistakeTest, IsReportedOnceWithItsPlace) {
  const ParseResult result = Parse(WithHeader(GetParam().text), "p");
  EXPECT_EQ(result.policy, nullptr);
  EXPECT_EQ(ToText(result.problems), "p:" + GetParam().want + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Table, MistakeTest,
    testing::ValuesIn(std::vector<MistakeCase>{
        {"MisspeltStatement", "grnat g to own allow exist\n",
         "4:1: unknown statement `grnat` (did you mean `grant`?)"},
        {"UnknownStatement", "permit g to own allow exist\n", "4:1: unknown statement `permit`"},
        {"DuplicateRule", "grant g to own allow exist\ngrant g to recipient allow exist\n",
         "5:7: second rule `g`; the first is on line 4 (every rule has a name of its own)"},
        {"DuplicateAcrossKinds", "grant g to own allow exist\ndeny g to anyone forbid exist\n",
         "5:6: second rule `g`; the first is on line 4 (every rule has a name of its own)"},
        {"UnknownLevel", "grant g to level >= acredited allow exist\n",
         "4:21: unknown level `acredited` (did you mean `accredited`?)"},
        {"UnknownLevelUnlikeAny", "grant g to level >= x allow exist\n",
         "4:21: unknown level `x` (one of listed, accredited, certified)"},
        {"UnknownCircle", "grant g to in circle {enrgy} allow exist\n",
         "4:23: unknown circle `enrgy` (did you mean `energy`?)"},
        {"StarInTheMiddle", "grant g to in circle {en*gy} allow exist\n",
         "4:23: `en*gy` can't hold a `*` there (only the end of a circle's name)"},
        {"StarAlone", "grant g to in circle {*} allow exist\n",
         "4:23: `*` alone is no name (`in circle` without names means every circle)"},
        {"UnknownSection", "grant g to own allow see sumary, exist\n",
         "4:26: unknown section or set `sumary` (did you mean `summary`?)"},
        {"UndefinedSet", "set technical = summary\ngrant g to own allow see tecnical\n",
         "5:26: unknown section or set `tecnical` (did you mean `technical`?)"},
        {"SetContainsItself", "set aa = bb\nset bb = aa\n", "4:5: set `aa` contains itself"},
        {"SetNamedAsSection", "set victim = summary\n",
         "4:5: set `victim` has the name of a section"},
        {"SetTwice", "set aa = summary\nset aa = summary\n",
         "5:5: second set `aa`; the first is on line 4"},
        {"UnknownKind", "grant g to own on kind in {incidents} allow exist\n",
         "4:28: unknown kind `incidents` (did you mean `incident`?)"},
        {"UnknownTlp", "grant g to own on tlp <= gren allow exist\n",
         "4:26: unknown tlp `gren` (did you mean `green`?)"},
        {"WhiteIsNoTlp", "grant g to own on tlp <= white allow exist\n",
         "4:26: unknown tlp `white` (one of clear, green, amber, amber+strict, red)"},
        {"UnknownType", "grant g to own on type in {fraud/phising} allow exist\n",
         "4:28: unknown type `fraud/phising` (did you mean `fraud/phishing`?)"},
        {"UnknownSource", "grant g to own on source in {anon} allow exist\n",
         "4:30: unknown source `anon` (one of attributed, pseudonymous, anonymous)"},
        {"UnknownSeverity", "grant g to own on severity >= hihg allow exist\n",
         "4:31: unknown severity `hihg` (did you mean `high`?)"},
        {"UnknownPeerKind", "grant g to peer in {members} allow exist\n",
         "4:21: unknown kind of peer `members` (did you mean `member`?)"},
        {"UnknownCountry", "grant g to country in {japan} allow exist\n",
         "4:24: unknown country `japan` (two letters, ISO 3166-1, lower case)"},
        {"LabelWithADot", "grant g to team in {a.b} allow exist\n",
         "4:21: team `a.b` is no label (a-z, 0-9 and -, at most 64 bytes)"},
        {"GrantTestsLevelBelow", "grant g to level < listed allow exist\n",
         "4:12: `level <` in a grant: grants may only test upwards: use `level >=`"},
        {"GrantTestsTlpUpwards", "grant g to own on tlp >= red allow exist\n",
         "4:19: `tlp >=` in a grant: grants may only test TLP downwards: use `tlp <=`"},
        {"GrantTestsNot", "grant g to not in circle {energy} allow exist\n",
         "4:12: `not in circle` in a grant: grants may only test upwards: a `not` belongs in a "
         "deny"},
        {"GrantTestsAnyone", "grant g to anyone allow exist\n",
         "4:12: `anyone` in a grant: only a deny may test it; in a grant `in circle` means every "
         "member"},
        {"GrantTestsEmbargo", "grant g to own on embargo allow exist\n",
         "4:19: `embargo` in a grant: only a deny may test it"},
        {"AcceptTestsLevelBelow", "accept a from level < listed\n",
         "4:15: `level <` in a grant: grants may only test upwards: use `level >=`"},
        {"DenyTestsLevelUpwards", "deny d to level >= listed forbid exist\n",
         "4:11: `level >=` in a deny: denies may only test downwards: use `level <`"},
        {"DenyTestsTlpDownwards", "deny d to anyone on tlp <= red forbid exist\n",
         "4:21: `tlp <=` in a deny: denies may only test TLP upwards: use `tlp >=`"},
        {"DenyTestsRecipient", "deny d to recipient forbid exist\n",
         "4:11: `recipient` in a deny: only a grant may test it"},
        {"DenyTestsSeverity", "deny d to anyone on severity >= low forbid exist\n",
         "4:21: `severity >=` in a deny: only a grant may test it"},
        {"DenyTestsSameSector", "deny d to same-sector forbid exist\n",
         "4:11: `same-sector` in a deny: denies may only test downwards: use `not same-sector`"},
        {"RecordAtomOnPeerSide", "grant g to own tlp <= green allow exist\n",
         "4:16: `tlp <=` tests the record (write it after `on`)"},
        {"PeerAtomOnRecordSide", "grant g to own on team in {a} allow exist\n",
         "4:19: `team in` tests the peer (write it before `on`)"},
        {"EverywhereWithLevel", "deny d everywhere to level < listed forbid all\n",
         "4:22: `level <` in a `deny everywhere`, which tests neither level nor circle (leave out "
         "`everywhere`, or test the team, peer or country)"},
        {"EverywhereWithCircle", "deny d everywhere to not in circle {energy} forbid all\n",
         "4:22: `not in circle` in a `deny everywhere`, which tests neither level nor circle "
         "(leave "
         "out `everywhere`, or test the team, peer or country)"},
        {"EverywhereInAGrant", "grant g everywhere to own allow all\n",
         "4:9: expected `to`, found `everywhere`"},
        {"EmptyBraces", "grant g to team in {} allow exist\n",
         "4:20: empty list `{}` (name at least one, or delete the rule)"},
        {"EmptyPeerList", "grant g to allow exist\n",
         "4:12: `g` tests nothing here (name at least one thing to test)"},
        {"EmptyDenyList", "deny d to forbid exist\n",
         "4:11: `d` tests nothing here (write `anyone` where all are meant)"},
        {"EmptyMarkList", "grant g to own on allow exist\n",
         "4:19: `g` tests nothing here (name at least one thing to test)"},
        {"MissingComma", "grant g to team in {a b} allow exist\n",
         "4:23: expected `,` or `}`, found `b`"},
        {"MissingAllow", "grant g to own\n",
         "4:15: expected `allow`, but the statement ends here (a statement goes on over indented "
         "lines only)"},
        {"MisspeltAllow", "grant g to own alow exist\n",
         "4:16: unknown word `alow` (did you mean `allow`?)"},
        {"MisspeltOn", "grant g to own onn tlp <= red allow exist\n",
         "4:16: unknown word `onn` (did you mean `on`?)"},
        {"WrongOperator", "grant g to level > listed allow exist\n",
         "4:18: expected `>=` or `<` after `level`, found `>`"},
        {"UnknownAction", "grant g to own allow exists\n",
         "4:22: unknown action `exists` (did you mean `exist`?)"},
        {"SectionsWithCommas", "grant g to own allow see summary, victim\n",
         "4:35: `victim` is a section, no action (sections follow `see` or `relay` without "
         "commas)"},
        {"SeeWithoutSections", "grant g to own allow see\n",
         "4:25: expected a section, a set or `all`, but the statement ends here (a statement goes "
         "on over indented lines only)"},
        {"RuleNamedAsKeyword", "grant query to own allow exist\n",
         "4:7: expected a name for the rule, found the keyword `query` (keywords are reserved)"},
        {"RuleWithoutName", "grant to own allow exist\n",
         "4:7: expected a name for the rule, found the keyword `to` (keywords are reserved)"},
        {"RuleNameTooLong", "grant " + std::string(65, 'a') + " to own allow exist\n",
         "4:7: name `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...` has 65 bytes; at most 64"},
        {"CapitalLetters", "grant G_Base to own allow exist\n",
         "4:7: `G_Base` is no word: words are lower case, with `-` (write `g-base`)"},
        {"StrayCharacter", "grant g to own & recipient allow exist\n",
         "4:16: unexpected character `&`"},
        {"OpenString", "never \"abc see victim when own\n",
         "4:7: string without a closing `\"` (a string ends on its own line)"},
        {"EmptyString", "never \"\" see victim when own\n", "4:7: empty string"},
        {"MissingString", "test peer level=listed record tlp=green expect exist\n",
         "4:6: expected the test's title in quotes, found `peer`"},
        {"ControlCharacter", "grant g to own\x01 allow exist\n",
         "4:15: control character in the text (delete it)"},
        {"BadUtf8", "# caf\xe9\n", "4:6: byte 0xe9 is not UTF-8 (save the file as UTF-8)"},
        {"RightToLeftOverride", "# \xe2\x80\xae\n",
         "4:3: control character in the text (delete it)"},
        {"TwoStatementsOnALine", "grant g to own allow exist grant h to own allow exist\n",
         "4:28: expected the end of the statement, found `grant` (a new statement begins in the "
         "first column)"},
        {"SecondLevels", "levels a < b\n",
         "4:1: second `levels` statement (one line holds all levels, lowest first)"},
        {"CircleTwice", "circles energy\n", "4:9: circle `energy` named twice"},
        {"CircleWithStar", "circles sector-*\n",
         "4:9: circle `sector-*` declared with a `*` (name each circle here; a `*` may end a name "
         "in a rule)"},
        {"SecondPolicy", "policy \"x\" version 2\n",
         "4:1: `policy` stands only once, at the top of the file"},
        {"TrustOfTeam", "trust team by hub\n",
         "4:7: unknown attribute `team` (it stands in the certificate; `trust` is for level, "
         "sector "
         "and country)"},
        {"TrustTwice", "trust sector by hub; sector by self\n",
         "4:22: `sector` is trusted twice (write one claim)"},
        {"TrustByNobody", "trust sector by spnsors\n",
         "4:17: expected `hub`, `sponsors` or `self`, found `spnsors` (did you mean `sponsors`?)"},
        {"TestWithoutTlp", "test \"t\" peer level=listed record kind=incident expect not all\n",
         "4:6: test \"t\" gives the record no `tlp` (write `tlp=amber` or another after `record`)"},
        {"TestFactMisspelt", "test \"t\" peer levle=listed record tlp=red expect not all\n",
         "4:15: unknown fact of a peer `levle` (did you mean `level`?)"},
        {"TestFactOnWrongSide", "test \"t\" peer embargo record tlp=red expect not all\n",
         "4:15: unknown fact of a peer `embargo` (write it after `record`)"},
        {"TestFactTwice", "test \"t\" peer own own record tlp=red expect not all\n",
         "4:19: fact `own` given twice"},
        {"TestFactWithoutValue", "test \"t\" peer team record tlp=red expect not all\n",
         "4:15: `team` needs a value (write `team=..`)"},
        {"TestFlagWithValue", "test \"t\" peer own=own record tlp=red expect not all\n",
         "4:15: `own` takes no value"},
        {"TestLevelElsewhere",
         "test \"t\" peer level.finance=listed circles={energy} record tlp=red expect not all\n",
         "4:15: `level.finance`, but the peer is not in circle `finance` (name it in the peer's "
         "`circles=`)"},
        {"TestMisspeltRecord", "test \"t\" peer own recrod tlp=red expect not all\n",
         "4:19: expected `record`, found `recrod` (did you mean `record`?)"},
        {"TestWithoutExpect", "test \"t\" peer own record tlp=red\n",
         "4:33: expected a fact, as `tlp=green`, or `expect`, but the statement ends here (a "
         "statement goes on over indented lines only)"},
        {"NeverWithoutWhen", "never \"n\" see victim\n",
         "4:21: expected `when`, but the statement ends here (a statement goes on over indented "
         "lines only)"},
        {"MisspeltWhen", "never \"n\" see victim wehn level < listed\n",
         "4:22: expected a section, found `wehn` (did you mean `when`?)"},
        {"MisspeltAnd", "never \"n\" see victim when own adn recipient\n",
         "4:31: expected `and` or the end of the statement, found `adn` (did you mean `and`?)"},
        {"NarrowerWithoutThan", "narrower \"x\"\n", "4:10: expected `than`, found `\"x\"`"},
    }),
    [](const auto& test) { return test.param.name; });

// ---- the file as a whole ----

struct FileCase {
  std::string name;
  std::string text;
  std::string want;
};
void PrintTo(const FileCase& test, std::ostream* out) { *out << test.name; }

class FileMistakeTest : public testing::TestWithParam<FileCase> {};

TEST_P(FileMistakeTest, IsReportedOnceWithItsPlace) {
  EXPECT_EQ(ToText(Parse(GetParam().text, "p").problems), "p:" + GetParam().want + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Table, FileMistakeTest,
    testing::ValuesIn(std::vector<FileCase>{
        {"Empty", "", "1:1: the file does not begin with `policy \"name\" version N`"},
        {"MisspeltHeader", "polcy \"x\" version 1\n",
         "1:1: unknown statement `polcy` (did you mean `policy`?)"},
        {"VersionIsNoNumber", "policy \"x\" version one\n",
         "1:20: expected a whole number up to 2147483647 for `version`, found `one`"},
        {"VersionIsTooLarge", "policy \"x\" version 2147483648\n",
         "1:20: expected a whole number up to 2147483647 for `version`, found `2147483648`"},
        {"NameIsNoString", "policy x version 1\n",
         "1:8: expected the policy's name in quotes, found `x`"},
        {"Indented", "policy \"x\" version 1\n# only a comment between\n   levels a\n",
         "3:4: expected the end of the statement, found `levels` (a new statement begins in the "
         "first column)"},
        {"IndentedFirst", " policy \"x\" version 1\n",
         "1:2: `policy` is indented (a statement begins in the first column)"},
        {"NoLevels",
         "policy \"x\" version 1\ngrant g to level >= a allow exist\ndeny d to level < b forbid "
         "all\n",
         "2:21: level `a`, but the file has no `levels` line (write `levels listed < accredited < "
         "certified`)"},
        {"NoCircles", "policy \"x\" version 1\ngrant g to in circle {a, b} allow exist\n",
         "2:23: circle `a`, but the file has no `circles` line (write `circles a`)"},
        {"LevelTwice", "policy \"x\" version 1\nlevels a < a\n", "2:12: level `a` named twice"},
        {"BrokenLevelsHideNoOther",
         "policy \"x\" version 1\nlevels low, high\ngrant g to level >= high allow exist\n",
         "2:11: expected `<` and the next higher level, found `,`"},
        {"MisspeltCirclesHideNoOther",
         "policy \"x\" version 1\ncircle one\ngrant g to in circle {one} allow exist\n",
         "2:1: unknown statement `circle` (did you mean `circles`?)"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ParseTest, TenMistakesAreTenProblems) {
  const ParseResult result = Parse(
      "policy \"ten\" version one\n"  // 1
      "levels listed < accredited\n"
      "circles energy\n"
      "grant a to level >= lsted on tlp <= gren allow exist\n"                  // 2, 3
      "grant b to level < listed allow exist, see sumary\n"                     // 4, 5
      "grant a to own allow exist\n"                                            // 6
      "grnat c to own allow exist\n"                                            // 7
      "deny d everywhere to not in circle {energy} forbid all\n"                // 8
      "test \"t\" peer level=listed circles={enery} record circles={energy}\n"  // 9, 10: no tlp
      "     expect not all\n",
      "ten.policy");
  EXPECT_EQ(result.problems.size(), 10U) << ToText(result.problems);
  EXPECT_EQ(result.policy, nullptr);
  for (std::size_t i = 1; i < result.problems.size(); ++i) {
    EXPECT_LE(result.problems[i - 1].line, result.problems[i].line);
  }
}

TEST(ParseTest, WarnsOfNamesNeverUsed) {
  const ParseResult result =
      Parse(WithHeader(
                "set spare = summary\ngrant g to level >= listed in circle {rail-*} allow exist\n"),
            "p");
  ASSERT_NE(result.policy, nullptr);
  EXPECT_EQ(ToText(result.warnings),
            "p: no `accept`: nobody may publish\n"
            "p:2:17: level `accredited` is never tested\n"
            "p:2:30: level `certified` is never tested\n"
            "p:4:5: set `spare` is never used\n"
            "p:5:39: `rail-*` matches no circle that this file names\n");
}

TEST(ParseTest, NarrowerReadsTheOtherPolicy) {
  const std::string text = WithHeader("narrower than \"base\"\n");
  EXPECT_NE(Parse(text, "p").policy, nullptr) << "kept unread without a loader";
  const Loader good = [](std::string_view) { return std::string("policy \"b\" version 1\n"); };
  EXPECT_NE(Parse(text, "p", good).policy, nullptr);
  const Loader missing = [](std::string_view) -> absl::StatusOr<std::string> {
    return NotFound("no such file");
  };
  EXPECT_EQ(ToText(Parse(text, "p", missing).problems),
            "p:4:15: read policy `base`: no such file\n");
  const Loader bad = [](std::string_view) { return std::string("policy \"b\"\n"); };
  EXPECT_EQ(Parse(text, "p", bad).problems.at(0).message, "policy `base` has 1 problem");
}

TEST(ParseTest, LimitsAreKept) {
  EXPECT_EQ(Parse(std::string(kFileBytesMax + 1, '#'), "p").problems.at(0).message,
            "file of 1048577 bytes; at most 1048576");
  EXPECT_EQ(Parse(std::string(kFileBytesMax, '&'), "p").problems.size(), kProblemsMax);
  std::string many = WithHeader("");
  for (std::size_t i = 0; i < kStatementsMax; ++i) many += fmt::format("set s{} = summary\n", i);
  EXPECT_EQ(Parse(many, "p").policy, nullptr);
  std::string levels = "policy \"x\" version 1\nlevels l";
  for (int i = 0; i < 14; ++i) levels += fmt::format(" < l{}", i);
  EXPECT_EQ(Parse(levels, "p").problems.at(0).message, "more than 14 levels");
  const std::string title(kStringBytesMax + 1, 'x');
  EXPECT_EQ(Parse("policy \"" + title + "\" version 1\n", "p").problems.at(0).message,
            "string of 201 bytes; at most 200");
}

TEST(ParseTest, LongListsOfSetsAreFollowed) {
  std::string text = WithHeader("");
  for (int i = 0; i < 900; ++i) text += fmt::format("set s{} = s{}\n", i, i + 1);
  text += "set s900 = victim\ngrant g to own allow exist, see s0\n";
  EXPECT_EQ(MustParse(text)->file().rules[0].bits, Mask::kExist | Bit(SectionId::kVictim));
}

// The example of the design, where it is at hand.
TEST(ParseTest, TheDesignsExampleParsesAndItsTestPasses) {
  const char* shared = std::getenv("RENKEI_SHARED");
  std::ifstream file(shared == nullptr ? "" : std::string(shared) + "/POLICY.md");
  std::stringstream all;
  all << file.rdbuf();
  const std::string text = all.str();
  const std::size_t start = text.find("policy \"national-hub\"");
  if (start == std::string::npos) GTEST_SKIP() << "the design is not here (RENKEI_SHARED)";
  const ParseResult result =
      Parse(text.substr(start, text.find("```", start) - start), "POLICY.md");
  ASSERT_NE(result.policy, nullptr) << ToText(result.problems);
  EXPECT_EQ(*MustParse(Print(*result.policy)), *result.policy);
  const std::vector<TestResult> results = Evaluator::Make(result.policy)->RunTests();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(results[0].passed) << results[0].text;
}

}  // namespace
}  // namespace renkei::policy
