// One key per indicator, whichever format it came in.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "node/formats/import_json.h"
#include "node/record/indicator_key.h"

namespace renkei::formats {
namespace {

std::set<record::IndicatorKey> KeysIn(const std::string& json) {
  std::set<record::IndicatorKey> keys;
  const auto imported = ImportJsonAuto(json);
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  if (!imported.ok()) return keys;
  for (const Imported& one : *imported) {
    for (const v1::Indicator& indicator : one.draft.sections.indicators().indicators()) {
      keys.insert(record::KeyOf(indicator.type(), indicator.value()).key);
    }
  }
  return keys;
}

std::string Misp(const std::string& type, const std::string& value) {
  return R"({"Event": {"uuid": "5f0f0a52-7b0c-4d6e-9a53-0a1b2c3d4e5f", "info": "keys",
    "Attribute": [{"uuid": "5f0f0a52-7b0c-4d6e-9a53-0a1b2c3d4e60", "type": ")" +
         type + R"(", "category": "Network activity", "value": ")" + value + R"("}]}})";
}

std::string Stix(const std::string& pattern) {
  return R"({"type": "bundle", "id": "bundle--11111111-2222-4333-8444-555555555555", "objects": [
    {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix",
     "id": "indicator--11111111-2222-4333-8444-555555555556", "pattern": "[)" +
         pattern + R"(]"}]})";
}

std::string Own(const std::string& type, const std::string& value) {
  return R"({"renkei": 1, "kind": "indicators", "sections": {"indicators": {"indicators":
    [{"ref": "a", "type": ")" +
         type + R"(", "value": ")" + value + R"("}]}}})";
}

TEST(IndicatorKeysTest, TheSameIndicatorByMispStixAndJsonHasOneKey) {
  const std::string sha256(64, 'a');
  const struct {
    std::string misp_type, misp, pattern, type, own;
  } kSame[] = {
      {"ip-dst", "198.51.100[.]9", "ipv4-addr:value = '198.51.100.9'", "ipv4", "198.51.100.9"},
      {"ip-src", "2001:DB8:0:0::9", "ipv6-addr:value = '2001:db8::9'", "ipv6", "2001:db8:0::9"},
      {"ip-dst", "198.51.100.0/24", "ipv4-addr:value = '198.51.100.7/24'", "ipv4-net",
       "198.51.100.0/24"},
      {"hostname", "WWW.evil[.]example", "domain-name:value = 'www.evil.example.'", "domain",
       "www.EVIL.example"},
      {"url", "hxxp://evil[.]example:80/%61", "url:value = 'http://EVIL.example/a'", "url",
       "http://evil.example/./a"},
      {"email-src", "M[at]evil.example", "email-addr:value = 'm@evil.example'", "email",
       "m@EVIL.example"},
      {"sha256", sha256, "file:hashes.'SHA-256' = '" + std::string(64, 'A') + "'", "sha256",
       sha256},
      {"AS", "AS64496", "autonomous-system:number = 64496", "asn", "64496"},
      {"mac-address", "00-00-5E-00-53-01", "mac-addr:value = '00:00:5e:00:53:01'", "mac",
       "0000.5e00.5301"},
  };
  for (const auto& same : kSame) {
    const auto by_misp = KeysIn(Misp(same.misp_type, same.misp));
    ASSERT_EQ(by_misp.size(), 1U) << same.misp;
    EXPECT_EQ(by_misp, KeysIn(Stix(same.pattern))) << same.pattern;
    EXPECT_EQ(by_misp, KeysIn(Own(same.type, same.own))) << same.own;
  }
}

}  // namespace
}  // namespace renkei::formats
