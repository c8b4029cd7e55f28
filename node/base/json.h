// JSON for what we write: fields stay in the order they were added.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace renkei {

using Json = nlohmann::ordered_json;

// One line.  Bytes that are not UTF-8 are replaced, so writing never fails.
std::string ToText(const Json& json);
// Indented by two, with a last newline.
std::string ToPrettyText(const Json& json);

}  // namespace renkei
