#include "node/formats/stix_import.h"

#include <gtest/gtest.h>

#include "node/formats/export.h"
#include "node/formats/import_json.h"
#include "node/formats/stix_file.h"
#include "node/record/limits.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

std::vector<Imported> ImportStixSample(const std::string& name) {
  auto imported = ImportJsonAuto(ReadAll(std::filesystem::path(RENKEI_SAMPLES) / "stix" / name));
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  return imported.ok() ? *std::move(imported) : std::vector<Imported>{Imported{}};
}

const v1::Indicator* ValueIn(const record::Draft& draft, std::string_view value) {
  for (const v1::Indicator& one : draft.sections.indicators().indicators()) {
    if (one.value() == value) return &one;
  }
  return nullptr;
}

std::uint64_t Lost(const ImportReport& report, std::string_view what) {
  std::uint64_t count = 0;
  for (const NotMapped& one : report.not_mapped) {
    if (one.what.find(what) != std::string::npos) count += one.count;
  }
  return count;
}

std::string Bundle(const std::string& objects) {
  return R"({"type": "bundle", "id": "bundle--11111111-2222-4333-8444-555555555555", "objects": [)" +
         objects + "]}";
}

std::string Pattern(const std::string& pattern, const std::string& more = "") {
  return R"({"type": "indicator", "spec_version": "2.1", "pattern_type": "stix", )"
         R"("id": "indicator--11111111-2222-4333-8444-555555555556", "pattern": ")" +
         pattern + "\"" + more + "}";
}

std::string ErrorOf(const std::string& text) {
  const auto imported = ImportJsonAuto(text);
  return imported.ok() ? "(none)" : Message(imported.status());
}

TEST(StixImportTest, AReportMakesOneDraftOfAllThatItNames) {
  const auto imported = ImportStixSample("report.json");
  ASSERT_EQ(imported.size(), 1U);
  const record::Draft& draft = imported[0].draft;
  EXPECT_EQ(draft.header.kind, policy::Kind::kIncident);
  EXPECT_EQ(draft.header.tlp, policy::Tlp::kAmber);
  EXPECT_EQ(policy::RsitWord(draft.header.type), "fraud/phishing");
  EXPECT_EQ(draft.source_format, "stix");
  EXPECT_TRUE(draft.source_id.starts_with("report--"));
  const v1::Summary& summary = draft.sections.summary();
  ASSERT_EQ(summary.title_size(), 3);
  EXPECT_EQ(summary.title(0).lang(), "en");
  EXPECT_EQ(summary.title(1).lang(), "ja");
  EXPECT_EQ(summary.description_size(), 2);
  EXPECT_EQ(summary.confidence(), 70U);
  EXPECT_EQ(summary.labels(0), "osint");
  EXPECT_EQ(summary.reports(0).content().value(), "08:15 first mail");
  EXPECT_EQ(draft.sections.references().references_size(), 3);
}

TEST(StixImportTest, AStatementStandsOnceHoweverManyObjectsShareIt) {
  const auto marking = [](int number, const std::string& text) {
    return fmt::format(R"({{"type": "marking-definition", "spec_version": "2.1", )"
                       R"("id": "marking-definition--11111111-2222-4333-8444-00000000000{}", )"
                       R"("definition_type": "statement", "definition": {{"statement": "{}"}}}},)",
                       number, text);
  };
  const std::string too_long(record::kTextBytesMax + 1, 'x');
  std::string objects = marking(1, "Ask first") + marking(2, too_long) + marking(3, "Ask first");
  for (int i = 0; i < 2'000; ++i) {
    objects += fmt::format(
        R"({}{{"type": "domain-name", "id": "domain-name--11111111-2222-4333-8444-{:012}", )"
        R"("value": "h{}.example", "object_marking_refs": [)"
        R"("marking-definition--11111111-2222-4333-8444-000000000001", )"
        R"("marking-definition--11111111-2222-4333-8444-000000000002", )"
        R"("marking-definition--11111111-2222-4333-8444-000000000003"]}})",
        i > 0 ? "," : "", i, i);
  }
  const auto imported = ImportJsonAuto(Bundle(objects));
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  ASSERT_EQ(imported->size(), 1U);
  const v1::Caveats& caveats = (*imported)[0].draft.sections.caveats();
  ASSERT_EQ(caveats.texts_size(), 1);
  EXPECT_EQ(caveats.texts(0).value(), "Ask first");
  EXPECT_EQ(Lost((*imported)[0].report, "a statement that is too long for a record"), 1U);
}

TEST(StixImportTest, AnIndicatorKeepsAllItSays) {
  const record::Draft draft = ImportStixSample("report.json")[0].draft;
  const v1::Indicator* url = ValueIn(draft, "https://login.portal.example/verify");
  ASSERT_NE(url, nullptr);
  EXPECT_EQ(url->type(), v1::INDICATOR_TYPE_URL);
  EXPECT_TRUE(url->actionable());
  EXPECT_EQ(url->comment().value(), "Landing page\n\nSeen in mails");
  EXPECT_EQ(url->comment().lang(), "en");
  EXPECT_EQ(url->confidence(), 80U);
  EXPECT_EQ(url->first_seen_us() % 1'000'000, 250'000);
  EXPECT_NE(url->valid_until_us(), 0);
  EXPECT_EQ(url->phases(0).phase(), "delivery");
  EXPECT_EQ(url->labels_size(), 2);
  EXPECT_EQ(url->uuid().size(), 16U);
}

TEST(StixImportTest, PatternsBecomeValuesOrStayRules) {
  const record::Draft draft = ImportStixSample("report.json")[0].draft;
  EXPECT_TRUE(ValueIn(draft, "c2.crane.example")->actionable());
  EXPECT_TRUE(ValueIn(draft, "192.0.2.44")->actionable());
  EXPECT_FALSE(ValueIn(draft, "crane.dll")->actionable());  // a file's name alone finds too much
  std::string hash;
  for (int i = 0; i < 32; ++i) hash += "ab";
  EXPECT_TRUE(ValueIn(draft, hash)->actionable());
  const auto& rules = draft.sections.detection_rules().rules();
  ASSERT_EQ(rules.size(), 2);
  EXPECT_EQ(rules[0].language(), "stix");
  EXPECT_EQ(rules[0].name(), "Two steps");
  EXPECT_EQ(rules[1].language(), "yara");
}

TEST(StixImportTest, ThingsAndTheirRelationshipsStay) {
  const Imported imported = std::move(ImportStixSample("report.json")[0]);
  const v1::Sections& sections = imported.draft.sections;
  ASSERT_EQ(sections.techniques().actors_size(), 2);
  EXPECT_EQ(sections.techniques().actors(0).aliases(0), "Crane");
  EXPECT_EQ(sections.techniques().actors(1).namespace_(), "stix:intrusion-set");
  EXPECT_EQ(sections.techniques().techniques(0).id(), "T1566.002");
  EXPECT_EQ(sections.techniques().techniques(0).tactic(), "initial-access");
  std::vector<std::string> types;
  for (const auto& one : sections.indicators().relationships()) types.push_back(one.type());
  EXPECT_EQ(types, (std::vector<std::string>{"indicates", "uses", "uses", "indicates"}));
  EXPECT_EQ(Lost(imported.report, "an end that is a rule"), 1U);
  EXPECT_EQ(sections.response().actions(0).description().value(),
            "Block\n\nBlock the landing page at the proxy.");
}

TEST(StixImportTest, WhoWasHitStandsInTheVictimSectionAlone) {
  const v1::Sections sections = ImportStixSample("report.json")[0].draft.sections;
  EXPECT_EQ(sections.victim().sectors(0), "water");
  EXPECT_EQ(sections.victim().assets(0).description().value(), "Water utility in the north");
  EXPECT_EQ(sections.indicators().SerializeAsString().find("Water utility"), std::string::npos);
}

TEST(StixImportTest, SightingsAndVerdictsStayAndWhoSawItDoesNot) {
  const Imported imported = std::move(ImportStixSample("report.json")[0]);
  const auto& sightings = imported.draft.sections.indicators().sightings();
  ASSERT_EQ(sightings.size(), 2);
  EXPECT_EQ(sightings[0].count(), "10-49");
  EXPECT_EQ(sightings[0].verdict(), v1::VERDICT_SEEN);
  EXPECT_EQ(sightings[1].verdict(), v1::VERDICT_FALSE_POSITIVE);
  EXPECT_EQ(Lost(imported.report, "who saw it is not passed on"), 1U);
  EXPECT_EQ(imported.draft.sections.SerializeAsString().find("Team A"), std::string::npos);
  EXPECT_EQ(imported.draft.sections.SerializeAsString().find("Someone"), std::string::npos);
}

TEST(StixImportTest, LooseObjectsMakeADraftForEachMarking) {
  const auto imported = ImportStixSample("loose.json");
  ASSERT_EQ(imported.size(), 3U);
  EXPECT_EQ(imported[2].draft.header.tlp, policy::Tlp::kUnspecified);
  EXPECT_EQ(imported[0].draft.header.tlp, policy::Tlp::kGreen);
  EXPECT_EQ(imported[1].draft.header.tlp, policy::Tlp::kRed);
  EXPECT_TRUE(imported[1].draft.source_id.ends_with("/red"));
  EXPECT_EQ(imported[0].draft.sections.caveats().texts(0).value(),
            "Copyright 2026 Example Exchange");
  EXPECT_EQ(ValueIn(imported[0].draft, "203.0.113.5")->source_type(), "");
  EXPECT_EQ(ValueIn(imported[0].draft, "a@mail.example")->role(), v1::ROLE_SOURCE);
  const v1::Indicator* net = ValueIn(imported[1].draft, "192.0.2.0/24");
  EXPECT_EQ(net->type(), v1::INDICATOR_TYPE_IPV4_NET);
  EXPECT_EQ(net->role(), v1::ROLE_BENIGN);
  EXPECT_FALSE(net->actionable());
}

TEST(StixImportTest, WhatIsNotTakenAlongIsCountedAndNamed) {
  const auto imported = ImportStixSample("loose.json");
  EXPECT_EQ(Lost(imported[0].report, "revoked by its author"), 1U);
  EXPECT_EQ(Lost(imported[0].report, "another version is in the file"), 1U);
  EXPECT_NE(ValueIn(imported[2].draft, "new"), nullptr);
  EXPECT_EQ(ValueIn(imported[2].draft, "old"), nullptr);
  EXPECT_EQ(Lost(imported[2].report, "x-thing: a kind of object"), 1U);
  EXPECT_EQ(Lost(imported[0].report, "a custom property"), 1U);
  EXPECT_EQ(Lost(imported[0].report, "an extension that is not known"), 1U);
  EXPECT_EQ(Lost(imported[1].report, "the strictest marks the whole"), 1U);
  ASSERT_EQ(imported[0].report.notes.size(), 1U);
  EXPECT_NE(imported[0].report.notes[0].find("not a STIX pattern (column"), std::string::npos);
}

TEST(StixImportTest, ObservationsBecomeContext) {
  const Imported imported = std::move(ImportStixSample("observed.json")[0]);
  const v1::Indicator* ip = ValueIn(imported.draft, "203.0.113.9");
  ASSERT_NE(ip, nullptr);
  EXPECT_FALSE(ip->actionable());
  EXPECT_NE(ip->first_seen_us(), 0);
  const auto& objects = imported.draft.sections.indicators().objects();
  const auto named = [&](std::string_view name) {
    return std::count_if(objects.begin(), objects.end(),
                         [&](const v1::Object& one) { return one.name() == name; });
  };
  EXPECT_EQ(named("network-traffic"), 1);
  EXPECT_EQ(named("file"), 1);
  EXPECT_EQ(named("windows-registry-key"), 1);
  EXPECT_EQ(named("infrastructure"), 1);
  std::vector<std::string> types;
  for (const auto& one : imported.draft.sections.indicators().relationships()) {
    types.push_back(one.type());
  }
  std::sort(types.begin(), types.end());
  EXPECT_EQ(types, (std::vector<std::string>{"consists-of", "dst", "from", "hosts", "resolves-to",
                                             "src"}));
  EXPECT_EQ(Lost(imported.report, "how often it was observed"), 1U);
  EXPECT_EQ(Lost(imported.report, "an object that is not in the file"), 1U);
}

TEST(StixImportTest, HostileFilesAreRefusedWithOneLine) {
  EXPECT_EQ(ErrorOf(R"({"type": "bundle", "objects": []})"),
            "`objects`: the bundle holds no objects");
  EXPECT_EQ(ErrorOf(Bundle(R"({"type": "indicator"})")), "objects[0]: `(top)`: `id` is missing");
  EXPECT_EQ(ErrorOf(Bundle(R"({"type": "indicator", "id": "indicator--1"})")),
            "objects[0]: `id`: expected `indicator--` and a UUID");
  EXPECT_EQ(ErrorOf(Bundle("7")), "objects[0]: `(top)`: expected object, found number");
  EXPECT_EQ(ErrorOf(Bundle(Pattern("[url:value = 'x']", R"(, "name": 5)"))),
            "objects[0]: `name`: expected text, found number");
  EXPECT_EQ(ErrorOf(Bundle(Pattern("[url:value = 'x']", R"(, "id": "x")"))),
            "`objects[0].id`: this key stands twice");
  EXPECT_EQ(ErrorOf(R"({"type": "bundle", "objects": [], "objects": [{}]})"),
            "`objects`: this key stands twice");
  std::string deep = Pattern("[url:value = 'x']", R"(, "x_deep": )" + std::string(100, '['));
  EXPECT_NE(ErrorOf(Bundle(deep)).find("line 1, column"), std::string::npos);
  std::string nested = std::string(70, '[') + std::string(70, ']');
  EXPECT_NE(ErrorOf(Bundle(Pattern("x", R"(, "x_deep": )" + nested))).find("nested deeper than 64"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Bundle(Pattern("x")).substr(0, 150)).find("cut short"), std::string::npos);
  EXPECT_NE(ErrorOf(Bundle(Pattern("\xff"))).find("not UTF-8"), std::string::npos);
}

TEST(StixImportTest, TooManyObjectsAreRefused) {
  std::string many;
  for (std::size_t i = 0; i <= kStixObjectsMax; ++i) many += many.empty() ? "1" : ",1";
  EXPECT_EQ(ErrorOf(Bundle(many)), "`objects`: 400001 objects, more than the 400000 allowed");
}

// 40 MB in, and never more than one object as a tree.
TEST(StixImportTest, ALargeBundleBecomesParts) {
  std::string objects;
  int number = 0;
  while (objects.size() < 4'000'000) {
    if (number > 0) objects += ",\n";
    objects += fmt::format(
        R"({{"type": "indicator", "spec_version": "2.1", "pattern_type": "stix", )"
        R"("id": "indicator--11111111-2222-4333-8444-{:012}", "pattern": "[ipv4-addr:value = )"
        R"('192.0.2.{}']", "description": "{}"}})",
        number, number % 256, std::string(300, 'd'));
    ++number;
  }
  const auto imported = ImportJsonAuto(Bundle(objects));
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  int values = 0;
  for (const Imported& one : *imported) {
    values += one.draft.sections.indicators().indicators_size();
  }
  EXPECT_EQ(values, number);
  EXPECT_GT(imported->size(), 1U);
}

TEST(StixExportTest, IsABundleOfTheStandardsShape) {
  const record::Draft draft = ImportStixSample("report.json")[0].draft;
  HeldRecord held = Held(draft);
  held.pap = policy::Pap::kGreen;
  const Json bundle = Json::parse(ExportStix({&held, 1}, At(1'790'000'001)).text);
  EXPECT_EQ(bundle["type"], "bundle");
  std::set<std::string> ids;
  for (const Json& one : bundle["objects"]) EXPECT_TRUE(ids.insert(one["id"]).second) << one["id"];
  EXPECT_EQ(ids.count("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"), 1U);
  int reports = 0;
  for (const Json& one : bundle["objects"]) {
    EXPECT_EQ(one["spec_version"], "2.1");
    EXPECT_EQ(one["type"] == "indicator", one.contains("valid_from"));
    if (one["type"] != "report") continue;
    ++reports;
    for (const Json& ref : one["object_refs"]) EXPECT_EQ(ids.count(ref), 1U) << ref;
    EXPECT_EQ(one["created_by_ref"].get<std::string>().substr(0, 10), "identity--");
  }
  EXPECT_EQ(reports, 1);
}

TEST(StixExportTest, APartOfARecordIsAnotherObjectDerivedFromTheWhole) {
  HeldRecord whole = Held(ImportStixSample("report.json")[0].draft);
  HeldRecord part = whole;
  part.whole = false;
  part.sections.clear_victim();
  part.author.clear();
  const auto report_of = [](const HeldRecord& held, Json& derived) {
    const Json bundle = Json::parse(ExportStix({&held, 1}, At(1'790'000'001)).text);
    Json report;
    for (const Json& one : bundle["objects"]) {
      if (one["type"] == "report") report = one;
      if (one.value("relationship_type", "") == "derived-from") derived = one;
    }
    return report;
  };
  Json derived;
  const Json of_whole = report_of(whole, derived);
  EXPECT_TRUE(derived.is_null());
  const Json of_part = report_of(part, derived);
  EXPECT_NE(of_whole["id"], of_part["id"]);
  EXPECT_EQ(derived["source_ref"], of_part["id"]);
  EXPECT_EQ(derived["target_ref"], of_whole["id"]);
  EXPECT_FALSE(of_part.contains("created_by_ref"));
}

TEST(StixExportTest, ARevisionKeepsItsIdAndGetsALaterTime) {
  HeldRecord held = Held(ImportStixSample("loose.json")[0].draft);
  const std::string first = ExportStix({&held, 1}, At(1'790'000'001)).text;
  EXPECT_EQ(first, ExportStix({&held, 1}, At(1'790'000'001)).text);
  held.revision = 2;
  const Json before = Json::parse(first);
  const Json after = Json::parse(ExportStix({&held, 1}, At(1'790'000'001)).text);
  const Json& a = before["objects"].back();
  const Json& b = after["objects"].back();
  EXPECT_EQ(a["id"], b["id"]);
  EXPECT_EQ(a["created"], b["created"]);
  EXPECT_EQ(a["created"], a["modified"]);
  EXPECT_LT(a["modified"].get<std::string>(), b["modified"].get<std::string>());
}

}  // namespace
}  // namespace renkei::formats
