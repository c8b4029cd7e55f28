// Fields of what a source keeps from run to run; of what was not written by us, a default.
#pragma once

#include <cstdint>
#include <string>

#include "node/base/json.h"

namespace renkei::sources {

inline std::string TextOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline std::uint64_t NumberOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

}  // namespace renkei::sources
