#include "policy/table.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

constexpr unsigned kWorlds = 120;
constexpr int kPeersPerWorld = 12;
constexpr int kMarkingsPerWorld = 12;

std::string TextOf(RandomWorld& world, int rules) {
  const std::vector<std::string> statements = world.Statements(rules);
  return std::accumulate(statements.begin(), statements.end(), std::string());
}

// A policy, peers and records made from one seed.
struct TableWorld {
  explicit TableWorld(unsigned seed, int rules = 12)
      : world(seed), text(TextOf(world, rules)), evaluator(*Evaluator::Make(MustParse(text))) {
    for (int i = 0; i < kPeersPerWorld; ++i) peers.push_back(world.RandomPeer());
    for (int i = 0; i < kMarkingsPerWorld; ++i) markings.push_back(world.RandomMarking());
  }

  RandomWorld world;
  std::string text;
  Evaluator evaluator;
  std::vector<Peer> peers{};
  std::vector<Marking> markings{};
};

Peer InRelation(Peer peer, Relation relation) {
  peer.recipient = relation == Relation::kRecipient || relation == Relation::kAuthorAndRecipient;
  peer.own = relation == Relation::kAuthor || relation == Relation::kAuthorAndRecipient;
  return peer;
}

constexpr Relation kRelations[] = {Relation::kOther, Relation::kRecipient, Relation::kAuthor,
                                   Relation::kAuthorAndRecipient};

TEST(TableTest, AnswersAsDecideInEveryRelation) {
  int seen = 0;
  std::size_t shapes = 0;
  for (unsigned seed = 0; seed < kWorlds; ++seed) {
    const TableWorld w(seed, 1 + static_cast<int>(seed % 14));
    Table table(w.evaluator);
    for (const Peer& peer : w.peers) {
      for (const Marking& marking : w.markings) {
        for (const Relation relation : kRelations) {
          const Mask direct = w.evaluator.Decide(InRelation(peer, relation), marking);
          const ShapeNumber shape = *table.ShapeOf(marking);
          const ClassNumber number = *table.ClassOf(peer);
          // Once evaluated, once as kept.
          ASSERT_EQ(table.MaskOf(shape, number, relation), direct) << w.text << "seed " << seed;
          ASSERT_EQ(table.MaskOf(shape, number, relation), direct) << w.text << "seed " << seed;
          seen += direct.exist() ? 1 : 0;
        }
      }
    }
    shapes += table.shape_count();
  }
  EXPECT_GT(seen, 5'000) << "the worlds are too poor to show anything";
  EXPECT_LT(shapes, kWorlds * kMarkingsPerWorld) << "no two markings ever have one shape";
}

// A neighbour differs in one attribute: the hardest case for a reduction that forgets one.
Marking NeighbourOf(Marking marking, RandomWorld& world) {
  const Marking other = world.RandomMarking();
  switch (world.Below(15)) {
    case 0:
      marking.kind = other.kind;
      break;
    case 1:
      marking.tlp = other.tlp;
      break;
    case 2:
      marking.pap = other.pap;
      break;
    case 3:
      marking.source = other.source;
      break;
    case 4:
      marking.relay = other.relay;
      break;
    case 5:
      marking.severity = other.severity;
      break;
    case 6:
      marking.type = other.type;
      break;
    case 7:
      marking.circles = other.circles;
      break;
    case 8:
      marking.tags = other.tags;
      break;
    case 9:
      marking.sectors = other.sectors;
      break;
    case 10:
      marking.countries = other.countries;
      break;
    case 11:
      marking.min_level = other.min_level;
      break;
    case 12:
      marking.section_levels = other.section_levels;
      break;
    case 13:
      marking.must_disclose = other.must_disclose;
      break;
    default:
      marking.embargoed = !marking.embargoed;
      break;
  }
  return marking;
}

Peer NeighbourOf(Peer peer, RandomWorld& world) {
  const Peer other = world.RandomPeer();
  switch (world.Below(8)) {
    case 0:
      peer.team = other.team;
      break;
    case 1:
      peer.kind = other.kind;
      break;
    case 2:
      peer.circles = other.circles;
      break;
    case 3:
      peer.sector = other.sector;
      break;
    case 4:
      peer.sector_by = other.sector_by;
      break;
    case 5:
      peer.country = other.country;
      break;
    case 6:
      peer.country_by = other.country_by;
      break;
    default:
      peer.author_hub = !peer.author_hub;
      break;
  }
  return peer;
}

TEST(TableTest, WhatSharesAClassOrAShapeIsTreatedAlike) {
  int shared = 0;
  for (unsigned seed = 0; seed < 4 * kWorlds; ++seed) {
    TableWorld w(seed, 1 + static_cast<int>(seed % 12));
    Table table(w.evaluator);
    for (int i = 0; i < 60; ++i) {
      const Peer& peer = w.peers[static_cast<std::size_t>(w.world.Below(kPeersPerWorld))];
      const Marking& marking =
          w.markings[static_cast<std::size_t>(w.world.Below(kMarkingsPerWorld))];
      const Marking changed = NeighbourOf(marking, w.world);
      const Peer other = NeighbourOf(peer, w.world);
      if (table.ShapeOf(changed) == table.ShapeOf(marking)) {
        ++shared;
        ASSERT_EQ(w.evaluator.Decide(peer, changed), w.evaluator.Decide(peer, marking)) << w.text;
      }
      if (table.ClassOf(other) == table.ClassOf(peer)) {
        ++shared;
        ASSERT_EQ(w.evaluator.Decide(InRelation(other, Relation::kOther), marking),
                  w.evaluator.Decide(InRelation(peer, Relation::kOther), marking))
            << w.text;
      }
    }
  }
  EXPECT_GT(shared, 3'000) << "nothing is ever shared";
}

TEST(TableTest, MoreTrustNeverSeesLess) {
  for (unsigned seed = 0; seed < kWorlds; ++seed) {
    TableWorld w(seed);
    Table table(w.evaluator);
    for (Peer peer : w.peers) {
      if (peer.circles.empty()) continue;
      const Marking& marking =
          w.markings[static_cast<std::size_t>(w.world.Below(kMarkingsPerWorld))];
      Mask before;
      for (Rung rung = 0; rung <= kRungMax; ++rung) {
        peer.circles.front().rung = rung;
        const Mask now = table.Decide(peer, marking);
        ASSERT_EQ(now & before, before) << "seed " << seed << " rung " << int{rung};
        before = now;
      }
    }
  }
}

TEST(TableTest, AStricterTlpIsNeverSeenByMore) {
  for (unsigned seed = 0; seed < kWorlds; ++seed) {
    const TableWorld w(seed);
    Table table(w.evaluator);
    for (Marking marking : w.markings) {
      for (const Peer& peer : w.peers) {
        marking.tlp = Tlp::kClear;
        Mask before = table.Decide(peer, marking);
        for (int tlp = 2; tlp <= 5; ++tlp) {
          marking.tlp = static_cast<Tlp>(tlp);
          const Mask now = table.Decide(peer, marking);
          ASSERT_EQ(now & before, now) << "seed " << seed << " tlp " << tlp;
          before = now;
        }
      }
    }
  }
}

TEST(TableTest, LayersOnlyNarrow) {
  for (unsigned seed = 0; seed < kWorlds; ++seed) {
    const TableWorld w(seed);
    const TableWorld receiver(seed + 7'000);
    Table here(w.evaluator);
    Table there(receiver.evaluator);
    for (const Peer& peer : w.peers) {
      for (const Marking& marking : w.markings) {
        const Mask first = here.Decide(peer, marking);
        const Mask both = Close(first & there.Decide(peer, marking), marking);
        ASSERT_EQ(both & first, both) << "seed " << seed;
        const Mask limited = Evaluator::LimitTo(both, 0x0f0f, marking);
        ASSERT_EQ(limited & both, limited);
      }
    }
  }
}

TEST(TableTest, GroupsClassesByEqualMask) {
  for (unsigned seed = 0; seed < kWorlds; ++seed) {
    const TableWorld w(seed);
    Table table(w.evaluator);
    std::vector<ClassNumber> classes;
    for (const Peer& peer : w.peers) {
      const ClassNumber number = *table.ClassOf(peer);
      if (std::count(classes.begin(), classes.end(), number) == 0) classes.push_back(number);
    }
    const ShapeNumber shape = *table.ShapeOf(w.markings.front());
    std::vector<ClassNumber> grouped;
    std::vector<std::uint64_t> masks;
    for (const ClassGroup& group : table.GroupByMask(shape, classes)) {
      masks.push_back(group.mask.bits());
      for (const ClassNumber number : group.classes) {
        EXPECT_EQ(table.MaskOf(shape, number), group.mask);
        grouped.push_back(number);
      }
    }
    std::sort(masks.begin(), masks.end());
    EXPECT_EQ(std::unique(masks.begin(), masks.end()), masks.end()) << "a mask has two groups";
    std::sort(grouped.begin(), grouped.end());
    std::sort(classes.begin(), classes.end());
    EXPECT_EQ(grouped, classes);
  }
}

TEST(TableTest, KeepsOnlyWhatThePolicyDistinguishes) {
  Table table(MustMake(
      "grant g to level >= listed in circle on tlp <= green kind in {incident} allow exist\n"));
  const ShapeNumber shape = *table.ShapeOf(Green());
  const auto same = [&](auto change) { return *table.ShapeOf(With(Green(), change)) == shape; };
  EXPECT_TRUE(same([](Marking& m) { m.tlp = Tlp::kClear; }));
  EXPECT_TRUE(same([](Marking& m) { m.severity = Severity::kCritical; }));
  EXPECT_TRUE(same([](Marking& m) { m.tags = {"ot"}; }));
  EXPECT_TRUE(same([](Marking& m) { m.sectors = {"water"}; }));
  EXPECT_TRUE(same([](Marking& m) { m.embargoed = true; }));
  EXPECT_TRUE(same([](Marking& m) { m.section_levels.fill(9); }));
  EXPECT_FALSE(same([](Marking& m) { m.tlp = Tlp::kAmber; }));
  EXPECT_FALSE(same([](Marking& m) { m.kind = Kind::kAdvisory; }));
  EXPECT_FALSE(same([](Marking& m) { m.min_level = 4; }));
  EXPECT_FALSE(same([](Marking& m) { m.circles = {"energy", "finance"}; }));
  EXPECT_EQ(table.shape_count(), 5U);

  const ClassNumber number = *table.ClassOf(Member());
  EXPECT_EQ(*table.ClassOf(With(Member(), [](Peer& p) { p.team = "beta"; })), number);
  EXPECT_EQ(*table.ClassOf(With(Member(), [](Peer& p) { p.sector = "rail"; })), number);
  EXPECT_EQ(*table.ClassOf(With(Member(), [](Peer& p) { p.recipient = true; })), number);
  EXPECT_NE(*table.ClassOf(Member(kAccredited)), number);
  EXPECT_EQ(table.class_count(), 2U);
}

TEST(TableTest, AFullTableAnswersAllTheSame) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const TableWorld w(seed);
    Table tiny(w.evaluator, {.shapes_max = 3, .classes_max = 2, .cell_bytes_max = 600});
    bool refused = false;
    for (const Peer& peer : w.peers) {
      for (const Marking& marking : w.markings) {
        ASSERT_EQ(tiny.Decide(peer, marking), w.evaluator.Decide(peer, marking));
        refused = refused || !tiny.ShapeOf(marking) || !tiny.ClassOf(peer);
      }
    }
    EXPECT_TRUE(refused);
    EXPECT_EQ(tiny.shape_count(), 3U);
    EXPECT_EQ(tiny.class_count(), 2U);
  }
}

// More lists and circles than stand inside a decision without allocation.
TEST(TableTest, ManyListsAndManyCirclesAreAnsweredAsWell) {
  std::string rules;
  for (int i = 0; i < 400; ++i) {
    rules +=
        fmt::format("grant g{0} to team in {{t{0}}} in circle {{c{0}*}} allow exist, see {1}\n", i,
                    i % 2 == 0 ? "summary" : "victim");
  }
  rules += "deny d to team in {t399} forbid see victim\n";
  const Evaluator evaluator = MustMake(rules);
  Table table(evaluator);
  for (int i = 0; i < 400; ++i) {
    Peer peer{.team = fmt::format("t{}", i)};
    Marking marking = Green();
    marking.circles.clear();
    for (int j = 0; j < 9; ++j) {
      const std::string circle = fmt::format("c{}-x", (i + j) % 400);
      peer.circles.push_back({.circle = circle, .rung = kListed});
      marking.circles.push_back(circle);
    }
    const Mask mask = evaluator.Decide(peer, marking);
    EXPECT_EQ(ActionsText(mask.bits()), i == 399     ? "exist"
                                        : i % 2 == 0 ? "exist, see summary"
                                                     : "exist, see victim");
    EXPECT_EQ(table.Decide(peer, marking), mask);
    if (i % 40 == 0) {
      EXPECT_EQ(evaluator.Explain(peer, marking).mask, mask);
    }
  }
}

TEST(TableTest, ThreadsThatAskTogetherGetTheSameAnswers) {
  const TableWorld w(11);
  Table table(w.evaluator);
  const auto ask = [&] {
    for (int round = 0; round < 20; ++round) {
      for (const Peer& peer : w.peers) {
        for (const Marking& marking : w.markings) {
          EXPECT_EQ(table.Decide(peer, marking), w.evaluator.Decide(peer, marking));
        }
      }
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(ask);
}

}  // namespace
}  // namespace renkei::policy
