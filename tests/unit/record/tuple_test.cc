#include "node/record/tuple.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/record_for_tests.h"

namespace renkei::record {
namespace {

Header SomeHeader(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Header header{.issued = testing_support::kNow,
                .expires = testing_support::kNow + std::chrono::hours(24)};
  header.kind = static_cast<policy::Kind>(below(8));
  header.tlp = static_cast<policy::Tlp>(below(6));
  header.pap = static_cast<policy::Pap>(below(5));
  header.source = static_cast<policy::SourceMode>(below(4));
  header.relay = static_cast<policy::Relay>(below(4));
  header.severity = static_cast<policy::Severity>(below(5));
  header.type = below(3) * 256 + below(4);
  header.min_level = static_cast<policy::Rung>(below(16));
  header.section_levels = (std::uint64_t{random()} << 32) | random();
  header.must_disclose = static_cast<SectionMask>(below(0x10000));
  header.exercise = below(2) == 1;
  for (unsigned i = below(3); i > 0; --i) header.tags.push_back(fmt::format("tag-{}", i));
  for (unsigned i = below(3); i > 0; --i) header.sectors.push_back(fmt::format("sector-{}", i));
  for (unsigned i = below(2); i > 0; --i) header.countries.emplace_back("jp");
  if (below(3) == 0) header.embargo_until = header.issued + std::chrono::hours(below(5));
  if (below(3) == 0) header.recipients.resize(2);
  header.record_id = *RecordId::From(std::string(12, 'r') + std::to_string(1000 + below(9000)));
  return header;
}

TEST(MarkingTupleTest, HoldsAllThatAPolicyMayAskOfAHeader) {
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i) {
    const Header header = SomeHeader(random);
    const CircleId one = MakeCircleId("community.example", "one");
    const CircleId two = MakeCircleId("community.example", "two");
    const MarkingTuple tuple = TupleOf(header, {two, one});
    const auto parsed = ParseTuple(EncodeTuple(tuple));
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(*parsed, tuple);
    EXPECT_EQ(parsed->circles.size(), 2U);
    EXPECT_EQ(parsed->recipients, !header.recipients.empty());
    for (const int hour : {0, 2, 6}) {
      const Timestamp now = header.issued + std::chrono::hours(hour);
      policy::Marking expected = ToMarking(header, {}, now);
      EXPECT_TRUE(parsed->embargo || !expected.embargoed);
      expected.embargoed = false;
      ASSERT_EQ(parsed->marking, expected);
    }
  }
}

TEST(MarkingTupleTest, WhatDiffersFromRecordToRecordTakesNoPart) {
  std::mt19937 random(8);
  const Header header = SomeHeader(random);
  Header other = header;
  other.record_id = *RecordId::From(std::string(16, 'x'));
  other.origin = *crypto::PublicKey::From(std::string(32, 'k'));
  other.issued += std::chrono::hours(5);
  other.expires += std::chrono::hours(50);
  other.revision = 9;
  if (other.embargo_until) *other.embargo_until += std::chrono::hours(3);
  EXPECT_EQ(EncodeTuple(TupleOf(other, {})), EncodeTuple(TupleOf(header, {})));
}

TEST(MarkingTupleTest, BytesOfAnotherVersionOrLengthAreRefused) {
  std::mt19937 random(9);
  const Bytes good = EncodeTuple(TupleOf(SomeHeader(random), {}));
  EXPECT_TRUE(ParseTuple(good).ok());
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_EQ(ParseTuple(BytesView(good).substr(0, cut)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_FALSE(ParseTuple(good + "x").ok());
  EXPECT_FALSE(ParseTuple("\x07" + good.substr(1)).ok());
}

}  // namespace
}  // namespace renkei::record
