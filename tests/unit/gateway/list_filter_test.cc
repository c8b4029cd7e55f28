#include "node/gateway/list_filter.h"

#include <gtest/gtest.h>

#include "tests/support/sample_draft.h"

namespace renkei::gateway {
namespace {

using Query = std::map<std::string, std::string>;

std::string Wrong(const Query& query, FilterFor use = FilterFor::kList) {
  std::optional<WrongFilter> wrong;
  ReadListFilter(query, use, wrong);
  return wrong ? wrong->parameter : "";
}

ListFilter Filter(const Query& query, FilterFor use = FilterFor::kList) {
  std::optional<WrongFilter> wrong;
  ListFilter filter = ReadListFilter(query, use, wrong);
  EXPECT_FALSE(wrong);
  return filter;
}

formats::HeldRecord Held() {
  formats::HeldRecord held;
  held.kind = policy::Kind::kIncident;
  held.tlp = policy::Tlp::kGreen;
  held.issued = FromUnixSeconds(1'790'000'000);
  held.circles = {"energy", "members"};
  held.sections = testing_support::SampleDraft().sections;
  return held;
}

TEST(ListFilterTest, AWrongValueIsNamedByItsParameter) {
  EXPECT_EQ(Wrong({{"kind", "incidents"}}), "kind");
  EXPECT_EQ(Wrong({{"type", "ipv4,house"}}), "type");
  EXPECT_EQ(Wrong({{"tlp", "GREEN"}}), "tlp");
  EXPECT_EQ(Wrong({{"confidence", "101"}}), "confidence");
  EXPECT_EQ(Wrong({{"age", "3"}}), "age");
  EXPECT_EQ(Wrong({{"age", "0d"}}), "age");
  EXPECT_EQ(Wrong({{"circle", "A B"}}), "circle");
  EXPECT_EQ(Wrong({{"colour", "red"}}), "colour");
}

TEST(ListFilterTest, WhatAListTakesAnExportOfWholeRecordsDoesNot) {
  EXPECT_EQ(Wrong({{"type", "ipv4"}}, FilterFor::kWhole), "type");
  EXPECT_EQ(Wrong({{"confidence", "50"}}, FilterFor::kWhole), "confidence");
  EXPECT_EQ(Wrong({{"zone", "rpz.example"}}), "zone");
  EXPECT_EQ(Wrong({{"zone", "rpz.example"}}, FilterFor::kZone), "");
  EXPECT_EQ(Wrong({{"zone", "not a name"}}, FilterFor::kZone), "zone");
}

TEST(ListFilterTest, EqualFiltersHaveEqualNames) {
  EXPECT_EQ(ToText(Filter({{"type", "domain,ipv4"}})), ToText(Filter({{"type", "ipv4,domain"}})));
  EXPECT_NE(ToText(Filter({{"type", "domain"}})), ToText(Filter({{"type", "ipv4"}})));
  EXPECT_NE(ToText(Filter({{"age", "1d"}})), ToText(Filter({{"age", "25h"}})));
}

TEST(ListFilterTest, RecordsAreWantedByKindTlpAgeAndCircle) {
  const formats::HeldRecord held = Held();
  const Timestamp later = held.issued + std::chrono::hours(30);
  EXPECT_TRUE(WantsRecord(Filter({}), held, later));
  EXPECT_TRUE(WantsRecord(Filter({{"kind", "incident"}}), held, later));
  EXPECT_FALSE(WantsRecord(Filter({{"kind", "advisory"}}), held, later));
  EXPECT_TRUE(WantsRecord(Filter({{"tlp", "amber"}}), held, later));
  EXPECT_FALSE(WantsRecord(Filter({{"tlp", "clear"}}), held, later));
  EXPECT_TRUE(WantsRecord(Filter({{"age", "2d"}}), held, later));
  EXPECT_FALSE(WantsRecord(Filter({{"age", "29h"}}), held, later));
  EXPECT_TRUE(WantsRecord(Filter({{"circle", "energy"}}), held, later));
  EXPECT_FALSE(WantsRecord(Filter({{"circle", "rail"}}), held, later));
}

TEST(ListFilterTest, IndicatorsAreKeptByTypeAndConfidence) {
  formats::HeldRecord held = Held();
  held.sections.mutable_indicators()->mutable_indicators(0)->set_confidence(80);
  NarrowRecord(Filter({{"confidence", "50"}}), held);
  ASSERT_EQ(held.sections.indicators().indicators_size(), 1);
  EXPECT_EQ(held.sections.indicators().indicators(0).value(), "198.51.100.7");
  NarrowRecord(Filter({{"type", "domain"}}), held);
  EXPECT_EQ(held.sections.indicators().indicators_size(), 0);
}

TEST(ListFilterTest, AnIndicatorThatSaysNothingIsAsSureAsItsRecord) {
  formats::HeldRecord held = Held();
  held.sections.mutable_summary()->set_confidence(60);
  NarrowRecord(Filter({{"confidence", "60"}}), held);
  EXPECT_EQ(held.sections.indicators().indicators_size(), 2);
  NarrowRecord(Filter({{"confidence", "61"}}), held);
  EXPECT_EQ(held.sections.indicators().indicators_size(), 0);
}

}  // namespace
}  // namespace renkei::gateway
