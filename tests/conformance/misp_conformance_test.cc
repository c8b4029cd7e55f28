// MISP events as we write them, judged by the schema that PyMISP has of them.  It is older than
// objects, event reports and times of attributes: those keys are left out before, and what stands
// in an object is judged as an attribute of the event.

#include <gtest/gtest.h>

#include "node/base/json.h"
#include "node/formats/import_any.h"
#include "tests/conformance/published.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace renkei::formats {
namespace {

using testing_support::ChildProcess;
using testing_support::kPatience;

Json AsTheSchemaKnows(Json event) {
  Json attributes = event["Event"]["Attribute"];
  for (const Json& object : event["Event"]["Object"]) {
    for (const Json& one : object["Attribute"]) attributes.push_back(one);
  }
  for (const char* key : {"Object", "EventReport"}) event["Event"].erase(key);
  for (Json& one : attributes) {
    for (const char* key : {"object_relation", "first_seen", "last_seen", "Sighting"}) {
      one.erase(key);
    }
  }
  event["Event"]["Attribute"] = std::move(attributes);
  return event;
}

class MispConformanceTest : public ::testing::Test {
 protected:
  // Whether the file obeys the schema; what it said is in said_.
  bool Obeys(const std::string& document) {
    EXPECT_TRUE(WriteFile(folder_.path() + "/schema.json", schema_, FileMode::kPublic).ok());
    EXPECT_TRUE(WriteFile(folder_.path() + "/event.json", document, FileMode::kPublic).ok());
    const std::string said = folder_.path() + "/said";
    ChildProcess child(
        {.command = {kPython, RENKEI_SOURCES "/tests/conformance/check_json.py",
                     folder_.path() + "/schema.json", folder_.path() + "/event.json"},
         .out_file = said,
         .err_file = said});
    const int status = child.WaitForExit(kPatience).value_or(-1);
    said_ = ReadFile(said, kPublishedBytesMax).value_or("").substr(0, 4'000);
    return status == 0;
  }

  const std::string schema_ = Published("misp-reference/misp-event-schema.json");
  testing_support::TempFolder folder_;
  std::string said_{};
};

TEST_F(MispConformanceTest, EventsObeyTheSchema) {
  if (schema_.empty()) GTEST_SKIP() << "the published schema is not here (RENKEI_SHARED)";
  std::vector<HeldRecord> records = RandomRecords(40);
  for (const char* name : {"incident", "every-type"}) {
    const auto text = ReadFile(fmt::format("{}/tests/samples/misp/{}.json", RENKEI_SOURCES, name),
                               kPublishedBytesMax);
    const auto sample = ImportAny(text.value_or(""));
    ASSERT_TRUE(sample.ok()) << Message(sample.status());
    for (const Imported& one : *sample) records.push_back(Held(one.draft));
  }
  for (const HeldRecord& record : records) {
    const std::string event = ExportMispEvent(record, At(1'790'000'001));
    ASSERT_FALSE(event.empty());
    const Json known = AsTheSchemaKnows(Json::parse(event));
    EXPECT_FALSE(known["Event"].empty());
    ASSERT_TRUE(Obeys(known.dump())) << "scripts/deps installs python3-jsonschema\n" << said_;
  }
  Json wrong = AsTheSchemaKnows(Json::parse(ExportMispEvent(records.back(), At(1'790'000'001))));
  wrong["Event"]["date"] = 7;
  EXPECT_FALSE(Obeys(wrong.dump())) << "a wrong one is let through";
}

}  // namespace
}  // namespace renkei::formats
