#include "node/formats/misp_import.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/formats/uuid.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

using policy::Tlp;

std::string EventText(const std::string& inside) {
  return R"({"Event": {"info": "x", "date": "2026-09-14", "distribution": "3", )" + inside + "}}";
}

Imported Import(const std::string& inside, ImportOptions options = {}) {
  auto imported = ImportMisp(EventText(inside), options);
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  return imported.ok() ? std::move((*imported)[0]) : Imported{};
}

std::uint64_t NotKept(const ImportReport& report, std::string_view what) {
  std::uint64_t count = 0;
  for (const NotMapped& entry : report.not_mapped) {
    if (entry.what.find(what) != std::string::npos) count += entry.count;
  }
  return count;
}

Imported ImportSample(const std::string& name) {
  const auto path = std::filesystem::path(RENKEI_SAMPLES) / "misp" / name;
  auto imported = ImportMisp(ReadAll(path));
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  return imported.ok() ? std::move((*imported)[0]) : Imported{};
}

const v1::Indicator* FindValue(const record::Draft& draft, std::string_view value) {
  for (const v1::Indicator& indicator : draft.sections.indicators().indicators()) {
    if (indicator.value() == value) return &indicator;
  }
  return nullptr;
}

TEST(MispImportTest, TheHeaderSaysWhatTheEventSays) {
  const record::Draft draft = ImportSample("incident.json").draft;
  EXPECT_EQ(draft.header.kind, policy::Kind::kIncident);
  EXPECT_EQ(draft.header.tlp, Tlp::kAmber);
  EXPECT_EQ(draft.header.pap, policy::Pap::kGreen);
  EXPECT_EQ(draft.header.severity, policy::Severity::kHigh);
  EXPECT_EQ(policy::RsitWord(draft.header.type), "fraud/phishing");
  EXPECT_EQ(draft.source_format, "misp");
  EXPECT_EQ(draft.source_id.size(), 36U);
  const v1::Summary& summary = draft.sections.summary();
  EXPECT_EQ(summary.title(0).value(), "Credential phishing against water utilities");
  EXPECT_EQ(summary.date(), 1'789'344'000);
  EXPECT_EQ(summary.analysis(), v1::ANALYSIS_STATE_COMPLETE);
  EXPECT_EQ(summary.reports(0).name().value(), "Timeline");
  const std::vector<std::string> labels(summary.labels().begin(), summary.labels().end());
  EXPECT_EQ(labels, (std::vector<std::string>{"tlp:ex:chr", "rsit:intrusions=\"system-compromise\"",
                                              "osint:source-type=\"blog-post\""}));
}

TEST(MispImportTest, GalaxiesBecomeTechniquesActorsAndSectorsOnce) {
  const v1::Sections sections = ImportSample("incident.json").draft.sections;
  ASSERT_EQ(sections.techniques().techniques_size(), 2);
  EXPECT_EQ(sections.techniques().techniques(0).id(), "T1566.002");
  EXPECT_EQ(sections.techniques().techniques(0).name(), "Spearphishing Link");
  EXPECT_EQ(sections.techniques().techniques(0).framework(), "mitre-attack");
  EXPECT_EQ(sections.techniques().techniques(1).id(), "");
  ASSERT_EQ(sections.techniques().actors_size(), 2);
  EXPECT_EQ(sections.techniques().actors(0).name(), "ExampleKit");
  EXPECT_EQ(sections.techniques().actors(1).kind(), v1::ACTOR_KIND_THREAT_ACTOR);
  EXPECT_EQ(sections.victim().sectors(0), "Water");
  EXPECT_EQ(sections.victim().assets(0).type(), "target-org");
}

TEST(MispImportTest, AnAttributeKeepsAllItSays) {
  const record::Draft draft = ImportSample("incident.json").draft;
  const v1::Indicator* url = FindValue(draft, "https://login.portal.example/verify?id=1");
  ASSERT_NE(url, nullptr);
  EXPECT_EQ(url->type(), v1::INDICATOR_TYPE_URL);
  EXPECT_TRUE(url->actionable());
  EXPECT_EQ(url->comment().value(), "landing page");
  EXPECT_EQ(url->source_category(), "Network activity");
  EXPECT_EQ(url->first_seen_us() % 1'000'000, 250'000);
  EXPECT_EQ(url->last_seen_us(), 1'789'372'800'000'000);
  EXPECT_EQ(url->uuid().size(), 16U);
  EXPECT_EQ(url->source_type(), "");
  ASSERT_EQ(url->labels_size(), 2);
  const v1::Indicators& section = draft.sections.indicators();
  ASSERT_EQ(section.sightings_size(), 3);
  EXPECT_EQ(section.sightings(1).verdict(), v1::VERDICT_FALSE_POSITIVE);
  EXPECT_EQ(FindValue(draft, "192.0.2.44")->role(), v1::ROLE_SOURCE);
  EXPECT_EQ(FindValue(draft, "192.0.2.44")->valid_until_us(), 1'797'206'400'000'000);
  EXPECT_EQ(FindValue(draft, "198.51.100.0/24")->type(), v1::INDICATOR_TYPE_IPV4_NET);
  EXPECT_EQ(FindValue(draft, "198.51.100[.]9")->type(), v1::INDICATOR_TYPE_OTHER);
  EXPECT_EQ(FindValue(draft, "198.51.100[.]9")->source_type(), "ip-dst");
  EXPECT_EQ(FindValue(draft, "C:\\Temp\\crane.dll")->type(), v1::INDICATOR_TYPE_FILE_PATH);
  EXPECT_EQ(FindValue(draft, "8443")->type(), v1::INDICATOR_TYPE_PORT);
}

TEST(MispImportTest, ACompositeBecomesAnObjectOfTwo) {
  const Imported imported = Import(
      R"("Attribute": [{"type": "filename|sha1", "category": "Payload delivery", "to_ids": true,)"
      R"( "value": "a|b.exe|aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"}])");
  const v1::Indicators& section = imported.draft.sections.indicators();
  ASSERT_EQ(section.objects_size(), 1);
  EXPECT_EQ(section.objects(0).source_type(), "filename|sha1");
  EXPECT_EQ(section.indicators(0).value(), "a|b.exe");
  EXPECT_FALSE(section.indicators(0).actionable());  // a file's name alone finds too much
  EXPECT_EQ(section.indicators(1).type(), v1::INDICATOR_TYPE_SHA1);
  EXPECT_TRUE(section.indicators(1).actionable());
}

TEST(MispImportTest, ObjectsKeepMembersAndRelationships) {
  const Imported imported = ImportSample("incident.json");
  const v1::Indicators& section = imported.draft.sections.indicators();
  ASSERT_EQ(section.relationships_size(), 3);
  std::vector<std::string> types;
  for (const auto& r : section.relationships()) types.push_back(r.type());
  EXPECT_EQ(types, (std::vector<std::string>{"beacon", "connected-to", "downloaded-from"}));
  EXPECT_EQ(NotKept(imported.report, "points at something that this record does not hold"), 1U);
  const auto& objects = section.objects();
  const auto file = std::find_if(objects.begin(), objects.end(), [](const v1::Object& object) {
    return object.name() == "file" && !object.template_().empty();
  });
  ASSERT_NE(file, objects.end());
  EXPECT_EQ(file->members(1).relation(), "sha256");
  EXPECT_TRUE(file->template_().ends_with("/24"));
}

TEST(MispImportTest, WhatIsNotTakenAlongIsCountedAndNamed) {
  const ImportReport report = ImportSample("incident.json").report;
  EXPECT_EQ(report.attributes, 24U);
  EXPECT_EQ(report.attributes_skipped, 3U);
  EXPECT_EQ(NotKept(report, "deleted by its author"), 1U);
  EXPECT_EQ(NotKept(report, "distribution 0"), 1U);
  EXPECT_EQ(NotKept(report, "distribution 4"), 1U);
  EXPECT_EQ(NotKept(report, "member of an object that is left out"), 1U);
  EXPECT_EQ(NotKept(report, "kept local by its author"), 1U);
  EXPECT_EQ(NotKept(report, "file contents"), 2U);
  EXPECT_EQ(NotKept(report, "author's own knowledge"), 3U);
  EXPECT_EQ(NotKept(report, "who saw it is not passed on"), 1U);
}

TEST(MispImportTest, NothingOfTheAuthorIsInTheDraft) {
  const record::Draft draft = ImportSample("incident.json").draft;
  const std::string bytes = draft.sections.SerializeAsString();
  for (const char* word : {"Team Example", "analyst@team.example", "Somebody", "Hanako",
                           "in-our-queue", "ZXhhbXBsZQ", "two teams"}) {
    EXPECT_EQ(bytes.find(word), std::string::npos) << word;
  }
}

TEST(MispImportTest, TheStrictestTlpWinsWhereverItStands) {
  EXPECT_EQ(Import(R"("Tag": [{"name": "tlp:white"}])").draft.header.tlp, Tlp::kClear);
  EXPECT_EQ(
      Import(R"("Tag": [{"name": "TLP:AMBER+STRICT"}, {"name": "tlp:amber"}])").draft.header.tlp,
      Tlp::kAmberStrict);
  EXPECT_EQ(Import(R"("Tag": [{"name": "tlp:green"}], "Attribute": [{"type": "url", "value": "x",)"
                   R"( "Tag": [{"name": "tlp:red"}]}])")
                .draft.header.tlp,
            Tlp::kRed);
  EXPECT_EQ(Import(R"("Tag": [{"name": "tlp:red", "local": true}, {"name": "tlp:green"}])")
                .draft.header.tlp,
            Tlp::kRed);
  EXPECT_EQ(Import(R"("Tag": [{"name": "tlp:unclear"}])").draft.header.tlp, Tlp::kUnspecified);
}

TEST(MispImportTest, KindFollowsContentUnlessTheCallerSaysOne) {
  EXPECT_EQ(Import(R"("Attribute": [{"type": "url", "value": "x"}])").draft.header.kind,
            policy::Kind::kIndicators);
  EXPECT_EQ(Import(R"("Tag": [{"name": "rsit:availability=\"ddos\""}])").draft.header.kind,
            policy::Kind::kIncident);
  ImportOptions options;
  options.kind = policy::Kind::kAdvisory;
  EXPECT_EQ(Import(R"("analysis": "1")", options).draft.header.kind, policy::Kind::kAdvisory);
}

TEST(MispImportTest, OrganisationOnlyIsTakenOnlyWhenAllowed) {
  const std::string text = R"({"Event": {"info": "x", "distribution": 0, "Attribute": [)"
                           R"({"type": "url", "value": "u", "distribution": "0"}]}})";
  EXPECT_TRUE(absl::IsFailedPrecondition(ImportMisp(text).status()));
  ImportOptions options;
  options.allow_org_only = true;
  const auto imported = ImportMisp(text, options);
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ((*imported)[0].report.attributes_mapped(), 1U);
}

TEST(MispImportTest, EveryWrappingOfAnEventIsRead) {
  const std::string event = R"({"info": "x", "uuid": "7a1f92cb-0000-425f-aacd-85b80ff5cb9a"})";
  for (const std::string& text :
       {event, "{\"Event\": " + event + "}", "[" + event + "]", "[{\"Event\": " + event + "}]",
        "{\"response\": [{\"Event\": " + event + "}]}",
        "{\"response\": {\"Event\": " + event + "}}"}) {
    const auto imported = ImportMisp(text);
    ASSERT_TRUE(imported.ok()) << text << ": " << Message(imported.status());
    EXPECT_EQ(imported->size(), 1U);
    EXPECT_EQ((*imported)[0].draft.source_id, "7a1f92cb-0000-425f-aacd-85b80ff5cb9a");
  }
}

TEST(MispImportTest, UnknownKeysAreNamedWithTheirFirstPlace) {
  const Imported imported = Import(
      R"("Attribute": [{"type": "url", "value": "a"}, {"type": "url", "value": "b", "mood": 1},)"
      R"( {"type": "url", "value": "c", "mood": 2}])");
  const NotMapped want{"Event.Attribute[1].mood", "a key that is not known", 2, false};
  ASSERT_EQ(imported.report.not_mapped.size(), 1U);
  EXPECT_EQ(imported.report.not_mapped[0], want);
}

TEST(MispImportTest, OverlongAndEmptyValuesAreSkippedAndSaid) {
  const std::string large(70'000, 'a');
  const Imported imported = Import(R"("Attribute": [{"type": "url", "value": ""}, {"type": "text",)"
                                   R"( "value": ")" +
                                   large +
                                   R"("}, {"type": "url", "value": "u",)"
                                   R"( "comment": ")" +
                                   large + R"("}])");
  EXPECT_EQ(imported.report.attributes_skipped, 2U);
  EXPECT_EQ(NotKept(imported.report, "an empty value"), 1U);
  EXPECT_EQ(NotKept(imported.report, "a value of more than 65536 bytes"), 1U);
  EXPECT_EQ(NotKept(imported.report, "text beyond 65536 bytes, cut off"), 1U);
}

TEST(MispImportTest, RealEventsImportWithEveryAttributeAccountedFor) {
  ImportOptions options;
  options.allow_org_only = true;
  for (const auto& path : RealMispEvents()) {
    const std::string text = ReadAll(path);
    const auto imported = ImportMisp(text, options);
    ASSERT_TRUE(imported.ok()) << path << ": " << Message(imported.status());
    // Counted without our reader: each attribute has exactly one `to_ids`.
    std::uint64_t in_file = 0;
    for (std::size_t at = text.find("\"to_ids\""); at != std::string::npos;
         at = text.find("\"to_ids\"", at + 1)) {
      ++in_file;
    }
    const ImportReport& report = (*imported)[0].report;
    EXPECT_EQ(report.attributes, in_file) << path;
    EXPECT_EQ(report.attributes_mapped() + report.attributes_skipped, in_file) << path;
    EXPECT_EQ((*imported)[0].parts, 1);
    std::uint64_t unexpected = 0;
    for (const NotMapped& entry : report.not_mapped) {
      if (!entry.by_design) unexpected += entry.count;
    }
    std::cout << path.filename().string() << ": " << report.attributes_mapped() << " mapped, "
              << report.attributes_skipped << " skipped, " << unexpected << " other not kept\n";
    EXPECT_EQ(report.attributes_skipped, 0U) << path;
  }
}

}  // namespace
}  // namespace renkei::formats
