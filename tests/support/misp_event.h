// Small MISP events for tests, of our own making.
#pragma once

#include <string>

#include <fmt/format.h>

namespace renkei::testing_support {

inline std::string Uuid(int number) {
  return fmt::format("00000000-0000-4000-8000-{:012x}", number);
}

// Holds one address, and no prose that a person would have to read.
inline std::string EventText(const std::string& uuid, int timestamp,
                             const std::string& value = "198.51.100.7") {
  return fmt::format(
      R"({{"Event":{{"uuid":"{}","info":"Scans","date":"2026-11-01","timestamp":"{}",)"
      R"("published":true,"distribution":"3","Tag":[{{"name":"tlp:green"}}],)"
      R"("Attribute":[{{"uuid":"{}","type":"ip-dst","category":"Network activity",)"
      R"("to_ids":true,"value":"{}","timestamp":"{}"}}]}}}})",
      uuid, timestamp, uuid, value, timestamp);
}

}  // namespace renkei::testing_support
