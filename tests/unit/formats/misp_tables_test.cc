#include <map>
#include <set>

#include <gtest/gtest.h>

#include "node/formats/misp_import.h"
#include "node/formats/misp_tags.h"
#include "node/formats/misp_types.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

TEST(MispTablesTest, EveryRowIsHitByASampleOfOurOwn) {
  std::map<std::string, std::uint64_t> hits;
  ImportOptions options;
  for (const auto& path : OwnMispSamples()) {
    options.allow_org_only = path.filename() == "own-organisation.json";
    const auto imported = ImportMisp(ReadAll(path), options);
    ASSERT_TRUE(imported.ok()) << path << ": " << Message(imported.status());
    for (const auto& [row, count] : (*imported)[0].report.mapped) hits[row] += count;
  }
  std::set<std::string> rows;
  for (const MispRow& row : MispRows()) rows.emplace(row.from);
  for (const MispType& type : MispTypes()) rows.insert(fmt::format("type {}", type.name));
  for (const std::string& row : rows) EXPECT_GT(hits[row], 0U) << "no sample hits: " << row;
  for (const auto& [row, count] : hits) EXPECT_EQ(rows.count(row), 1U) << "no such row: " << row;
}

TEST(MispTablesTest, TypesAreUniqueAndCompositesHaveKnownHalves) {
  std::set<std::string_view> names;
  for (const MispType& type : MispTypes()) {
    EXPECT_TRUE(names.insert(type.name).second) << type.name;
    EXPECT_FALSE(type.category.empty()) << type.name;
    if (!IsComposite(type)) continue;
    EXPECT_NE(FindMispType(HalvesOf(type).first), nullptr) << type.name;
    EXPECT_NE(FindMispType(HalvesOf(type).second), nullptr) << type.name;
  }
}

TEST(MispTablesTest, EveryRealTypeIsKnown) {
  const char* shared = std::getenv("RENKEI_SHARED");
  const std::string path =
      std::string(shared == nullptr ? "" : shared) + "/data/misp-reference/describeTypes.json";
  const std::string text = ReadAll(path);
  if (text.empty()) GTEST_SKIP() << "MISP's list of types is not here (RENKEI_SHARED)";
  const auto document = JsonDocument::Parse(text);
  ASSERT_TRUE(document.ok()) << Message(document.status());
  const JsonNode top = document->top();
  const auto result = top.Find("result");
  ASSERT_TRUE(result);
  const auto types = result->Find("types");
  ASSERT_TRUE(types);
  int count = 0;
  const auto walked = types->ForEachItem([&](const JsonNode& type) {
    ++count;
    EXPECT_NE(FindMispType(*type.Text()), nullptr) << *type.Text();
    return absl::OkStatus();
  });
  EXPECT_TRUE(walked.ok());
  EXPECT_EQ(count, static_cast<int>(MispTypes().size()));
}

TEST(MispTablesTest, EveryIndicatorTypeHasAMispTypeToBeWrittenAs) {
  const auto* types = v1::IndicatorType_descriptor();
  for (int i = 1; i < types->value_count(); ++i) {
    const auto type = static_cast<v1::IndicatorType>(types->value(i)->number());
    EXPECT_NE(FindMispType(DefaultMispType(type, v1::ROLE_UNSPECIFIED, "x")), nullptr) << i;
  }
}

TEST(MispTablesTest, AnAnonymizedAddressIsNeverWrittenAsOne) {
  v1::Indicator indicator;
  indicator.set_type(v1::INDICATOR_TYPE_ANON_IP);
  indicator.set_source_type("ip-dst");
  EXPECT_EQ(MispTypeOf(indicator), "anonymised");
}

TEST(MispTablesTest, TagsComeBackAsTheyWere) {
  for (const char* tag : {"tlp:amber+strict", "PAP:RED", "rsit:fraud=\"phishing\"", "rsit:other",
                          "misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"",
                          "misp-galaxy:mitre-attack-pattern=\"Hidden - Files\"",
                          "misp-galaxy:mitre-ics-techniques=\"Block - T0803\"",
                          "misp-galaxy:mitre-intrusion-set=\"A - G0001\"",
                          "misp-galaxy:ransomware=\"X\"", "misp-galaxy:sector=\"Water\""}) {
    const TagMeaning meaning = ReadTag(tag);
    std::string again = TlpTag(meaning.tlp) + PapTag(meaning.pap) + RsitTag(meaning.type);
    if (meaning.is == TagMeaning::Is::kTechnique) again = TechniqueTag(meaning.technique);
    if (meaning.is == TagMeaning::Is::kActor) again = ActorTag(meaning.actor);
    if (meaning.is == TagMeaning::Is::kSector) again = SectorTag(meaning.sector);
    EXPECT_EQ(again, tag);
  }
  for (const char* tag : {"tlp", "tlp:ex:chr", "PAP:PINK", "rsit:fraud=\"x\"",
                          "misp-galaxy:x=\"y\"", "misp-galaxy:threat-actor", "free text"}) {
    const auto is = ReadTag(tag).is;
    EXPECT_TRUE(is == TagMeaning::Is::kLabel || is == TagMeaning::Is::kOddTlp) << tag;
  }
}

}  // namespace
}  // namespace renkei::formats
