#include "node/formats/stix_pattern.h"

#include <gtest/gtest.h>

#include "node/formats/stix_ids.h"
#include "node/formats/stix_markings.h"
#include "node/formats/stix_values.h"

namespace renkei::formats {
namespace {

using Shape = StixPattern::Shape;

struct ShapeCase {
  std::string name;
  std::string pattern;
  Shape want;
  std::size_t comparisons;
};

class StixPatternShapeTest : public testing::TestWithParam<ShapeCase> {};

TEST_P(StixPatternShapeTest, IsWhatThePatternSays) {
  const auto pattern = ParseStixPattern(GetParam().pattern);
  ASSERT_TRUE(pattern.ok()) << Message(pattern.status());
  EXPECT_EQ(pattern->shape, GetParam().want);
  EXPECT_EQ(pattern->comparisons.size(), GetParam().comparisons);
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, StixPatternShapeTest,
    testing::ValuesIn(std::vector<ShapeCase>{
        {"One", "[ipv4-addr:value = '192.0.2.1']", Shape::kAnyOf, 1},
        {"Spaces", " [ ipv4-addr:value='192.0.2.1' ] ", Shape::kAnyOf, 1},
        {"Or", "[a:b = 1 OR a:c = 2]", Shape::kAnyOf, 2},
        {"OrOfObservations", "[a:b = 1] OR [a:c = 2]", Shape::kAnyOf, 2},
        {"And", "[a:b = 1 AND a:c = 2]", Shape::kAllOf, 2},
        {"ThreeAnds", "[a:b = 1 AND a:c = 2 AND a:d = 3]", Shape::kAllOf, 3},
        {"Brackets", "([(a:b = 1)])", Shape::kAnyOf, 1},
        {"AndBindsTighter", "[a:b = 1 AND a:c = 2 OR a:d = 3]", Shape::kComplex, 3},
        {"AndOfObservations", "[a:b = 1] AND [a:c = 2]", Shape::kComplex, 2},
        {"FollowedBy", "[a:b = 1] FOLLOWEDBY [a:c = 2]", Shape::kComplex, 2},
        {"Within", "[a:b = 1] WITHIN 5 SECONDS", Shape::kComplex, 1},
        {"Repeats", "[a:b = 1] REPEATS 5 TIMES", Shape::kComplex, 1},
        {"StartStop", "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
         Shape::kComplex, 1},
        {"Steps", "[x:values[*].data LIKE '%a%' AND x:y[0].'z-z' IN ('a', 'b')]", Shape::kAllOf, 2},
        {"Exists", "[EXISTS a:b]", Shape::kAnyOf, 1},
        {"NotIn", "[a:b NOT IN (1, 2)]", Shape::kAnyOf, 1},
        {"Constants", "[a:b = h'00ff' AND a:c = b'AAA=' AND a:d = true AND a:e = -1.5]",
         Shape::kAllOf, 4},
    }),
    [](const auto& test) { return test.param.name; });

TEST(StixPatternTest, ReadsPathsAndEscapes) {
  const auto pattern =
      ParseStixPattern(R"([file:hashes.'SHA-256' = 'aa' OR file:name = 'it\'s \\ x'])");
  ASSERT_TRUE(pattern.ok());
  EXPECT_EQ(pattern->comparisons[0].path, "hashes.SHA-256");
  EXPECT_EQ(pattern->comparisons[1].values[0].text, "it's \\ x");
}

TEST(StixPatternTest, WhatItWritesItReads) {
  for (const std::string value : {"plain", "it's", "a\\b", "'", "\\'", "line\nbreak", ""}) {
    const std::string text = "[" + PatternTerm("file", "hashes.SHA-256", value, false) + "]";
    const auto pattern = ParseStixPattern(text);
    ASSERT_TRUE(pattern.ok()) << text;
    EXPECT_EQ(pattern->comparisons[0].values[0].text, value);
    EXPECT_EQ(pattern->comparisons[0].path, "hashes.SHA-256");
  }
  EXPECT_EQ(PatternTerm("windows-registry-key", "values[*].data", "x", false),
            "windows-registry-key:values[*].data = 'x'");
  EXPECT_EQ(PatternTerm("file", "hashes.SHA-256", "x", false), "file:hashes.'SHA-256' = 'x'");
}

TEST(StixPatternTest, RefusesWhatIsNoPattern) {
  for (const std::string text :
       {"", "[", "[]", "[a:b]", "[a:b =]", "[a:b = 'x]", "[a:b = 'x'", "a:b = 'x'", "[a = 'x']",
        "[a:b = 'x'] OR", "[a:b = 'x'] junk", R"([a:b = '\x'])", "[a:b[x] = 1]", "[NOT a:b = 1]",
        "[a:b IN ()]", "[a:b = 1] WITHIN SECONDS"}) {
    EXPECT_FALSE(ParseStixPattern(text).ok()) << text;
  }
  EXPECT_FALSE(ParseStixPattern(std::string(100'000, '(')).ok());
  EXPECT_FALSE(ParseStixPattern(std::string(kPatternBytesMax + 1, ' ')).ok());
  std::string many = "[a:b = 1";
  for (std::size_t i = 0; i < kPatternComparisonsMax; ++i) many += " OR a:b=1";
  EXPECT_FALSE(ParseStixPattern(many + "]").ok());
}

TEST(StixValuesTest, EveryPropertyIsFoundAndWritten) {
  for (const StixProperty& property : StixProperties()) {
    EXPECT_EQ(FindStixProperty(property.object, property.path), &property) << property.path;
    const v1::Indicator one = IndicatorOf(property, property.is_number ? "443" : "x");
    EXPECT_NE(one.type(), v1::INDICATOR_TYPE_UNSPECIFIED);
    const std::string pattern = PatternOf(one);
    ASSERT_FALSE(pattern.empty()) << property.object << ":" << property.path;
    EXPECT_TRUE(ParseStixPattern(pattern).ok()) << pattern;
  }
}

TEST(StixValuesTest, AStandInForAnAddressIsNeverWrittenAsOne) {
  v1::Indicator one;
  one.set_type(v1::INDICATOR_TYPE_ANON_IP);
  one.set_value("anon-1");
  one.set_source_type("ipv4-addr:value");
  EXPECT_EQ(PatternOf(one), "");
  EXPECT_TRUE(ObservableOf(one).is_null());
}

TEST(StixIdsTest, ObservablesGetTheIdsOfTheStandard) {
  const auto id = [](const Json& object) { return ObservableId(object); };
  EXPECT_EQ(id({{"type", "ipv4-addr"}, {"value", "198.51.100.3"}}),
            "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
  EXPECT_EQ(id({{"type", "domain-name"}, {"value", "example.com"}}),
            "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7");
  EXPECT_EQ(id({{"type", "url"}, {"value", "https://example.com/research/index.html"}}),
            "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55");
  EXPECT_EQ(id({{"type", "email-addr"}, {"value", "john@example.com"}}),
            "email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934");
  EXPECT_EQ(id({{"type", "autonomous-system"}, {"number", 15139}}),
            "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff");
}

TEST(StixIdsTest, OneHashCountsAndOrderDoesNot) {
  const Json md5 = {{"type", "file"}, {"hashes", {{"MD5", "aa"}}}, {"name", "x"}};
  const Json both = {
      {"name", "x"}, {"type", "file"}, {"hashes", {{"SHA-256", "bb"}, {"MD5", "aa"}}}, {"size", 5}};
  EXPECT_EQ(ObservableId(md5), ObservableId(both));
  EXPECT_EQ(CanonicalJson({{"b", 1}, {"a", "\u00e9/\n"}}), "{\"a\":\"\xc3\xa9/\\n\",\"b\":1}");
}

TEST(StixMarkingsTest, BothFamiliesAreReadAndTlp2IsWritten) {
  using policy::Tlp;
  EXPECT_EQ(KnownMarking("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9")->tlp,
            Tlp::kClear);
  EXPECT_EQ(KnownMarking("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed")->tlp,
            Tlp::kRed);
  EXPECT_FALSE(KnownMarking("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ee"));
  for (const Tlp tlp : {Tlp::kClear, Tlp::kGreen, Tlp::kAmber, Tlp::kAmberStrict, Tlp::kRed}) {
    const Json json = MarkingDefinition(tlp);
    EXPECT_EQ(KnownMarking(json["id"].get<std::string>())->tlp, tlp);
    EXPECT_FALSE(json.contains("definition_type"));
  }
  EXPECT_EQ(MarkingDefinition(Tlp::kAmberStrict)["name"], "TLP:AMBER+STRICT");
  EXPECT_TRUE(MarkingDefinition(Tlp::kUnspecified).is_null());
  EXPECT_EQ(TlpFromStix("TLP:WHITE"), Tlp::kClear);
  EXPECT_EQ(TlpFromStix("amber+strict"), Tlp::kAmberStrict);
  EXPECT_FALSE(TlpFromStix("ultraviolet"));
}

}  // namespace
}  // namespace renkei::formats
