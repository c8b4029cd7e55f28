// JSON for what we write: fields stay in the order they were added.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace renkei {

using Json = nlohmann::ordered_json;

// One line.  Bad UTF-8 is replaced and what unseen.h names is escaped; writing never fails.
std::string ToText(const Json& json);
// Indented by two, with a last newline.
std::string ToPrettyText(const Json& json);

}  // namespace renkei
