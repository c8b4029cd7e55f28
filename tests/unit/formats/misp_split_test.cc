#include <set>

#include <gtest/gtest.h>

#include "node/formats/misp_import.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

std::string LargeEvent(const std::string& inside) {
  return R"({"Event": {"info": "Large", "uuid": "7a1f92cb-0000-425f-aacd-85b80ff5cb9a",)"
         R"( "Tag": [{"name": "tlp:red"}], )" +
         inside + "}}";
}

std::vector<Imported> ImportAll(const std::string& text) {
  auto imported = ImportMisp(text);
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  return imported.ok() ? *std::move(imported) : std::vector<Imported>{};
}

TEST(MispSplitTest, TooManyIndicatorsBecomeSeveralDraftsThatLoseNone) {
  constexpr int kCount = 45'000;
  std::string list;
  for (int i = 0; i < kCount; ++i) {
    list +=
        fmt::format(R"({}{{"type": "domain", "value": "h{}.example.org"}})", i > 0 ? "," : "", i);
  }
  const std::vector<Imported> parts = ImportAll(LargeEvent("\"Attribute\": [" + list + "]"));
  ASSERT_GE(parts.size(), 3U);
  std::set<std::string> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const record::Draft& draft = parts[i].draft;
    EXPECT_EQ(parts[i].part, static_cast<int>(i + 1));
    EXPECT_EQ(parts[i].parts, static_cast<int>(parts.size()));
    EXPECT_TRUE(record::CheckSections(draft.sections).ok());
    EXPECT_LT(draft.sections.ByteSizeLong(), record::kRecordBytesMax);
    EXPECT_EQ(draft.header.tlp, policy::Tlp::kRed);
    EXPECT_EQ(draft.sections.summary().title(0).value(), "Large");
    EXPECT_EQ(draft.sections.caveats().texts_size(), i == 0 ? 0 : 1);
    for (const auto& indicator : draft.sections.indicators().indicators()) {
      values.insert(indicator.value());
    }
  }
  EXPECT_EQ(values.size(), static_cast<std::size_t>(kCount));
  EXPECT_EQ(parts[1].draft.source_id, "7a1f92cb-0000-425f-aacd-85b80ff5cb9a/2");
  EXPECT_EQ(parts[0].report.attributes_mapped(), static_cast<std::uint64_t>(kCount));
}

TEST(MispSplitTest, LargeRulesReportsAndReferencesAreDealtOut) {
  const std::string large(200'000, 'r');
  const std::string link(60'000, 'l');
  std::string attributes;
  std::string reports;
  for (int i = 0; i < 8; ++i) {
    attributes +=
        fmt::format(R"({}{{"type": "yara", "value": "{}"}},)"
                    R"({{"type": "link", "category": "External analysis", "value": "{}"}})",
                    i > 0 ? "," : "", large, link);
    reports +=
        fmt::format(R"({}{{"name": "n", "content": "{}{}"}})", i > 0 ? "," : "", large, large);
  }
  const std::vector<Imported> parts = ImportAll(
      LargeEvent("\"Attribute\": [" + attributes + "], \"EventReport\": [" + reports + "]"));
  int rules = 0;
  int references = 0;
  std::size_t report_bytes = 0;
  for (const Imported& part : parts) {
    const v1::Sections& sections = part.draft.sections;
    EXPECT_TRUE(record::CheckSections(sections).ok());
    EXPECT_LT(sections.ByteSizeLong(), record::kRecordBytesMax);
    rules += sections.detection_rules().rules_size();
    references += sections.references().references_size();
    for (const auto& r : sections.summary().reports()) report_bytes += r.content().value().size();
  }
  EXPECT_GT(parts.size(), 1U);
  EXPECT_EQ(rules, 8);
  EXPECT_EQ(references, 8);
  EXPECT_EQ(report_bytes, 8U * 400'000U);
}

TEST(MispSplitTest, AnObjectLargerThanARecordLosesMembershipNotValues) {
  std::string members;
  for (int i = 0; i < 21'000; ++i) {
    members += fmt::format(R"({}{{"type": "text", "value": "v{}", "object_relation": "r"}})",
                           i > 0 ? "," : "", i);
  }
  const std::vector<Imported> parts =
      ImportAll(LargeEvent("\"Object\": [{\"name\": \"list\", \"Attribute\": [" + members + "]}]"));
  std::size_t values = 0;
  for (const Imported& part : parts) {
    EXPECT_TRUE(record::CheckSections(part.draft.sections).ok());
    values += static_cast<std::size_t>(part.draft.sections.indicators().indicators_size());
  }
  EXPECT_EQ(values, 21'000U);
  const auto& not_mapped = parts.at(0).report.not_mapped;
  EXPECT_TRUE(std::any_of(not_mapped.begin(), not_mapped.end(), [](const NotMapped& entry) {
    return entry.what == "membership in an object that is too large for a record";
  }));
}

// Asking the section for its size at each of them took a minute.
TEST(MispSplitTest, RelationshipsAreKeptWhereBothEndsAreAndNoSectionIsTooLarge) {
  constexpr std::size_t kObjects = 60;
  constexpr std::size_t kReferences = 1'000;
  const auto id = [](std::size_t number) {
    return fmt::format("11111111-2222-4333-8444-{:012}", number);
  };
  std::string objects;
  for (std::size_t i = 0; i < kObjects; ++i) {
    std::string references;
    for (std::size_t j = 0; j < kReferences; ++j) {
      references +=
          fmt::format(R"({}{{"referenced_uuid": "{}", "relationship_type": "rel-{}-{}"}})",
                      j > 0 ? "," : "", id(i / 10 * 10), i, j);
    }
    objects +=
        fmt::format(R"({}{{"name": "o", "uuid": "{}", "Attribute": [{{"type": "text", )"
                    R"("value": "v{}", "object_relation": "r"}}], "ObjectReference": [{}]}})",
                    i > 0 ? "," : "", id(i), i, references);
  }
  const std::vector<Imported> parts = ImportAll(LargeEvent("\"Object\": [" + objects + "]"));
  EXPECT_GT(parts.size(), 1U);
  std::size_t kept = 0;
  for (const Imported& part : parts) {
    EXPECT_TRUE(record::CheckSections(part.draft.sections).ok());
    EXPECT_LE(part.draft.sections.indicators().ByteSizeLong(), record::kSectionBytesMax);
    kept += static_cast<std::size_t>(part.draft.sections.indicators().relationships_size());
  }
  std::size_t lost = 0;
  for (const NotMapped& entry : parts.at(0).report.not_mapped) {
    if (entry.what.find("different parts of a split") != std::string::npos) lost += entry.count;
  }
  EXPECT_GT(kept, kObjects * kReferences / 2);
  EXPECT_EQ(kept + lost, kObjects * kReferences);
}

}  // namespace
}  // namespace renkei::formats
