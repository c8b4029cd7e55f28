#include "node/formats/stix_extension.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kDefined = "2026-11-22T00:00:00.000Z";

}  // namespace

void PutOwnExtension(Json& object, std::string_view key, Json value) {
  Json& own = object["extensions"][std::string(kOwnExtension)];
  if (own.is_null()) own = {{"extension_type", "property-extension"}};
  own[std::string(key)] = std::move(value);
}

Json OwnIdentity() {
  return {{"type", "identity"},        {"spec_version", "2.1"}, {"id", kOwnIdentity},
          {"created", kDefined},       {"modified", kDefined},  {"name", "Renkei"},
          {"identity_class", "system"}};
}

Json OwnExtensionDefinition() {
  return {{"type", "extension-definition"},
          {"spec_version", "2.1"},
          {"id", kOwnExtension},
          {"created_by_ref", kOwnIdentity},
          {"created", kDefined},
          {"modified", kDefined},
          {"name", "Renkei record"},
          {"description",
           "What a Renkei record says and STIX has no property for; keys are those "
           "of its JSON form."},
          {"schema", "https://renkei.example/docs/formats.md"},
          {"version", "1.0.0"},
          {"extension_types", Json::array({"property-extension"})}};
}

}  // namespace renkei::formats
