#include "node/formats/export.h"

#include <gtest/gtest.h>

#include "node/base/json.h"
#include "tests/unit/formats/held.h"

namespace renkei::formats {
namespace {

constexpr std::int64_t kNow = 1'790'000'001;

v1::Indicator& Add(HeldRecord& held, v1::IndicatorType type, const std::string& value) {
  v1::Indicator& indicator = *held.sections.mutable_indicators()->add_indicators();
  indicator.set_ref(fmt::format("i{}", held.sections.indicators().indicators_size()));
  indicator.set_type(type);
  indicator.set_value(value);
  indicator.set_actionable(true);
  return indicator;
}

HeldRecord Record() {
  HeldRecord held = Held({});
  held.kind = policy::Kind::kIndicators;
  held.tlp = policy::Tlp::kAmberStrict;
  held.sections.mutable_summary()->add_title()->set_value("A \"title\", quoted");
  return held;
}

std::string Plain(const std::vector<HeldRecord>& records, std::int64_t now = kNow) {
  return ExportPlain(records, At(now)).text;
}

TEST(ExportPlainTest, ValuesAreActionableSortedAndOnce) {
  HeldRecord held = Record();
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "b.example");
  Add(held, v1::INDICATOR_TYPE_IPV4, "192.0.2.1");
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "b.example");
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "context.example").set_actionable(false);
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "old.example").set_valid_until_us(1);
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "fine.example").set_role(v1::ROLE_BENIGN);
  Add(held, v1::INDICATOR_TYPE_ANON_IP, "anon-7");
  Add(held, v1::INDICATOR_TYPE_TEXT, "words");
  Add(held, v1::INDICATOR_TYPE_URL, "http://x.example/\nb");
  const Exported exported = ExportPlain({&held, 1}, At(kNow));
  EXPECT_EQ(exported.text, "192.0.2.1\nb.example\n");
  EXPECT_EQ(exported.written, 2U);
  std::uint64_t left_out = 0;
  for (const LeftOut& entry : exported.left_out) left_out += entry.count;
  EXPECT_EQ(left_out, 7U);
}

TEST(ExportPlainTest, OnlyTheTypesAskedForAndNeverAnAnonymizedAddress) {
  HeldRecord held = Record();
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "b.example");
  Add(held, v1::INDICATOR_TYPE_MUTEX, "m");
  Add(held, v1::INDICATOR_TYPE_ANON_IP, "anon-7");
  ExportOptions options = At(kNow);
  options.types = {v1::INDICATOR_TYPE_MUTEX, v1::INDICATOR_TYPE_ANON_IP};
  EXPECT_EQ(ExportPlain({&held, 1}, options).text, "m\n");
}

TEST(ExportPlainTest, NamesThatStandForAnothersOwnAreNeverListed) {
  HeldRecord held = Record();
  Add(held, v1::INDICATOR_TYPE_HOSTNAME, "h-7y5f4avopkc2oy3o.invalid");
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "INVALID");
  Add(held, v1::INDICATOR_TYPE_URL, "http://h-7y5f4avopkc2oy3o.invalid/a");
  Add(held, v1::INDICATOR_TYPE_EMAIL, "u-74s6ykdnnijxg5gn@o-ent6nijnzucj77fr.invalid");
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "notinvalid.example");
  EXPECT_EQ(Plain({held}), "notinvalid.example\n");
}

TEST(ExportPlainTest, ExercisesExpiredAndPapBoundRecordsAreOut) {
  HeldRecord held = Record();
  Add(held, v1::INDICATOR_TYPE_DOMAIN, "b.example");
  EXPECT_EQ(Plain({held}), "b.example\n");
  EXPECT_EQ(Plain({held}, UnixSeconds(held.expires)), "");
  for (const policy::Pap pap : {policy::Pap::kAmber, policy::Pap::kRed}) {
    HeldRecord bound = held;
    bound.pap = pap;
    EXPECT_EQ(Plain({bound}), "");
  }
  held.pap = policy::Pap::kGreen;
  EXPECT_EQ(Plain({held}), "b.example\n");
  held.exercise = true;
  EXPECT_EQ(Plain({held}), "");
}

TEST(ExportCsvTest, CellsAreQuotedAndFormulasDisarmed) {
  HeldRecord held = Record();
  v1::Indicator& indicator = Add(held, v1::INDICATOR_TYPE_TEXT, "=cmd|' /C calc'!A0");
  indicator.mutable_comment()->set_value("two\nlines, \"quoted\"");
  indicator.add_labels("@home");
  indicator.add_labels("b");
  const std::string text = ExportCsv({&held, 1}, At(kNow)).text;
  EXPECT_EQ(text,
            "record_id,revision,kind,tlp,pap,author,issued,expires,incident,title,type,value,"
            "actionable,role,first_seen,last_seen,valid_until,confidence,labels,comment\r\n"
            "000102030405060708090a0b0c0d0e0f,1,indicators,amber+strict,,team-a,"
            "2026-09-21T14:13:20Z,2027-01-15T08:00:00Z,,\"A \"\"title\"\", quoted\",text,"
            "'=cmd|' /C calc'!A0,yes,,,,,,'@home; b,\"two\nlines, \"\"quoted\"\"\"\r\n");
}

TEST(ExportCsvTest, NoTextOfAPeerMovesTheTerminalThatShowsIt) {
  HeldRecord held = Record();
  v1::Indicator& indicator = Add(held, v1::INDICATOR_TYPE_TEXT, "a\x1B[2Jb\x7F");
  indicator.mutable_comment()->set_value("one\r\ntwo\tc\rd\xC2\x9B 1m\xE2\x80\xAE");
  const std::string text = ExportCsv({&held, 1}, At(kNow)).text;
  EXPECT_NE(text.find(",a?[2Jb?,"), std::string::npos) << text;
  EXPECT_NE(text.find(",\"one\ntwo\tc?d? 1m?\"\r\n"), std::string::npos) << text;
}

TEST(ExportCsvTest, WhatHasNoRowIsCounted) {
  HeldRecord drill = Record();
  drill.exercise = true;
  const std::vector<HeldRecord> records = {Record(), drill};
  const Exported exported = ExportCsv(records, At(kNow));
  EXPECT_EQ(exported.written, 0U);
  EXPECT_EQ(exported.left_out, (std::vector<LeftOut>{{"records without indicators", 1},
                                                     {"records of an exercise", 1}}));
}

TEST(ExportMispTest, AnEventHasWhatMispAsksFor) {
  HeldRecord held = Record();
  held.author = "";
  Add(held, v1::INDICATOR_TYPE_ANON_IP, "anon-7");
  const Exported exported = ExportMisp({&held, 1}, At(kNow));
  const Json event = Json::parse(exported.text)["response"][0]["Event"];
  EXPECT_EQ(event["Orgc"]["name"], "water-isac");
  EXPECT_EQ(event["distribution"], "0");
  EXPECT_EQ(event["Tag"][0]["name"], "tlp:amber+strict");
  EXPECT_EQ(event["date"], "2026-09-21");
  EXPECT_EQ(event["threat_level_id"], "4");
  EXPECT_EQ(event["published"], false);
  EXPECT_EQ(event["Attribute"][0]["type"], "anonymised");
  EXPECT_EQ(event["Attribute"][0]["to_ids"], false);
  EXPECT_EQ(event["Attribute"][0]["category"], "Other");
  EXPECT_EQ(ExportMisp({&held, 1}, At(kNow)).text, exported.text);
}

// Whether or not MISP's schema is at hand, which forbids it (conformance_misp).
TEST(ExportMispTest, ATagThatStandsTwiceIsWrittenOnce) {
  record::Draft draft;
  draft.header.kind = policy::Kind::kIncident;
  draft.header.tlp = policy::Tlp::kGreen;
  v1::Indicator& indicator = *draft.sections.mutable_indicators()->add_indicators();
  indicator.set_ref("1");
  indicator.set_type(v1::INDICATOR_TYPE_IPV4);
  indicator.set_value("198.51.100.7");
  for (const char* label : {"seen", "again", "seen"}) {
    draft.sections.mutable_summary()->add_labels(label);
    indicator.add_labels(label);
  }
  const Json event = Json::parse(ExportMispEvent(Held(draft), At(1'790'000'001)))["Event"];
  const auto count = [](const Json& tags) {
    return std::count_if(tags.begin(), tags.end(),
                         [](const Json& tag) { return tag["name"] == "seen"; });
  };
  EXPECT_EQ(count(event["Tag"]), 1);
  EXPECT_EQ(count(event["Attribute"][0]["Tag"]), 1);
  EXPECT_EQ(event["Attribute"][0]["Tag"].size(), 2U);
}

TEST(ExportMispTest, SectionsWithoutAPlaceAreNamed) {
  HeldRecord held = Record();
  held.sections.mutable_timeline()->add_events()->set_time(1);
  held.sections.mutable_contact()->add_points()->set_name("x");
  held.sections.mutable_references()->add_references()->set_external_id("EX-1");
  const Exported exported = ExportMisp({&held, 1}, At(kNow));
  EXPECT_EQ(exported.left_out, (std::vector<LeftOut>{{"references without an address", 1},
                                                     {"section timeline", 1},
                                                     {"section contact", 1}}));
}

TEST(ExportMispTest, ASightingOfAnotherRecordGetsAnAttributeToHangOn) {
  HeldRecord held = Record();
  v1::Sighting& sighting = *held.sections.mutable_indicators()->add_sightings();
  sighting.set_type(v1::INDICATOR_TYPE_DOMAIN);
  sighting.set_value("seen.example");
  sighting.set_verdict(v1::VERDICT_FALSE_POSITIVE);
  const Json top = Json::parse(ExportMisp({&held, 1}, At(kNow)).text);
  const Json& attribute = top["response"][0]["Event"]["Attribute"][0];
  EXPECT_EQ(attribute["value"], "seen.example");
  EXPECT_EQ(attribute["to_ids"], false);
  EXPECT_EQ(attribute["Sighting"][0]["type"], "1");
}

}  // namespace
}  // namespace renkei::formats
