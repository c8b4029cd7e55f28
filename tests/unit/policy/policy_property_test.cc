#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_fixtures.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

constexpr unsigned kPolicies = 150;
constexpr int kPairs = 60;  // of peer and record, per policy

std::string Join(const std::vector<std::string>& statements) {
  return std::accumulate(statements.begin(), statements.end(), std::string());
}

Evaluator Make(const std::string& text) { return *Evaluator::Make(MustParse(text)); }

// Each bit by the words of the specification: one circle, one bit, one rule at a time, from the
// statements as written.  Slow, and shares no code with the evaluator but the words' numbers.
class Oracle {
 public:
  Oracle(const PolicyFile& file, const Peer& peer, const Marking& record)
      : file_(file), peer_(peer), record_(record) {}

  std::uint64_t Bits() const {
    std::uint64_t bits = 0;
    for (const Membership& in : peer_.circles) {
      const bool shared = std::count(record_.circles.begin(), record_.circles.end(), in.circle) > 0;
      if (!shared || in.rung < 1 || in.rung > 14 || !Believed(Attribute::kLevel, in.by)) continue;
      bits |= Matching(RuleKind::kGrant, false, &in) & ~Matching(RuleKind::kDeny, false, &in) &
              HeaderOf(in.rung);
    }
    bits &= ~Matching(RuleKind::kDeny, true, nullptr);
    const std::uint64_t see = bits & 0xffff;
    if ((bits >> 32 & 1) == 0 || (record_.must_disclose & ~see) != 0) return 0;
    return bits & ~((~see & 0xffff) << 16);
  }

 private:
  bool Believed(Attribute attribute, const AssertedBy& by) const {
    for (const Trust& trust : file_.trust) {
      if (trust.attribute != attribute) continue;
      return (trust.hub && by.hub) || (trust.self && by.self) ||
             (trust.sponsors && by.sponsors >= 2);
    }
    return by.hub;
  }

  std::uint64_t HeaderOf(Rung rung) const {
    const auto passes = [&](Rung nibble) {
      if (peer_.author_hub || peer_.own) return true;
      return nibble == 15 ? peer_.recipient : rung >= nibble;
    };
    std::uint64_t bits = 7ULL << 33;
    for (std::size_t i = 0; i < 16; ++i) {
      if (passes(record_.section_levels[i])) bits |= 1ULL << i;
    }
    if (passes(record_.min_level)) bits |= 1ULL << 32;
    if (record_.relay >= Relay::kCircle) bits |= 0xffffULL << 16;
    return bits;
  }

  std::uint64_t Matching(RuleKind kind, bool everywhere, const Membership* in) const {
    std::uint64_t bits = 0;
    for (const Rule& rule : file_.rules) {
      if (rule.kind != kind || rule.everywhere != everywhere) continue;
      const bool deny = kind == RuleKind::kDeny;
      const auto holds = [&](const Atom& atom) {
        const int truth = Ask(atom, deny, in);
        return deny ? truth != 0 : truth == 1;
      };
      if (std::all_of(rule.peer.begin(), rule.peer.end(), holds) &&
          std::all_of(rule.mark.begin(), rule.mark.end(), holds)) {
        bits |= rule.bits;
      }
    }
    return bits;
  }

  static bool Lists(const Atom& atom, std::string_view word) {
    return std::any_of(atom.words.begin(), atom.words.end(),
                       [&](const Name& name) { return name.text == word; });
  }
  // -1: unknown.
  static int Listed(const Atom& atom, std::string_view word) {
    return word.empty() || word == "unspecified" ? -1 : int{Lists(atom, word)};
  }
  static int Same(const std::string& mine, const std::vector<std::string>& its) {
    if (mine.empty() || its.empty()) return -1;
    return int{std::count(its.begin(), its.end(), mine) > 0};
  }

  int Ask(const Atom& atom, bool deny, const Membership* in) const {
    const int truth = AskPlain(atom, deny, in);
    return atom.negated && truth >= 0 ? 1 - truth : truth;
  }

  int AskPlain(const Atom& atom, bool deny, const Membership* in) const {
    const std::string sector =
        deny || Believed(Attribute::kSector, peer_.sector_by) ? peer_.sector : "";
    const std::string country =
        deny || Believed(Attribute::kCountry, peer_.country_by) ? peer_.country : "";
    const auto tlp = static_cast<int>(record_.tlp);
    const auto pap = static_cast<int>(record_.pap);
    const auto severity = static_cast<int>(record_.severity);
    const std::string type = RsitWord(record_.type);
    const int rung_needed = 4 * (atom.value + 1);  // three levels: 4, 8, 12
    switch (atom.kind) {
      case AtomKind::kLevelAtLeast:
        return int{in->rung >= rung_needed};
      case AtomKind::kLevelBelow:
        return int{in->rung < rung_needed};
      case AtomKind::kInCircle:
        return int{atom.words.empty() || Lists(atom, in->circle) ||
                   (Lists(atom, "t*") && in->circle[0] == 't')};
      case AtomKind::kSameSector:
        return Same(sector, record_.sectors);
      case AtomKind::kSameCountry:
        return Same(country, record_.countries);
      case AtomKind::kSectorIn:
        return Listed(atom, sector);
      case AtomKind::kCountryIn:
        return Listed(atom, country);
      case AtomKind::kPeerIn:
        return Listed(atom, ToWord(peer_.kind));
      case AtomKind::kTeamIn:
        return Listed(atom, peer_.team);
      case AtomKind::kRecipient:
        return int{peer_.recipient};
      case AtomKind::kOwn:
        return int{peer_.own};
      case AtomKind::kAnyone:
        return 1;
      case AtomKind::kTlpAtMost:
        return tlp == 0 ? -1 : int{tlp <= atom.value};
      case AtomKind::kTlpAtLeast:
        return tlp == 0 ? -1 : int{tlp >= atom.value};
      case AtomKind::kPapAtMost:
        return pap == 0 ? -1 : int{pap <= atom.value};
      case AtomKind::kPapAtLeast:
        return pap == 0 ? -1 : int{pap >= atom.value};
      case AtomKind::kKindIn:
        return Listed(atom, ToWord(record_.kind));
      case AtomKind::kTypeIn:
        if (record_.type == 0) return -1;
        return int{Lists(atom, type) || Lists(atom, type.substr(0, type.find('/')))};
      case AtomKind::kTagIn:
        return int{std::any_of(record_.tags.begin(), record_.tags.end(),
                               [&](const std::string& tag) { return Lists(atom, tag); })};
      case AtomKind::kSourceIn:
        return Listed(atom, ToWord(record_.source));
      case AtomKind::kSeverityAtLeast:
        return severity == 0 ? -1 : int{severity >= atom.value};
      case AtomKind::kEmbargo:
        return int{record_.embargoed};
      case AtomKind::kExercise:
        return int{record_.exercise};
    }
    return -1;
  }

  const PolicyFile& file_;
  const Peer& peer_;
  const Marking& record_;
};

TEST(PolicyPropertyTest, AnswersAsTheSpecificationReads) {
  int seen = 0;
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const std::string text = Join(world.Statements(12));
    const Evaluator evaluator = Make(text);
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      const Oracle oracle(evaluator.policy().file(), peer, marking);
      const Mask mask = evaluator.Decide(peer, marking);
      ASSERT_EQ(mask.bits(), oracle.Bits()) << text << "seed " << seed << " pair " << i;
      seen += mask.exist() ? 1 : 0;
    }
  }
  EXPECT_GT(seen, 500) << "the worlds are too poor to show anything";
}

TEST(PolicyPropertyTest, ExplainAnswersAsDecide) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = Make(Join(world.Statements(10)));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      const Explanation said = evaluator.Explain(peer, marking);
      ASSERT_EQ(said.mask, evaluator.Decide(peer, marking));
      std::size_t reasons = said.mask.exist() ? 0 : 1;
      for (const auto section : {SectionId::kSummary, SectionId::kVictim}) {
        if (!said.mask.Sees(section)) ++reasons;
      }
      ASSERT_GE(said.withheld.size(), reasons);
    }
  }
}

TEST(PolicyPropertyTest, MoreTrustNeverSeesLess) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = Make(Join(world.Statements(12)));
    for (int i = 0; i < kPairs; ++i) {
      Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      if (peer.circles.empty()) continue;
      Membership& in = peer.circles[static_cast<std::size_t>(
          world.Below(static_cast<int>(peer.circles.size())))];
      Mask before;
      for (in.rung = 0; in.rung <= kRungMax; ++in.rung) {
        const Mask now = evaluator.Decide(peer, marking);
        ASSERT_EQ(now & before, before) << "seed " << seed << " rung " << int{in.rung};
        before = now;
      }
    }
  }
}

TEST(PolicyPropertyTest, AStricterTlpIsNeverSeenByMore) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator evaluator = Make(Join(world.Statements(12)));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      Marking marking = world.RandomMarking();
      marking.tlp = Tlp::kClear;
      Mask before = evaluator.Decide(peer, marking);
      for (int tlp = 2; tlp <= 5; ++tlp) {
        marking.tlp = static_cast<Tlp>(tlp);
        const Mask now = evaluator.Decide(peer, marking);
        ASSERT_EQ(now & before, now) << "seed " << seed << " tlp " << tlp;
        before = now;
      }
    }
  }
}

TEST(PolicyPropertyTest, OrderOfRulesNeverChangesTheMask) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    std::vector<std::string> statements = world.Statements(10);
    const Evaluator evaluator = Make(Join(statements));
    std::shuffle(statements.begin() + 1, statements.end(), std::mt19937(seed));
    const Evaluator shuffled = Make(Join(statements));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      ASSERT_EQ(evaluator.Decide(peer, marking), shuffled.Decide(peer, marking)) << "seed " << seed;
    }
  }
}

TEST(PolicyPropertyTest, LayersOnlyNarrow) {
  for (unsigned seed = 0; seed < kPolicies; ++seed) {
    RandomWorld world(seed);
    const Evaluator relay = Make(Join(world.Statements(10)));
    const Evaluator receiver = Make(Join(world.Statements(10)));
    for (int i = 0; i < kPairs; ++i) {
      const Peer peer = world.RandomPeer();
      const Marking marking = world.RandomMarking();
      const Mask first = relay.Decide(peer, marking);
      const Mask both = Close(first & receiver.Decide(peer, marking), marking);
      ASSERT_EQ(both & first, both);
      const auto sections = static_cast<SectionMask>(world.Below(0x10000));
      const Mask limited = Evaluator::LimitTo(both, sections, marking);
      ASSERT_EQ(limited & both, limited);
      ASSERT_EQ((limited.see() | limited.relay()) & ~sections, 0);
    }
  }
}

TEST(PolicyPropertyTest, PrintedTextIsTheSamePolicy) {
  for (unsigned seed = 0; seed < 4 * kPolicies; ++seed) {
    RandomWorld world(seed);
    const auto policy = MustParse(Join(world.Statements(8)));
    const std::string printed = Print(*policy);
    const auto again = MustParse(printed);
    ASSERT_EQ(*again, *policy) << printed;
    ASSERT_EQ(Print(*again), printed);
  }
}

// Mistakes made by chance: the parser must survive, and report where.
TEST(PolicyPropertyTest, BrokenTextIsReportedWithItsPlace) {
  for (unsigned seed = 0; seed < 20 * kPolicies; ++seed) {
    RandomWorld world(seed);
    std::string text = Join(world.Statements(4));
    for (int i = 0; i < 3; ++i) {
      const auto at = static_cast<std::size_t>(world.Below(static_cast<int>(text.size())));
      if (world.Chance(50)) {
        text.erase(at, static_cast<std::size_t>(1 + world.Below(8)));
      } else {
        text[at] = static_cast<char>(world.Below(256));
      }
    }
    const ParseResult result = Parse(text, "broken");
    ASSERT_EQ(result.policy == nullptr, !result.problems.empty());
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    for (const Problem& problem : result.problems) {
      ASSERT_GE(problem.line, 1);
      ASSERT_LE(problem.line, lines);
      ASSERT_GE(problem.column, 1);
    }
    if (result.policy == nullptr) continue;
    ASSERT_EQ(*MustParse(Print(*result.policy)), *result.policy);
  }
}

}  // namespace
}  // namespace renkei::policy
