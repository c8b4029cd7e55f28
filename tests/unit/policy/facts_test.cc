// Facts given outside a file: the words of a `test` statement, with the same care for mistakes.

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace renkei::policy {
namespace {

constexpr std::string_view kPolicy = R"(policy "pier" version 1
levels listed < certified
circles energy, rail
trust level by hub
grant g-base to level >= listed in circle on tlp <= green allow exist, see summary
grant g-more to level >= certified in circle on tlp <= amber allow exist, see summary victim
deny d-left everywhere to team in {old-pier} forbid all
deny d-tag to level < certified on tag in {police} forbid all
)";

class FactsTest : public testing::Test {
 protected:
  FactsTest() : evaluator_(*Evaluator::Make(Parse(kPolicy, "p").policy)) {}

  Peer PeerOf(std::string_view facts) {
    Problems problems;
    const auto peer = evaluator_.PeerFrom(facts, {}, problems);
    EXPECT_TRUE(peer) << ToString(problems.front());
    return *peer;
  }
  Marking RecordOf(std::string_view facts) {
    Problems problems;
    const auto record = evaluator_.RecordFrom(facts, {}, problems);
    EXPECT_TRUE(record) << ToString(problems.front());
    return *record;
  }
  std::string PeerProblem(std::string_view facts) {
    Problems problems;
    EXPECT_FALSE(evaluator_.PeerFrom(facts, {}, problems));
    return problems.empty() ? "" : ToString(problems.front());
  }
  std::string RecordProblem(std::string_view facts) {
    Problems problems;
    EXPECT_FALSE(evaluator_.RecordFrom(facts, {}, problems));
    return problems.empty() ? "" : ToString(problems.front());
  }

  Evaluator evaluator_;
};

TEST_F(FactsTest, MeanWhatTheyMeanInATest) {
  const Peer peer = PeerOf("level=listed level.rail=certified circles={energy, rail} recipient");
  ASSERT_EQ(peer.circles.size(), 2u);
  EXPECT_EQ(peer.circles[0].circle, "energy");
  EXPECT_LT(peer.circles[0].rung, peer.circles[1].rung);
  EXPECT_TRUE(peer.recipient);
  const Marking record = RecordOf("tlp=amber kind=advisory circles={rail}\n tags={police} embargo");
  EXPECT_EQ(record.tlp, Tlp::kAmber);
  EXPECT_EQ(record.kind, Kind::kAdvisory);
  EXPECT_EQ(record.tags, std::vector<std::string>{"police"});
  EXPECT_TRUE(record.embargoed);
}

TEST_F(FactsTest, MistakesAreSaidWithTheirPlaceAndTheNearestWord) {
  EXPECT_EQ(PeerProblem("level=certifid circles={rail}"),
            "peer:1:7: unknown level `certifid` (did you mean `certified`?)");
  EXPECT_EQ(PeerProblem("levle=listed"),
            "peer:1:1: unknown fact of a peer `levle` (did you mean `level`?)");
  EXPECT_EQ(PeerProblem("level.rail=listed circles={energy}"),
            "peer:1:1: `level.rail`, but the peer is not in circle `rail` (name it in the peer's "
            "`circles=`)");
  EXPECT_EQ(RecordProblem("tlp=grene"), "record:1:5: unknown tlp `grene` (did you mean `green`?)");
  EXPECT_EQ(RecordProblem("kind=incident"),
            "record:1:1: the record has no `tlp` (write `tlp=amber` or another beside what is said "
            "of it)");
  EXPECT_EQ(RecordProblem("tlp=green tlp=red"), "record:1:11: fact `tlp` given twice");
  EXPECT_EQ(RecordProblem("tlp="),
            "record:1:5: expected a value for `tlp`, but the statement ends "
            "here (a statement goes on over indented lines only)");
  EXPECT_EQ(PeerProblem(""), "peer: no facts given");
  EXPECT_EQ(PeerProblem("# nothing"), "peer: no facts given");
  EXPECT_NE(PeerProblem(std::string(kFactsBytesMax + 1, 'a')), "");
  EXPECT_NE(RecordProblem("tlp=green {"), "");
}

TEST_F(FactsTest, CirclesBesideThePolicysOwnCanBeNamed) {
  Problems problems;
  EXPECT_FALSE(evaluator_.PeerFrom("level=listed circles={ports}", {}, problems));
  problems.clear();
  const auto peer = evaluator_.PeerFrom("level=listed circles={ports}", {"ports"}, problems);
  ASSERT_TRUE(peer);
  const auto record = evaluator_.RecordFrom("tlp=green circles={ports}", {"ports"}, problems);
  ASSERT_TRUE(record);
  EXPECT_TRUE(evaluator_.ExplainSupposed(*peer, *record, HeaderLimits::kIgnored).mask.exist());
}

TEST_F(FactsTest, WhatASupposedPeerDoesNotSayIsFalseAndTheHeaderHolds) {
  const Peer peer = PeerOf("level=certified circles={energy}");
  Marking record = RecordOf("tlp=amber circles={energy}");
  EXPECT_TRUE(evaluator_.ExplainSupposed(peer, record, HeaderLimits::kApplied)
                  .mask.Sees(SectionId::kVictim))
      << "its team is not said, so it is not old-pier";
  EXPECT_FALSE(evaluator_.Explain(peer, record).mask.exist())
      << "of a real peer an unknown team satisfies the deny";
  record.section_levels[static_cast<std::size_t>(SectionId::kVictim)] = kRungMax;
  EXPECT_FALSE(evaluator_.ExplainSupposed(peer, record, HeaderLimits::kApplied)
                   .mask.Sees(SectionId::kVictim));
  EXPECT_TRUE(evaluator_.ExplainSupposed(peer, record, HeaderLimits::kIgnored)
                  .mask.Sees(SectionId::kVictim));
}

}  // namespace
}  // namespace renkei::policy
