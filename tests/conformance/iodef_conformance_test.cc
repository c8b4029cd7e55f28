// IODEF as we write it, judged by the published schemas: xmllint with that of RFC 7970, a
// JSON-schema validator with that of RFC 8727.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/formats/import_any.h"
#include "tests/conformance/published.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace renkei::formats {
namespace {

using testing_support::ChildProcess;
using testing_support::kPatience;

constexpr const char* kFolder = RENKEI_SOURCES "/tests/conformance/iodef";
constexpr std::size_t kFileMax = 64U << 20;

class IodefConformanceTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(WriteFile(folder_.path() + "/" + name, text, FileMode::kPublic).ok());
  }

  // The schema as published, but for where those that it imports are.
  bool WriteXmlSchema() {
    std::string schema = Published("iodef/iodef-2.0.xsd");
    if (schema.empty()) return false;
    constexpr std::pair<const char*, const char*> kPlaces[] = {
        {"xmldsig-core-schema.xsd", "xmldsig.xsd"},
        {"http://www.iana.org/assignments/xml-registry/schema/iodef-enum-1.0.xsd", "enum.xsd"},
        {"http://www.iana.org/assignments/xml-registry/schema/iodef-sci-1.0.xsd", "sci.xsd"},
        {"http://www.w3.org/2009/01/xml.xsd", "xml.xsd"}};
    for (const auto& [published, ours] : kPlaces) {
      const std::size_t at = schema.find(published);
      EXPECT_NE(at, std::string::npos) << published;
      if (at != std::string::npos) schema.replace(at, std::string_view(published).size(), ours);
      Write(ours, ReadFile(fmt::format("{}/{}", kFolder, ours), kFileMax).value_or(""));
    }
    Write("iodef.xsd", schema);
    return true;
  }

  // The exit status; what it said is in Said().
  int Run(std::vector<std::string> command) {
    ChildProcess child({.command = std::move(command),
                        .out_file = folder_.path() + "/said",
                        .err_file = folder_.path() + "/said"});
    return child.WaitForExit(kPatience).value_or(-1);
  }
  std::string Said() const {
    return ReadFile(folder_.path() + "/said", kFileMax).value_or("").substr(0, 4'000);
  }
  int CheckXml() {
    return Run({"xmllint", "--nonet", "--noout", "--schema", folder_.path() + "/iodef.xsd",
                folder_.path() + "/document.xml"});
  }
  int CheckJson() {
    return Run({kPython, RENKEI_SOURCES "/tests/conformance/check_json.py",
                folder_.path() + "/schema.json", folder_.path() + "/document.json"});
  }

  // Our own sample, and records of anything.
  static std::vector<HeldRecord> Records() {
    std::vector<HeldRecord> records;
    const auto text = ReadFile(RENKEI_SOURCES "/tests/samples/iodef/incident.xml", kFileMax);
    const auto sample = ImportAny(text.value_or(""));
    EXPECT_TRUE(sample.ok()) << Message(sample.status());
    if (sample.ok()) records.push_back(Held(sample->front().draft));
    for (HeldRecord& one : RandomRecords(60)) records.push_back(std::move(one));
    return records;
  }

  testing_support::TempFolder folder_;
};

TEST_F(IodefConformanceTest, XmlObeysThePublishedSchema) {
  if (!WriteXmlSchema()) GTEST_SKIP() << "the published schema is not here (RENKEI_SHARED)";
  const Exported exported = ExportIodef(Records(), At(1'790'000'001));
  ASSERT_EQ(exported.written, 61U);
  Write("document.xml", exported.text);
  EXPECT_EQ(CheckXml(), 0) << "scripts/deps installs libxml2-utils\n" << Said();
}

TEST_F(IodefConformanceTest, AWrongDocumentIsNotLetThrough) {
  if (!WriteXmlSchema()) GTEST_SKIP() << "the published schema is not here (RENKEI_SHARED)";
  std::string text = ExportIodef(Records(), At(1'790'000'001)).text;
  text.replace(text.find("<GenerationTime>"), 16, "<GenerationTimo>");
  text.replace(text.find("</GenerationTime>"), 17, "</GenerationTimo>");
  Write("document.xml", text);
  EXPECT_NE(CheckXml(), 0);
}

TEST_F(IodefConformanceTest, JsonObeysThePublishedSchema) {
  const std::string schema = Published("iodef/rfc8727-json-schema.json");
  if (schema.empty()) GTEST_SKIP() << "the published schema is not here (RENKEI_SHARED)";
  Write("schema.json", schema);
  const Exported exported = ExportIodefJson(Records(), At(1'790'000'001));
  ASSERT_EQ(exported.written, 61U);
  Write("document.json", exported.text);
  EXPECT_EQ(CheckJson(), 0) << "scripts/deps installs python3-jsonschema\n" << Said();
  Write("document.json", "{\"version\": \"2.0\", \"Incident\": [{}]}");
  EXPECT_NE(CheckJson(), 0) << "a wrong one is let through";
}

}  // namespace
}  // namespace renkei::formats
