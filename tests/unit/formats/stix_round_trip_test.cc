// What a record says survives the way to STIX and back; files from outside survive in, out, in.
#include <gtest/gtest.h>

#include "node/formats/export.h"
#include "node/formats/import_json.h"
#include "node/formats/record_json.h"
#include "node/formats/stix_import.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/random_sections.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

// Everything as lines, sorted, with refs replaced by what they name: they are given anew.
std::vector<std::string> LinesOf(v1::Sections sections) {
  std::map<std::string, std::string> named;
  v1::Indicators& values = *sections.mutable_indicators();
  for (auto& one : *values.mutable_indicators()) {
    const std::string ref = one.ref();
    one.clear_ref();
    named[ref] = fmt::format("{} {}", static_cast<int>(one.type()), one.value());
  }
  for (auto& one : *values.mutable_objects()) {
    const std::string ref = one.ref();
    one.clear_ref();
    named[ref] = "object " + one.name() + one.source_type();
    for (auto& member : *one.mutable_members()) member.set_indicator(named[member.indicator()]);
  }
  for (auto& one : *values.mutable_relationships()) {
    one.set_from(named[one.from()]);
    one.set_to(named[one.to()]);
  }
  std::vector<std::string> lines;
  const Json json = SectionsToJson(sections);
  for (const auto& [section, body] : json.items()) {
    for (const auto& [field, value] : body.items()) {
      if (!value.is_array()) lines.push_back(section + "." + field + " " + value.dump());
      if (!value.is_array()) continue;
      for (const auto& entry : value) lines.push_back(section + "." + field + " " + entry.dump());
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

record::Draft ThereAndBack(const record::Draft& draft, std::vector<LeftOut>& left_out) {
  const HeldRecord held = Held(draft);
  const Exported exported = ExportStix({&held, 1}, At(1'790'000'001));
  left_out = exported.left_out;
  const auto again = ImportStix(exported.text);
  EXPECT_TRUE(again.ok()) << Message(again.status()) << "\n" << exported.text.substr(0, 2000);
  if (!again.ok()) return {};
  EXPECT_EQ(again->size(), 1U);
  for (const NotMapped& one : (*again)[0].report.not_mapped) {
    EXPECT_TRUE(one.by_design) << one.place << ": " << one.what;
  }
  EXPECT_EQ((*again)[0].report.notes, std::vector<std::string>());
  return (*again)[0].draft;
}

TEST(StixRoundTripTest, ARecordOfAnythingComesBack) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kAdvisory;
    draft.header.tlp = seed % 2 == 0 ? policy::Tlp::kAmberStrict : policy::Tlp::kClear;
    draft.header.pap = policy::Pap::kAmber;
    draft.header.type = seed % 3 == 0 ? *policy::RsitFromWord("fraud/phishing") : 0;
    draft.header.severity = policy::Severity::kHigh;
    draft.header.tags = {"campaign-7"};
    draft.sections = RandomSections(seed).Make();
    record::ClearPadding(draft.sections);
    ASSERT_TRUE(record::CheckSections(draft.sections).ok()) << seed;
    std::vector<LeftOut> left_out;
    const record::Draft again = ThereAndBack(draft, left_out);
    EXPECT_TRUE(left_out.empty()) << seed << ": " << left_out[0].what;
    ASSERT_EQ(LinesOf(again.sections), LinesOf(draft.sections)) << "seed " << seed;
    EXPECT_EQ(again.header.kind, draft.header.kind);
    EXPECT_EQ(again.header.tlp, draft.header.tlp);
    EXPECT_EQ(again.header.pap, draft.header.pap);
    EXPECT_EQ(again.header.type, draft.header.type);
    EXPECT_EQ(again.header.severity, draft.header.severity);
    EXPECT_EQ(again.header.tags, draft.header.tags);
  }
}

void ExpectInOutIn(const std::filesystem::path& path) {
  const auto first = ImportStix(ReadAll(path));
  ASSERT_TRUE(first.ok()) << path << ": " << Message(first.status());
  for (const Imported& imported : *first) {
    std::vector<LeftOut> left_out;
    const record::Draft again = ThereAndBack(imported.draft, left_out);
    for (const LeftOut& one : left_out) {
      std::cout << path.filename() << ": left out: " << one.count << " " << one.what << "\n";
    }
    EXPECT_EQ(LinesOf(again.sections), LinesOf(imported.draft.sections)) << path;
    EXPECT_EQ(again.header.tlp, imported.draft.header.tlp) << path;
    EXPECT_EQ(again.header.kind, imported.draft.header.kind) << path;
  }
}

TEST(StixRoundTripTest, OurSamplesGoInOutIn) {
  const auto files = JsonFilesIn(std::filesystem::path(RENKEI_SAMPLES) / "stix");
  ASSERT_GE(files.size(), 3U);
  for (const auto& path : files) ExpectInOutIn(path);
}

TEST(StixRoundTripTest, RealBundlesGoInOutIn) {
  for (const auto& path : RealStixBundles()) ExpectInOutIn(path);
}

TEST(StixRoundTripTest, OurMispSamplesGoToStixAndBack) {
  for (const auto& path : OwnMispSamples()) {
    const auto imported = ImportJsonAuto(ReadAll(path), {.allow_org_only = true});
    ASSERT_TRUE(imported.ok());
    for (const Imported& one : *imported) {
      std::vector<LeftOut> left_out;
      const record::Draft again = ThereAndBack(one.draft, left_out);
      EXPECT_EQ(LinesOf(again.sections), LinesOf(one.draft.sections)) << path;
    }
  }
}

}  // namespace
}  // namespace renkei::formats
