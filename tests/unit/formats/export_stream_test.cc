// An export holds no record longer than it looks at it, and writes the same as if it did.
#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "node/base/json.h"
#include "node/formats/export.h"
#include "node/formats/json_list_text.h"
#include "tests/unit/formats/held.h"

namespace renkei::formats {
namespace {

// Record `number`; one value all of them tell, as context only if so asked.
HeldRecord Numbered(int number, bool context = false) {
  HeldRecord held = Held({});
  held.record_id_hex = fmt::format("{:032x}", number);
  held.author = number % 2 == 0 ? "" : fmt::format("team-{}", number);
  held.tlp = number == 2 ? policy::Tlp::kAmber : policy::Tlp::kGreen;
  for (const std::string& value :
       {fmt::format("host-{}.example", number), std::string("shared.example")}) {
    v1::Indicator& indicator = *held.sections.mutable_indicators()->add_indicators();
    indicator.set_ref(fmt::format("i{}", held.sections.indicators().indicators_size()));
    indicator.set_type(v1::INDICATOR_TYPE_DOMAIN);
    indicator.set_value(value);
    indicator.set_actionable(!context || value != "shared.example");
  }
  return held;
}

TEST(ExportStreamTest, NoFormatKeepsARecordLongerThanItIsShown) {
  std::vector<HeldRecord> all;
  for (int i = 1; i <= 4; ++i) all.push_back(Numbered(i));
  const HeldRecords one_by_one([](HeldRecords::Each each) {
    for (int i = 1; i <= 4; ++i) {
      const auto alone = std::make_unique<HeldRecord>(Numbered(i));
      each(*alone);
    }
  });
  for (const ExportFormat& format : ExportFormats()) {
    const Exported whole = format.exporter(all, At(1'790'000'001));
    const Exported exported = format.exporter(one_by_one, At(1'790'000'001));
    EXPECT_EQ(exported.text, whole.text) << format.name;
    EXPECT_EQ(exported.written, whole.written) << format.name;
    EXPECT_EQ(exported.left_out, whole.left_out) << format.name;
    if (format.name != "nftables" && format.name != "ipset") {
      EXPECT_GT(whole.written, 0U) << format.name;
    }
  }
  const MispFeed feed = ExportMispFeed(one_by_one, At(1'790'000'001));
  ASSERT_EQ(feed.events.size(), 4U);
  for (const auto& event : feed.events) {
    const auto record = std::find_if(all.begin(), all.end(), [&](const HeldRecord& one) {
      return one.record_id_hex == event.second;
    });
    ASSERT_NE(record, all.end());
    EXPECT_NE(ExportMispEvent(*record, At(1'790'000'001)).find(event.first), std::string::npos);
  }
}

// What was written already is written anew.
TEST(ExportStreamTest, AnObservableOfTwoRecordsHasTheStricterMarking) {
  for (const std::vector<int>& order : {std::vector<int>{1, 2}, std::vector<int>{2, 1}}) {
    std::vector<HeldRecord> records;
    for (const int number : order) records.push_back(Numbered(number, /*context=*/true));
    const Json bundle = Json::parse(ExportStix(records, At(1'790'000'001)).text);
    std::size_t found = 0;
    for (const Json& object : bundle["objects"]) {
      if (object["type"] != "domain-name" || object["value"] != "shared.example") continue;
      ++found;
      // TLP:AMBER, as STIX 2.1's TLP 2.0 extension names it.
      EXPECT_EQ(object["object_marking_refs"][0],
                "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421");
    }
    EXPECT_EQ(found, 1U);
  }
}

TEST(JsonListTextTest, ItIsWhatTheWholeDocumentWouldBe) {
  const std::vector<Json> items = {
      Json{{"a", 1}, {"b", Json::array({1, Json::object(), Json::array()})}},
      Json("a \"text\": []\nof \u202e two lines"), Json::array(), Json::object(), Json(nullptr)};
  Json whole = {{"type", "a \": [] b"}, {"list", Json::array()}, {"after", "x"}};
  for (std::size_t count = 0; count <= items.size(); ++count) {
    JsonListText text;
    Json expected = whole;
    for (std::size_t i = 0; i < count; ++i) {
      text.Add(items[i]);
      expected["list"].push_back(items[i]);
    }
    EXPECT_EQ(std::move(text).Within(whole, "list"), ToPrettyText(expected)) << count;
  }
}

TEST(ZoneSerialTest, ItIsAllThatChanges) {
  const HeldRecord held = Numbered(1);
  ExportOptions options = At(1'790'000'001);
  options.zone = "rpz.example";
  options.serial = 7;
  std::string zone = ExportRpz({&held, 1}, options).text;
  options.serial = 4'000'000'000;
  SetZoneSerial(zone, options.serial);
  EXPECT_EQ(zone, ExportRpz({&held, 1}, options).text);
}

}  // namespace
}  // namespace renkei::formats
