#include "policy/diff.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

constexpr unsigned kSeeds = 80;

std::string TextFrom(RandomWorld& world, int rules) {
  const std::vector<std::string> statements = world.Statements(rules);
  return std::accumulate(statements.begin(), statements.end(), std::string());
}

DiffScope RandomScope(RandomWorld& world, int peers, int records) {
  DiffScope scope;
  for (int i = 0; i < peers; ++i) {
    scope.peers.push_back({fmt::format("peer-{}", i), world.RandomPeer()});
  }
  for (int i = 0; i < records; ++i) {
    scope.records.push_back({.marking = world.RandomMarking(),
                             .records = 1 + world.Below(5),
                             .recipients = world.Chance(30),
                             .examples = {fmt::format("id-{}", i)}});
  }
  return scope;
}

// Alpha and beta are listed, gamma is accredited; all in energy.
DiffScope ThreeMembers(std::int64_t records) {
  DiffScope scope;
  for (const auto& [name, rung] :
       {std::pair{"alpha", kListed}, {"beta", kListed}, {"gamma", kAccredited}}) {
    scope.peers.push_back({name, With(Member(rung), [&, n = name](Peer& peer) { peer.team = n; })});
  }
  scope.records.push_back({.marking = Green(), .records = records, .examples = {"000702bc5f1e"}});
  return scope;
}

constexpr const char* kListedSee =
    "grant g-base to level >= listed in circle allow exist, see summary\n";

TEST(DiffTest, NothingChangesBetweenAPolicyAndItself) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomWorld world(seed);
    const std::string text = TextFrom(world, 10);
    const Evaluator before = *Evaluator::Make(MustParse(text));
    const Evaluator after = *Evaluator::Make(MustParse(text));
    const PolicyDiff diff = Diff(before, after, RandomScope(world, 12, 20));
    EXPECT_TRUE(diff.empty()) << text << ToText(diff);
    EXPECT_EQ(diff.peers, 12U);
  }
}

TEST(DiffTest, NothingChangesBetweenAPolicyAndItselfOverEverySort) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = *Evaluator::Make(MustParse(TextFrom(world, 6)));
    const DiffScope scope = EveryPeerAndMarking(evaluator, evaluator);
    EXPECT_TRUE(Diff(evaluator, evaluator, scope).empty());
    EXPECT_LE(scope.records.size(), kEveryMarkingsMax);
    EXPECT_LE(scope.peers.size(), kEveryPeersMax);
  }
}

// What the two policies answer for one peer and record, in one relation: is it told, and no more?
// How many peers there are for whom something changes.
int ExpectEveryChangeTold(const Evaluator& before, const Evaluator& after, const DiffScope& scope) {
  const PolicyDiff diff = Diff(before, after, scope);
  int changed = 0;
  for (const DiffPeer& asked : scope.peers) {
    Peer peer = asked.peer;
    peer.recipient = false;
    peer.own = false;
    const std::uint64_t then = before.Decide(peer, scope.records[0].marking).bits();
    const std::uint64_t now = after.Decide(peer, scope.records[0].marking).bits();
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    for (const Change& change : diff.changes) {
      const bool his = std::count(change.peers.begin(), change.peers.end(), asked.name) > 0;
      if (!his || change.relation != Relation::kOther) continue;
      (change.gain ? gained : lost) |= change.bits;
      EXPECT_EQ(change.records, scope.records[0].records);
      EXPECT_FALSE(change.rules.empty()) << "no rule is named for " << ActionsText(change.bits);
    }
    EXPECT_EQ(gained, now & ~then) << Print(before.policy()) << Print(after.policy());
    EXPECT_EQ(lost, then & ~now) << Print(before.policy()) << Print(after.policy());
    changed += then != now ? 1 : 0;
  }
  return changed;
}

TEST(DiffTest, TellsEveryChangeAndNoOther) {
  int changed = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomWorld world(seed);
    const Evaluator before = *Evaluator::Make(MustParse(TextFrom(world, 8)));
    const Evaluator after = *Evaluator::Make(MustParse(TextFrom(world, 8)));
    changed += ExpectEveryChangeTold(before, after, RandomScope(world, 6, 1));
  }
  EXPECT_GT(changed, 50);
}

// Most of the rules are the same, and only what the others can meet is looked at.
TEST(DiffTest, TellsEveryChangeOfOneRuleAndNoOther) {
  int changed = 0;
  for (unsigned seed = 0; seed < 4 * kSeeds; ++seed) {
    RandomWorld world(seed);
    std::vector<std::string> statements = world.Statements(8);
    const std::string all = std::accumulate(statements.begin(), statements.end(), std::string());
    const auto is_rule = [](const std::string& statement) {
      return statement.starts_with("grant ") || statement.starts_with("deny ");
    };
    const auto first = std::find_if(statements.begin(), statements.end(), is_rule);
    ASSERT_NE(first, statements.end());
    // Rules stand together, behind all that they use.
    const auto rules = static_cast<int>(std::count_if(first, statements.end(), is_rule));
    statements.erase(first + world.Below(rules));
    const Evaluator with = *Evaluator::Make(MustParse(all));
    const Evaluator without = *Evaluator::Make(
        MustParse(std::accumulate(statements.begin(), statements.end(), std::string())));
    const DiffScope scope = RandomScope(world, 6, 1);
    changed += ExpectEveryChangeTold(with, without, scope);
    ExpectEveryChangeTold(without, with, scope);
  }
  EXPECT_GT(changed, 50);
}

// A level's rung, a trusted word or a circle that changes is a change of every rule.
TEST(DiffTest, WhatChangesBesidesRulesIsTold) {
  const std::string rules = "grant g-base to same-sector allow exist, see summary\n";
  DiffScope scope = ThreeMembers(7);
  for (DiffPeer& peer : scope.peers) {
    peer.peer.sector = "energy";
    peer.peer.sector_by = {.self = true};
  }
  for (DiffRecords& records : scope.records) records.marking.sectors = {"energy"};
  const std::string header = "policy \"p\" version 1\nlevels listed < accredited\ncircles energy\n";
  const Evaluator before =
      *Evaluator::Make(MustParse(header + "trust level by hub; sector by hub\n" + rules));
  const Evaluator after =
      *Evaluator::Make(MustParse(header + "trust level by hub; sector by self\n" + rules));
  EXPECT_EQ(Diff(before, after, scope).changes.size(), 1U);
  EXPECT_EQ(ExpectEveryChangeTold(before, after, scope), 3);
}

TEST(DiffTest, TheOtherWayRoundGainsAreLosses) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomWorld world(seed);
    const Evaluator a = *Evaluator::Make(MustParse(TextFrom(world, 8)));
    const Evaluator b = *Evaluator::Make(MustParse(TextFrom(world, 8)));
    const DiffScope scope = RandomScope(world, 8, 8);
    std::uint64_t gains = 0;
    std::uint64_t losses = 0;
    for (const Change& change : Diff(a, b, scope).changes) {
      if (change.gain) gains |= change.bits;
    }
    for (const Change& change : Diff(b, a, scope).changes) {
      if (!change.gain) losses |= change.bits;
    }
    EXPECT_EQ(gains, losses) << "seed " << seed;
  }
}

TEST(DiffTest, ANewGrantIsToldWithItsPeersAndRecords) {
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after =
      MustMake(std::string(kListedSee) +
               "grant g-detail to level >= accredited in circle allow see impact\n");
  const PolicyDiff diff = Diff(before, after, ThreeMembers(3'211));
  ASSERT_EQ(diff.changes.size(), 1U);
  const Change& change = diff.changes[0];
  EXPECT_TRUE(change.gain);
  EXPECT_EQ(change.peers, std::vector<std::string>{"gamma"});
  EXPECT_EQ(change.records, 3'211);
  EXPECT_EQ(
      change.rules,
      (std::vector<DiffRule>{{.rule = "g-detail", .line = 5, .denies = false, .gone = false}}));
  EXPECT_EQ(ToText(diff),
            "1 member gains see impact on 3,211 records by g-detail (e.g. 000702bc5f1e)\n"
            "    gamma\n"
            "compared: 3 peers and 3,211 stored records\n");
}

TEST(DiffTest, ANewDenyIsNamed) {
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after =
      MustMake(std::string(kListedSee) + "deny d-hold everywhere to team in {beta} forbid all\n");
  EXPECT_EQ(ToText(Diff(before, after, ThreeMembers(1))),
            "1 member loses exist, see summary on 1 record by d-hold (e.g. 000702bc5f1e)\n"
            "    beta\n"
            "compared: 3 peers and 1 stored record\n");
}

TEST(DiffTest, ARuleThatNoLongerMatchesIsNamed) {
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after =
      MustMake("grant g-base to level >= accredited in circle allow exist, see summary\n");
  EXPECT_EQ(ToText(Diff(before, after, ThreeMembers(7))),
            "2 members lose exist, see summary on 7 records as g-base no longer grants it\n"
            "  (e.g. 000702bc5f1e)\n"
            "    alpha, beta\n"
            "compared: 3 peers and 7 stored records\n");
  EXPECT_EQ(ToText(Diff(after, before, ThreeMembers(7))),
            "2 members gain exist, see summary on 7 records by g-base (e.g. 000702bc5f1e)\n"
            "    alpha, beta\n"
            "compared: 3 peers and 7 stored records\n");
}

TEST(DiffTest, ADenyThatIsGoneIsNamed) {
  const std::string deny = "deny d-le to level < accredited forbid see summary\n";
  const Evaluator before = MustMake(kListedSee + deny);
  const Evaluator after = MustMake(kListedSee);
  EXPECT_EQ(ToText(Diff(before, after, ThreeMembers(7))),
            "2 members gain see summary on 7 records as d-le no longer forbids it (e.g.\n"
            "  000702bc5f1e)\n"
            "    alpha, beta\n"
            "compared: 3 peers and 7 stored records\n");
}

TEST(DiffTest, WhatOnlyAuthorsAndRecipientsGetIsToldApart) {
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after = MustMake(std::string(kListedSee) +
                                   "grant g-own to own allow see impact\n"
                                   "grant g-named to recipient allow see victim\n");
  DiffScope scope = ThreeMembers(9);
  scope.records[0].recipients = true;
  const PolicyDiff diff = Diff(before, after, scope);
  EXPECT_EQ(ToText(diff),
            "3 members gain see victim where a record names them as recipients by g-named\n"
            "  (e.g. 000702bc5f1e)\n"
            "    alpha, beta, gamma\n"
            "3 members gain see impact on records of their own by g-own (e.g. 000702bc5f1e)\n"
            "    alpha, beta, gamma\n"
            "compared: 3 peers and 9 stored records\n");
  scope.records[0].recipients = false;
  EXPECT_EQ(Diff(before, after, scope).changes.size(), 1U) << "no record names a recipient";
}

TEST(DiffTest, EqualPoliciesSayThatNothingChanges) {
  const Evaluator evaluator = MustMake(kListedSee);
  EXPECT_EQ(ToText(Diff(evaluator, evaluator, ThreeMembers(2))),
            "nothing changes for 3 peers and 2 stored records\n");
}

TEST(DiffTest, JsonSaysTheSame) {
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after = MustMake("grant g-base to level >= accredited in circle allow exist\n");
  const Json json = ToJson(Diff(before, after, ThreeMembers(7)));
  EXPECT_EQ(json["peers"], 3);
  EXPECT_EQ(json["records"], 7);
  ASSERT_EQ(json["changes"].size(), 2U);
  const Json& change = json["changes"][0];
  EXPECT_EQ(change["change"], "lose");
  EXPECT_EQ(change["relation"], "other");
  EXPECT_EQ(change["records"], 7);
  EXPECT_EQ(change["rules"][0]["matches"], "before");
  EXPECT_EQ(change["examples"][0], "000702bc5f1e");
}

TEST(DiffTest, WithoutRecordsEverySortIsCompared) {
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after = MustMake(
      "grant g-base to level >= listed in circle on tlp <= green allow exist, see summary\n");
  const DiffScope scope = EveryPeerAndMarking(before, after);
  EXPECT_FALSE(scope.stored);
  EXPECT_FALSE(scope.cut);
  const PolicyDiff diff = Diff(before, after, scope);
  ASSERT_EQ(diff.changes.size(), 1U);
  EXPECT_EQ(diff.changes[0].peers,
            (std::vector<std::string>{"at accredited", "at certified", "at listed"}));
  EXPECT_EQ(ToText(diff),
            "3 sorts of peer lose exist, see summary on 1 sort of record as g-base no longer\n"
            "  grants it (e.g. tlp=amber)\n"
            "    at accredited, at certified, at listed\n"
            "compared: 4 sorts of peers and 2 sorts of records\n");
}

// Over every sort, two policies that ever answer differently are found to.
TEST(DiffTest, EverySortFindsWhatRandomRecordsFind) {
  int found = 0;
  for (unsigned seed = 0; seed < 25; ++seed) {
    RandomWorld world(seed);
    const Evaluator before = *Evaluator::Make(MustParse(TextFrom(world, 2)));
    const Evaluator after = *Evaluator::Make(MustParse(TextFrom(world, 2)));
    const DiffScope every = EveryPeerAndMarking(before, after);
    DiffScope random = RandomScope(world, 20, 20);
    for (DiffRecords& records : random.records) records.recipients = true;
    if (every.cut || Diff(before, after, random).empty()) continue;
    ++found;
    EXPECT_FALSE(Diff(before, after, every).empty())
        << Print(before.policy()) << Print(after.policy()) << ToText(Diff(before, after, random));
  }
  EXPECT_GT(found, 3);
}

TEST(DiffTest, MoreSortsThanTheLimitAreCutAndSaidSo) {
  std::string rules = kListedSee;
  for (int i = 0; i < 40; ++i) {
    rules += fmt::format(
        "grant g{0} to team in {{t{0}}} on tag in {{x{0}}} kind in {{incident}} "
        "pap <= green severity >= high tlp <= amber source in {{attributed}} "
        "allow exist\n",
        i);
  }
  const Evaluator before = MustMake(kListedSee);
  const Evaluator after = MustMake(rules);
  const DiffScope scope = EveryPeerAndMarking(before, after);
  EXPECT_TRUE(scope.cut);
  EXPECT_LE(scope.records.size(), kEveryMarkingsMax);
  const std::string text = ToText(Diff(before, after, scope));
  EXPECT_NE(text.find("this is a part"), std::string::npos) << text;
}

}  // namespace
}  // namespace renkei::policy
