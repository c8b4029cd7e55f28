#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/mask_for_tests.h"
#include "tests/unit/policy/policy_fixtures.h"

namespace renkei::policy {
namespace {

// ---- one atom at a time ----

struct AtomCase {
  std::string name;
  std::string rule;  // `to ... on ...`, as a grant or a deny would say it
  bool matches;
  std::function<void(Peer&, Marking&)> change = [](Peer&, Marking&) {};
};
void PrintTo(const AtomCase& test, std::ostream* out) { *out << test.name; }

std::string NameOf(const testing::TestParamInfo<AtomCase>& test) { return test.param.name; }

class GrantAtomTest : public testing::TestWithParam<AtomCase> {};

TEST_P(GrantAtomTest, MatchesAsTheTableSays) {
  const AtomCase& c = GetParam();
  const Evaluator evaluator = MustMake("trust level by hub; sector by hub, sponsors\ngrant g to " +
                                       c.rule + " allow exist\n");
  Peer peer = Member(kAccredited);
  Marking record = Green();
  c.change(peer, record);
  EXPECT_EQ(evaluator.Decide(peer, record).exist(), c.matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GrantAtomTest,
    testing::ValuesIn(std::vector<AtomCase>{
        {"LevelBelowIsEnough", "level >= listed", true},
        {"LevelEqualIsEnough", "level >= accredited", true},
        {"LevelAboveIsNot", "level >= certified", false},
        {"AnyCircle", "in circle", true},
        {"ThisCircle", "in circle {finance, energy}", true},
        {"OtherCircle", "in circle {finance}", false},
        {"CircleByStar", "in circle {en*}", true},
        {"CircleByOtherStar", "in circle {energy-*}", false},
        {"UndeclaredCircleByStar", "in circle {en*}", true,
         [](Peer& p, Marking& m) { p.circles[0].circle = m.circles[0] = "enormous"; }},
        {"SameSector", "same-sector", true,
         [](Peer& p, Marking& m) {
           p.sector = "energy";
           p.sector_by.hub = true;
           m.sectors = {"energy", "health"};
         }},
        {"OtherSector", "same-sector", false,
         [](Peer& p, Marking& m) {
           p.sector = "finance";
           p.sector_by.hub = true;
           m.sectors = {"energy"};
         }},
        {"SameSectorUnknownOfPeer", "same-sector", false,
         [](Peer&, Marking& m) { m.sectors = {"energy"}; }},
        {"SameSectorUnknownOfRecord", "same-sector", false,
         [](Peer& p, Marking&) {
           p.sector = "energy";
           p.sector_by.hub = true;
         }},
        {"SectorByItsOwnWordIsNotBelieved", "sector in {energy}", false,
         [](Peer& p, Marking&) {
           p.sector = "energy";
           p.sector_by.self = true;
         }},
        {"SectorByOneSponsorIsNotBelieved", "sector in {energy}", false,
         [](Peer& p, Marking&) {
           p.sector = "energy";
           p.sector_by.sponsors = 1;
         }},
        {"SectorByTwoSponsorsIsBelieved", "sector in {energy}", true,
         [](Peer& p, Marking&) {
           p.sector = "energy";
           p.sector_by.sponsors = 2;
         }},
        {"CountryByDefaultNeedsTheHub", "country in {jp}", false,
         [](Peer& p, Marking&) {
           p.country = "jp";
           p.country_by.sponsors = 3;
         }},
        {"CountryByHub", "country in {jp}", true,
         [](Peer& p, Marking&) {
           p.country = "jp";
           p.country_by.hub = true;
         }},
        {"SameCountry", "same-country", true,
         [](Peer& p, Marking& m) {
           p.country = "jp";
           p.country_by.hub = true;
           m.countries = {"jp"};
         }},
        {"PeerKind", "peer in {member, hub}", true},
        {"OtherPeerKind", "peer in {guest}", false},
        {"UnknownPeerKind", "peer in {member, hub, guest, observer}", false,
         [](Peer& p, Marking&) { p.kind = PeerKind::kUnspecified; }},
        {"Team", "team in {alpha}", true},
        {"OtherTeam", "team in {beta}", false},
        {"UnknownTeam", "team in {alpha}", false, [](Peer& p, Marking&) { p.team = ""; }},
        {"NoRecipient", "recipient", false},
        {"Recipient", "recipient", true, [](Peer& p, Marking&) { p.recipient = true; }},
        {"NotOwn", "own", false},
        {"Own", "own", true, [](Peer& p, Marking&) { p.own = true; }},
        {"TlpStricter", "in circle on tlp <= clear", false},
        {"TlpEqual", "in circle on tlp <= green", true},
        {"TlpLess", "in circle on tlp <= red", true},
        {"TlpUnknown", "in circle on tlp <= red", false,
         [](Peer&, Marking& m) { m.tlp = Tlp::kUnspecified; }},
        {"PapStricter", "in circle on pap <= clear", false},
        {"PapEqual", "in circle on pap <= green", true},
        {"PapUnknown", "in circle on pap <= red", false,
         [](Peer&, Marking& m) { m.pap = Pap::kUnspecified; }},
        {"Kind", "in circle on kind in {sighting, incident}", true},
        {"OtherKind", "in circle on kind in {sighting}", false},
        {"TypeByClass", "in circle on type in {fraud}", true},
        {"TypeExact", "in circle on type in {fraud/phishing}", true},
        {"TypeOther", "in circle on type in {fraud/copyright}", false},
        {"TypeClassAloneIsNotItsTypes", "in circle on type in {fraud/phishing}", false,
         [](Peer&, Marking& m) { m.type = *RsitFromWord("fraud"); }},
        {"TypeUnknown", "in circle on type in {fraud}", false,
         [](Peer&, Marking& m) { m.type = 0; }},
        {"NoTags", "in circle on tag in {ot}", false},
        {"Tag", "in circle on tag in {ot}", true,
         [](Peer&, Marking& m) {
           m.tags = {"energy", "ot"};
         }},
        {"Source", "in circle on source in {attributed}", true},
        {"OtherSource", "in circle on source in {anonymous}", false},
        {"SeverityAbove", "in circle on severity >= low", true},
        {"SeverityBelow", "in circle on severity >= high", false},
        {"SeverityUnknown", "in circle on severity >= low", false,
         [](Peer&, Marking& m) { m.severity = Severity::kUnspecified; }},
        {"AllAtomsMustMatch", "level >= listed team in {beta}", false},
    }),
    NameOf);

class DenyAtomTest : public testing::TestWithParam<AtomCase> {};

TEST_P(DenyAtomTest, MatchesAsTheTableSays) {
  const AtomCase& c = GetParam();
  const Evaluator evaluator =
      MustMake("grant g to in circle allow exist, query\ndeny d to " + c.rule + " forbid query\n");
  Peer peer = Member(kAccredited);
  Marking record = Green();
  c.change(peer, record);
  EXPECT_TRUE(evaluator.Decide(peer, record).exist());
  EXPECT_EQ(!evaluator.Decide(peer, record).query(), c.matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DenyAtomTest,
    testing::ValuesIn(std::vector<AtomCase>{
        {"LevelBelow", "level < certified", true},
        {"LevelEqual", "level < accredited", false},
        {"NotInOtherCircle", "not in circle {finance}", true},
        {"NotInThisCircle", "not in circle {en*}", false},
        {"NotSameSector", "not same-sector", true,
         [](Peer& p, Marking& m) {
           p.sector = "finance";
           m.sectors = {"energy"};
         }},
        {"SameSector", "not same-sector", false,
         [](Peer& p, Marking& m) {
           p.sector = "energy";
           p.sector_by.hub = true;
           m.sectors = {"energy"};
         }},
        {"SameSectorByItsOwnWordIsUnknown", "not same-sector", true,
         [](Peer& p, Marking& m) {
           p.sector = "energy";
           p.sector_by.self = true;
           m.sectors = {"energy"};
         }},
        {"NotSameSectorUnknownOfPeer", "not same-sector", true,
         [](Peer&, Marking& m) { m.sectors = {"energy"}; }},
        {"NotSameSectorUnknownOfRecord", "not same-sector", true,
         [](Peer& p, Marking&) {
           p.sector = "energy";
           p.sector_by.hub = true;
         }},
        {"NotSameCountryUnknown", "not same-country", true},
        {"SameCountryByItsOwnWordIsUnknown", "not same-country", true,
         [](Peer& p, Marking& m) {
           p.country = "jp";
           p.country_by.self = true;
           m.countries = {"jp"};
         }},
        {"CountryByItsOwnWordCounts", "country in {jp}", true,
         [](Peer& p, Marking&) {
           p.country = "jp";
           p.country_by.self = true;
         }},
        {"OtherCountry", "country in {jp}", false,
         [](Peer& p, Marking&) {
           p.country = "at";
           p.country_by.hub = true;
         }},
        {"OtherCountryByItsOwnWordIsUnknown", "country in {jp}", true,
         [](Peer& p, Marking&) {
           p.country = "at";
           p.country_by.self = true;
         }},
        {"UnknownCountry", "country in {jp}", true},
        {"UnknownPeerKind", "peer in {guest}", true,
         [](Peer& p, Marking&) { p.kind = PeerKind::kUnspecified; }},
        {"OtherPeerKind", "peer in {guest}", false},
        {"UnknownTeam", "team in {beta}", true, [](Peer& p, Marking&) { p.team = ""; }},
        {"Team", "team in {alpha}", true},
        {"Anyone", "anyone", true},
        {"TlpStricter", "anyone on tlp >= amber", false},
        {"TlpEqual", "anyone on tlp >= green", true},
        {"TlpUnknown", "anyone on tlp >= red", true,
         [](Peer&, Marking& m) { m.tlp = Tlp::kUnspecified; }},
        {"PapUnknown", "anyone on pap >= red", true,
         [](Peer&, Marking& m) { m.pap = Pap::kUnspecified; }},
        {"PapLess", "anyone on pap >= amber", false},
        {"KindUnknown", "anyone on kind in {sighting}", true,
         [](Peer&, Marking& m) { m.kind = Kind::kUnspecified; }},
        {"TypeUnknown", "anyone on type in {intrusions}", true,
         [](Peer&, Marking& m) { m.type = 0; }},
        {"TypeOther", "anyone on type in {intrusions}", false},
        {"SourceUnknown", "anyone on source in {anonymous}", true,
         [](Peer&, Marking& m) { m.source = SourceMode::kUnspecified; }},
        {"NoTagsAreKnown", "anyone on tag in {ot}", false},
        {"Tag", "anyone on tag in {ot}", true, [](Peer&, Marking& m) { m.tags = {"ot"}; }},
        {"NoEmbargo", "anyone on embargo", false},
        {"Embargo", "anyone on embargo", true, [](Peer&, Marking& m) { m.embargoed = true; }},
        {"NoExercise", "anyone on exercise", false},
        {"Exercise", "anyone on exercise", true, [](Peer&, Marking& m) { m.exercise = true; }},
    }),
    NameOf);

// ---- nobody ----

TEST(EvaluatorTest, AnEmptyAudienceIsNobody) {
  const Evaluator evaluator = MustMake(
      "grant g to in circle allow all\ngrant o to own allow all\n"
      "grant r to recipient allow all\n");
  Peer author = Member(kCertified);
  author.own = author.recipient = author.author_hub = true;
  ASSERT_EQ(Answer(evaluator, author, Green()), "all");
  Marking none = Green();
  none.circles = {};
  EXPECT_EQ(Answer(evaluator, author, none), "nothing") << "a record without circles";
  Peer elsewhere = author;
  elsewhere.circles[0].circle = "finance";
  EXPECT_EQ(Answer(evaluator, elsewhere, Green()), "nothing") << "no circle in common";
  Peer no_circles = author;
  no_circles.circles = {};
  EXPECT_EQ(Answer(evaluator, no_circles, Green()), "nothing");
  for (const Rung rung : {Rung{0}, Rung{15}, Rung{255}}) {
    Peer no_rung = author;
    no_rung.circles[0].rung = rung;
    EXPECT_EQ(Answer(evaluator, no_rung, Green()), "nothing") << int{rung};
  }
  Peer self_made = author;
  self_made.circles[0].by = {.hub = false, .self = true, .sponsors = 5};
  EXPECT_EQ(Answer(evaluator, self_made, Green()), "nothing") << "level by hub only";
}

TEST(EvaluatorTest, WithoutAGrantNobodySeesAnything) {
  EXPECT_EQ(Answer(MustMake("deny d to level < listed forbid all\n"), Member(14), Green()),
            "nothing");
}

TEST(EvaluatorTest, LevelsBySponsorsCountWhereTheFileSaysSo) {
  const Evaluator evaluator =
      MustMake("trust level by sponsors\ngrant g to level >= listed allow exist\n");
  Peer peer = Member();
  peer.circles[0].by = {.hub = true, .self = false, .sponsors = 1};
  EXPECT_EQ(Answer(evaluator, peer, Green()), "nothing");
  peer.circles[0].by.sponsors = 2;
  EXPECT_EQ(Answer(evaluator, peer, Green()), "exist");
}

// ---- circles ----

TEST(EvaluatorTest, OneCirclesGrantDoesNotMeetAnothersLevel) {
  const Evaluator evaluator = MustMake(
      "grant a to level >= certified in circle {finance} allow exist, see victim\n"
      "grant b to level >= listed in circle allow exist, see summary\n");
  Peer peer = Member(kCertified);
  peer.circles.push_back({.circle = "finance", .rung = kListed});
  Marking record = Green();
  record.circles = {"energy", "finance"};
  EXPECT_EQ(Answer(evaluator, peer, record), "exist, see summary");
  peer.circles[1].rung = kCertified;
  EXPECT_EQ(Answer(evaluator, peer, record), "exist, see summary victim");
}

TEST(EvaluatorTest, TheHeaderIsAppliedInsideEachCircle) {
  // Certified where no grant gives the victim, listed where one does: the author asks for
  // certified.
  const Evaluator evaluator = MustMake(
      "grant a to in circle {finance} allow exist, see victim\n"
      "grant b to in circle {energy} allow exist\n");
  Peer peer = Member(kCertified);
  peer.circles.push_back({.circle = "finance", .rung = kListed});
  Marking record = Green();
  record.circles = {"energy", "finance"};
  record.section_levels[4] = kCertified;
  EXPECT_EQ(Answer(evaluator, peer, record), "exist");
}

TEST(EvaluatorTest, ADenyTakesOnlyFromItsOwnCircle) {
  const Evaluator evaluator = MustMake(
      "grant g to in circle allow exist, query\n"
      "deny d to not in circle {finance} forbid query\n");
  Peer peer = Member();
  EXPECT_EQ(Answer(evaluator, peer, Green()), "exist");
  peer.circles.push_back({.circle = "finance", .rung = kListed});
  EXPECT_EQ(
      Answer(evaluator, peer, With(Green(), [](Marking& m) { m.circles.push_back("finance"); })),
      "exist, query");
}

TEST(EvaluatorTest, DenyEverywhereTakesFromAllCircles) {
  const Evaluator evaluator = MustMake(
      "grant g to in circle allow all\n"
      "deny d everywhere to team in {alpha} forbid all\n");
  EXPECT_EQ(Answer(evaluator, Member(14), Green()), "nothing");
  EXPECT_EQ(Answer(evaluator, With(Member(), [](Peer& p) { p.team = "beta"; }), Green()), "all");
  EXPECT_EQ(Answer(evaluator, With(Member(), [](Peer& p) { p.team = ""; }), Green()), "nothing")
      << "an unknown team satisfies every deny";
}

TEST(EvaluatorTest, AnUndeclaredCircleIsACircleToo) {
  const Evaluator evaluator = MustMake("grant g to level >= listed in circle allow exist\n");
  Peer peer = Member();
  peer.circles[0].circle = "founded-later";
  Marking record = Green();
  record.circles = {"founded-later"};
  EXPECT_EQ(Answer(evaluator, peer, record), "exist");
}

// ---- the author's header ----

struct HeaderCase {
  std::string name;
  std::string want;
  std::function<void(Peer&, Marking&)> change;
};
void PrintTo(const HeaderCase& test, std::ostream* out) { *out << test.name; }

class HeaderTest : public testing::TestWithParam<HeaderCase> {};

TEST_P(HeaderTest, LimitsAsTheTableSays) {
  const HeaderCase& c = GetParam();
  const Evaluator evaluator =
      MustMake("grant g to in circle allow exist, see summary victim, relay summary\n");
  Peer peer = Member(kAccredited);
  Marking record = Green();
  c.change(peer, record);
  EXPECT_EQ(Answer(evaluator, peer, record), c.want);
}

const std::string kFull = "exist, see summary victim, relay summary";

INSTANTIATE_TEST_SUITE_P(
    Table, HeaderTest,
    testing::ValuesIn(std::vector<HeaderCase>{
        {"NoLimit", kFull, [](Peer&, Marking&) {}},
        {"MinLevelReached", kFull, [](Peer&, Marking& m) { m.min_level = 8; }},
        {"MinLevelNotReached", "nothing", [](Peer&, Marking& m) { m.min_level = 9; }},
        {"SectionLevelReached", kFull, [](Peer&, Marking& m) { m.section_levels[4] = 8; }},
        {"SectionLevelNotReached", "exist, see summary, relay summary",
         [](Peer&, Marking& m) { m.section_levels[4] = 9; }},
        {"RelayNeedsSee", "exist, see victim", [](Peer&, Marking& m) { m.section_levels[1] = 9; }},
        {"RecipientsOnly", "exist, see summary, relay summary",
         [](Peer&, Marking& m) { m.section_levels[4] = 15; }},
        {"RecipientsOnlyForTopRung", "exist, see summary, relay summary",
         [](Peer& p, Marking& m) {
           p.circles[0].rung = 14;
           m.section_levels[4] = 15;
         }},
        {"RecipientReachesFifteen", kFull,
         [](Peer& p, Marking& m) {
           p.recipient = true;
           m.section_levels[4] = 15;
         }},
        {"RecipientLiftsNoOtherNibble", "exist, see summary, relay summary",
         [](Peer& p, Marking& m) {
           p.recipient = true;
           m.section_levels[4] = 9;
         }},
        {"RecipientDoesNotLiftMinLevel", "nothing",
         [](Peer& p, Marking& m) {
           p.recipient = true;
           m.min_level = 9;
         }},
        {"ExistForRecipientsOnly", kFull,
         [](Peer& p, Marking& m) {
           p.recipient = true;
           m.min_level = 15;
         }},
        {"ExistForRecipientsOnlyWithheld", "nothing", [](Peer&, Marking& m) { m.min_level = 15; }},
        {"OwnPassesAllNibbles", kFull,
         [](Peer& p, Marking& m) {
           p.own = true;
           m.min_level = 15;
           m.section_levels.fill(15);
         }},
        {"TheAuthorsHubCarriesWhatItMayNotSee", kFull,
         [](Peer& p, Marking& m) {
           p.author_hub = true;
           m.min_level = 15;
           m.section_levels.fill(15);
         }},
        {"RelayNone", "exist, see summary victim",
         [](Peer&, Marking& m) { m.relay = Relay::kNone; }},
        {"RelayUnspecifiedIsNone", "exist, see summary victim",
         [](Peer&, Marking& m) { m.relay = Relay::kUnspecified; }},
        {"RelayNoneForTheAuthorsHub", "exist, see summary victim",
         [](Peer& p, Marking& m) {
           p.author_hub = true;
           m.relay = Relay::kNone;
         }},
        {"RelayCircle", kFull, [](Peer&, Marking& m) { m.relay = Relay::kCircle; }},
        {"MustDiscloseVisible", kFull,
         [](Peer&, Marking& m) { m.must_disclose = Bit(SectionId::kVictim); }},
        {"MustDiscloseNotGranted", "nothing",
         [](Peer&, Marking& m) { m.must_disclose = Bit(SectionId::kCaveats); }},
        {"MustDiscloseBehindANibble", "nothing",
         [](Peer&, Marking& m) {
           m.must_disclose = Bit(SectionId::kVictim);
           m.section_levels[4] = 9;
         }},
    }),
    [](const auto& test) { return test.param.name; });

// ---- rungs, layers ----

TEST(EvaluatorTest, ChartersRungsReplaceTheDefaults) {
  const std::string rules = "grant g to level >= accredited allow exist\n";
  const Evaluator evaluator = MustMake(rules, {{"listed", 1}, {"accredited", 5}, {"certified", 6}});
  EXPECT_EQ(Answer(evaluator, Member(4), Green()), "nothing");
  EXPECT_EQ(Answer(evaluator, Member(5), Green()), "exist");
  EXPECT_EQ(Answer(MustMake(rules), Member(5), Green()), "nothing");
}

TEST(EvaluatorTest, RungsThatAreMissingOrOutOfOrderAreRefused) {
  const auto policy = MustParse(WithHeader("grant g to level >= listed allow exist\n"));
  const auto code = [&](const std::map<std::string, Rung>& rungs) {
    return Evaluator::Make(policy, rungs).status().code();
  };
  EXPECT_EQ(code({{"listed", 1}, {"accredited", 2}}), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({{"listed", 3}, {"accredited", 2}, {"certified", 4}}),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({{"listed", 0}, {"accredited", 2}, {"certified", 4}}),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({{"listed", 1}, {"accredited", 2}, {"certified", 15}}),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({{"listed", 1}, {"accredited", 2}, {"certified", 3}, {"more", 9}}),
            absl::StatusCode::kOk);
}

TEST(EvaluatorTest, DefaultRungsAreSpreadWithinOneToFourteen) {
  const auto rungs = [](int count) {
    std::string text = "policy \"x\" version 1\nlevels l0";
    for (int i = 1; i < count; ++i) text += fmt::format(" < l{}", i);
    std::vector<int> numbers;
    for (const Level& level : MustParse(text + "\n")->levels()) numbers.push_back(level.rung);
    return numbers;
  };
  EXPECT_EQ(rungs(3), (std::vector<int>{4, 8, 12}));
  for (int count = 1; count <= 14; ++count) {
    const std::vector<int> numbers = rungs(count);
    EXPECT_GE(numbers.front(), 1);
    EXPECT_LE(numbers.back(), 14);
    EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end(), std::less_equal<>())) << count;
  }
}

TEST(EvaluatorTest, LimitToKeepsOnlyTheGivenSections) {
  const Mask all = MaskForTests::FromBits(Mask::kAll);
  const Mask limited = Evaluator::LimitTo(all, Bit(SectionId::kSummary), {});
  EXPECT_EQ(ActionsText(limited.bits()),
            "exist, see summary, query, sight, comment, relay summary");
  EXPECT_EQ(Evaluator::LimitTo(all, Bit(SectionId::kSummary),
                               {.must_disclose = Bit(SectionId::kCaveats)}),
            Mask());
}

}  // namespace
}  // namespace renkei::policy
