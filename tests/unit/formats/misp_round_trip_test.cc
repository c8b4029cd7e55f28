// What the mapping tables hold survives the way in, out, and in again.
#include <gtest/gtest.h>

#include "node/base/json.h"
#include "node/formats/export.h"
#include "node/formats/misp_import.h"
#include "node/formats/misp_types.h"
#include "node/formats/record_json.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

// What every export names anew: refs (by position), and ids of what had none.
v1::Sections WithoutNames(v1::Sections sections) {
  std::map<std::string, std::string> value_by_ref;
  v1::Indicators& section = *sections.mutable_indicators();
  for (auto& indicator : *section.mutable_indicators()) {
    value_by_ref[indicator.ref()] = indicator.value();
    indicator.clear_ref();
    indicator.clear_uuid();
    if (FindMispType(indicator.source_type()) == nullptr) indicator.clear_source_type();
  }
  for (auto& object : *section.mutable_objects()) {
    value_by_ref[object.ref()] = object.name();
    object.clear_ref();
    object.clear_uuid();
    for (auto& member : *object.mutable_members()) {
      member.set_indicator(value_by_ref[member.indicator()]);
    }
  }
  for (auto& relationship : *section.mutable_relationships()) {
    relationship.set_from(value_by_ref[relationship.from()]);
    relationship.set_to(value_by_ref[relationship.to()]);
  }
  for (auto& rule : *sections.mutable_detection_rules()->mutable_rules()) rule.clear_uuid();
  return sections;
}

// Everything as lines, sorted: attributes and objects may change places.
std::vector<std::string> Lines(const v1::Sections& sections) {
  std::vector<std::string> lines;
  const Json json = SectionsToJson(WithoutNames(sections));
  for (const auto& [section, body] : json.items()) {
    for (const auto& [field, value] : body.items()) {
      if (!value.is_array()) {
        lines.push_back(section + "." + field + " " + value.dump());
        continue;
      }
      for (const auto& entry : value) lines.push_back(section + "." + field + " " + entry.dump());
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

void ExpectRoundTrip(const std::filesystem::path& path) {
  ImportOptions options;
  options.allow_org_only = true;
  const auto first = ImportMisp(ReadAll(path), options);
  ASSERT_TRUE(first.ok()) << path << ": " << Message(first.status());
  for (const Imported& imported : *first) {
    const HeldRecord held = Held(imported.draft);
    const Exported exported = ExportMisp({&held, 1}, At(1'790'000'001));
    for (const LeftOut& entry : exported.left_out) {
      EXPECT_EQ(entry.what, "type words that MISP does not have") << path;
    }
    const auto second = ImportMisp(exported.text, options);
    ASSERT_TRUE(second.ok()) << path << ": " << Message(second.status());
    const record::Draft& again = (*second)[0].draft;
    EXPECT_EQ(Lines(again.sections), Lines(imported.draft.sections)) << path;
    EXPECT_EQ(again.header.tlp, imported.draft.header.tlp) << path;
    EXPECT_EQ(again.header.pap, imported.draft.header.pap) << path;
    EXPECT_EQ(again.header.type, imported.draft.header.type) << path;
    EXPECT_EQ(again.header.severity, imported.draft.header.severity) << path;
    // And the JSON form takes the same draft in and out unchanged.
    const auto from_json = DraftFromJson(ToText(ToJson(imported.draft)));
    ASSERT_TRUE(from_json.ok()) << path << ": " << Message(from_json.status());
    EXPECT_EQ(ToText(ToJson(*from_json)), ToText(ToJson(imported.draft))) << path;
  }
}

TEST(MispRoundTripTest, OurSamplesKeepWhatTheTablesHold) {
  const auto samples = OwnMispSamples();
  ASSERT_GE(samples.size(), 4U);
  for (const auto& path : samples) ExpectRoundTrip(path);
}

TEST(MispRoundTripTest, RealEventsKeepWhatTheTablesHold) {
  for (const auto& path : RealMispEvents()) ExpectRoundTrip(path);
}

TEST(MispRoundTripTest, StoredUuidsAreWrittenAgain) {
  const auto imported =
      ImportMisp(R"({"info": "x", "uuid": "7a1f92cb-0000-425f-aacd-85b80ff5cb9a", "Attribute": [)"
                 R"({"type": "domain|ip", "value": "a.example|192.0.2.1",)"
                 R"( "uuid": "11111111-2222-4333-8444-555555555555"}]})");
  ASSERT_TRUE(imported.ok());
  const HeldRecord held = Held((*imported)[0].draft);
  EXPECT_NE(ExportMisp({&held, 1}, At(0)).text.find("11111111-2222-4333-8444-555555555555"),
            std::string::npos);
}

}  // namespace
}  // namespace renkei::formats
