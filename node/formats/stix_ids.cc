#include "node/formats/stix_ids.h"

#include <array>
#include <vector>

#include "node/base/status.h"
#include "node/crypto/sha1.h"
#include "node/formats/uuid.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kObservableNamespace = "00abedb4-aa42-466c-9c01-fed23315a9b7";

struct ContributingProperties {
  std::string_view type{};
  std::array<std::string_view, 8> properties{};
};

// STIX 2.1 section 6, the line "ID Contributing Properties" of each; `process` has none.
constexpr std::array<ContributingProperties, 17> kContributing = {{
    {"artifact", {"hashes", "payload_bin"}},
    {"autonomous-system", {"number"}},
    {"directory", {"path"}},
    {"domain-name", {"value"}},
    {"email-addr", {"value"}},
    {"email-message", {"from_ref", "subject", "body"}},
    {"file", {"hashes", "name", "extensions", "parent_directory_ref"}},
    {"ipv4-addr", {"value"}},
    {"ipv6-addr", {"value"}},
    {"mac-addr", {"value"}},
    {"mutex", {"name"}},
    {"network-traffic",
     {"start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"}},
    {"software", {"name", "cpe", "swid", "vendor", "version"}},
    {"url", {"value"}},
    {"user-account", {"account_type", "user_id", "account_login"}},
    {"windows-registry-key", {"key", "values"}},
    {"x509-certificate", {"hashes", "serial_number"}},
}};

// Of several hashes one counts: the first of these, else the first by name.
Json CountingHash(const Json& hashes) {
  for (const char* name : {"MD5", "SHA-1", "SHA-256", "SHA-512"}) {
    if (hashes.contains(name)) return {{name, hashes[name]}};
  }
  const nlohmann::json sorted = hashes;
  if (!sorted.is_object() || sorted.empty()) return hashes;
  return {{sorted.begin().key(), sorted.begin().value()}};
}

}  // namespace

std::string CanonicalJson(const Json& json) {
  // The library's plain objects are sorted by bytes, which for ASCII keys is RFC 8785's order, and
  // its escapes are the same.
  return nlohmann::json(json).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string UuidV5(std::string_view namespace_uuid, std::string_view name) {
  const std::optional<Bytes> space = UuidFromText(namespace_uuid);
  RENKEI_CHECK(space.has_value());
  Bytes bytes = crypto::Sha1ForNames({*space, name}).substr(0, 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x50);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  return UuidToText(bytes);
}

std::string ObservableId(const Json& object) {
  const std::string type = object.value("type", "");
  Json counting = Json::object();
  for (const ContributingProperties& row : kContributing) {
    if (row.type != type) continue;
    for (const std::string_view property : row.properties) {
      const auto found = property.empty() ? object.end() : object.find(std::string(property));
      if (found == object.end()) continue;
      counting[std::string(property)] = property == "hashes" ? CountingHash(*found) : *found;
    }
  }
  if (counting.empty()) {
    return fmt::format("{}--{}", type, UuidFromName("stix:" + CanonicalJson(object)));
  }
  return fmt::format("{}--{}", type, UuidV5(kObservableNamespace, CanonicalJson(counting)));
}

std::optional<std::string_view> TypeOfStixId(std::string_view id) {
  const std::size_t dashes = id.find("--");
  if (dashes == std::string_view::npos || dashes == 0) return std::nullopt;
  if (!UuidFromText(id.substr(dashes + 2))) return std::nullopt;
  return id.substr(0, dashes);
}

}  // namespace renkei::formats
