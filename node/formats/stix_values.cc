#include "node/formats/stix_values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "node/formats/misp_types.h"
#include "node/formats/stix_pattern.h"

namespace renkei::formats {
namespace {

constexpr v1::Role kNone = v1::ROLE_UNSPECIFIED;

// The first row of a type is the one written.
// clang-format off
constexpr std::array<StixProperty, 64> kProperties = {{
    {"ipv4-addr", "value", v1::INDICATOR_TYPE_IPV4, kNone, false, true, true},
    {"ipv6-addr", "value", v1::INDICATOR_TYPE_IPV6, kNone, false, true, true},
    {"domain-name", "value", v1::INDICATOR_TYPE_DOMAIN, kNone, false, true, true},
    {"url", "value", v1::INDICATOR_TYPE_URL, kNone, false, true, true},
    {"email-addr", "value", v1::INDICATOR_TYPE_EMAIL, kNone, false, true, true},
    {"mac-addr", "value", v1::INDICATOR_TYPE_MAC, kNone, false, true, true},
    {"autonomous-system", "number", v1::INDICATOR_TYPE_ASN, kNone, true, true, true},
    {"mutex", "name", v1::INDICATOR_TYPE_MUTEX, kNone, false, true, true},
    {"file", "hashes.MD5", v1::INDICATOR_TYPE_MD5, kNone, false, true, true},
    {"file", "hashes.SHA-1", v1::INDICATOR_TYPE_SHA1, kNone, false, true, true},
    {"file", "hashes.SHA-256", v1::INDICATOR_TYPE_SHA256, kNone, false, true, true},
    {"file", "hashes.SHA-512", v1::INDICATOR_TYPE_SHA512, kNone, false, true, true},
    {"file", "hashes.SSDEEP", v1::INDICATOR_TYPE_SSDEEP, kNone, false, true, true},
    {"file", "hashes.TLSH", v1::INDICATOR_TYPE_TLSH, kNone, false, true, true},
    {"file", "hashes.SHA3-256", v1::INDICATOR_TYPE_OTHER_HASH, kNone, false, true, false},
    {"file", "hashes.SHA3-512", v1::INDICATOR_TYPE_OTHER_HASH, kNone, false, true, false},
    {"file", "name", v1::INDICATOR_TYPE_FILE_NAME, kNone, false, true, true},
    {"file", "size", v1::INDICATOR_TYPE_FILE_SIZE, kNone, true, true, true},
    {"file", "mime_type", v1::INDICATOR_TYPE_MIME_TYPE, kNone, false, true, true},
    {"file", "parent_directory_ref.path", v1::INDICATOR_TYPE_FILE_PATH, kNone, false, false, false},
    {"file", "extensions.windows-pebinary-ext.imphash", v1::INDICATOR_TYPE_IMPHASH, kNone, false, false, true},
    {"directory", "path", v1::INDICATOR_TYPE_FILE_PATH, kNone, false, true, false},
    {"artifact", "hashes.MD5", v1::INDICATOR_TYPE_MD5, kNone, false, true, false},
    {"artifact", "hashes.SHA-1", v1::INDICATOR_TYPE_SHA1, kNone, false, true, false},
    {"artifact", "hashes.SHA-256", v1::INDICATOR_TYPE_SHA256, kNone, false, true, false},
    {"artifact", "hashes.SHA-512", v1::INDICATOR_TYPE_SHA512, kNone, false, true, false},
    {"artifact", "mime_type", v1::INDICATOR_TYPE_MIME_TYPE, kNone, false, false, false},
    {"artifact", "url", v1::INDICATOR_TYPE_URL, kNone, false, false, false},
    {"windows-registry-key", "key", v1::INDICATOR_TYPE_REGISTRY_KEY, kNone, false, true, true},
    {"windows-registry-key", "values[*].data", v1::INDICATOR_TYPE_REGISTRY_VALUE, kNone, false, true, true},
    {"windows-registry-key", "values[*].name", v1::INDICATOR_TYPE_REGISTRY_VALUE, kNone, false, true, false},
    {"windows-registry-key", "values.data", v1::INDICATOR_TYPE_REGISTRY_VALUE, kNone, false, false, false},
    {"network-traffic", "dst_ref.value", v1::INDICATOR_TYPE_IPV4, kNone, false, false, true},
    {"network-traffic", "src_ref.value", v1::INDICATOR_TYPE_IPV4, v1::ROLE_SOURCE, false, false, true},
    {"network-traffic", "dst_port", v1::INDICATOR_TYPE_PORT, kNone, true, false, true},
    {"network-traffic", "src_port", v1::INDICATOR_TYPE_PORT, v1::ROLE_SOURCE, true, false, false},
    {"network-traffic", "protocols[*]", v1::INDICATOR_TYPE_OTHER, kNone, false, false, false},
    {"network-traffic", "extensions.http-request-ext.request_header.User-Agent", v1::INDICATOR_TYPE_USER_AGENT, kNone, false, false, true},
    {"network-traffic", "extensions.http-request-ext.request_value", v1::INDICATOR_TYPE_URI_PATH, kNone, false, false, true},
    {"domain-name", "resolves_to_refs[*].value", v1::INDICATOR_TYPE_IPV4, kNone, false, false, false},
    {"email-message", "subject", v1::INDICATOR_TYPE_EMAIL_SUBJECT, kNone, false, true, true},
    {"email-message", "from_ref.value", v1::INDICATOR_TYPE_EMAIL, v1::ROLE_SOURCE, false, false, false},
    {"email-message", "sender_ref.value", v1::INDICATOR_TYPE_EMAIL, v1::ROLE_SOURCE, false, false, false},
    {"email-message", "to_refs[*].value", v1::INDICATOR_TYPE_EMAIL, v1::ROLE_TARGET, false, false, false},
    {"email-message", "cc_refs[*].value", v1::INDICATOR_TYPE_EMAIL, v1::ROLE_TARGET, false, false, false},
    {"email-message", "body", v1::INDICATOR_TYPE_TEXT, kNone, false, true, false},
    {"email-message", "message_id", v1::INDICATOR_TYPE_OTHER, kNone, false, true, false},
    {"user-account", "account_login", v1::INDICATOR_TYPE_USER_NAME, kNone, false, true, true},
    {"user-account", "user_id", v1::INDICATOR_TYPE_USER_NAME, kNone, false, true, false},
    {"user-account", "display_name", v1::INDICATOR_TYPE_USER_NAME, kNone, false, true, false},
    {"x509-certificate", "hashes.SHA-256", v1::INDICATOR_TYPE_CERTIFICATE_HASH, kNone, false, true, true},
    {"x509-certificate", "hashes.SHA-1", v1::INDICATOR_TYPE_CERTIFICATE_HASH, kNone, false, true, true},
    {"x509-certificate", "hashes.MD5", v1::INDICATOR_TYPE_CERTIFICATE_HASH, kNone, false, true, true},
    {"x509-certificate", "serial_number", v1::INDICATOR_TYPE_OTHER, kNone, false, true, false},
    {"x509-certificate", "subject", v1::INDICATOR_TYPE_OTHER, kNone, false, true, false},
    {"x509-certificate", "issuer", v1::INDICATOR_TYPE_OTHER, kNone, false, true, false},
    {"process", "command_line", v1::INDICATOR_TYPE_PROCESS, kNone, false, true, true},
    {"process", "cwd", v1::INDICATOR_TYPE_FILE_PATH, kNone, false, true, false},
    {"process", "name", v1::INDICATOR_TYPE_PROCESS, kNone, false, false, false},
    {"process", "extensions.windows-service-ext.service_name", v1::INDICATOR_TYPE_SERVICE, kNone, false, false, true},
    {"software", "name", v1::INDICATOR_TYPE_OTHER, kNone, false, true, false},
    {"software", "version", v1::INDICATOR_TYPE_OTHER, kNone, false, false, false},
    {"software", "vendor", v1::INDICATOR_TYPE_OTHER, kNone, false, false, false},
    {"software", "cpe", v1::INDICATOR_TYPE_OTHER, kNone, false, false, false},
}};
// clang-format on

bool IsAddress(v1::IndicatorType type) {
  return type == v1::INDICATOR_TYPE_IPV4 || type == v1::INDICATOR_TYPE_IPV6 ||
         type == v1::INDICATOR_TYPE_IPV4_NET || type == v1::INDICATOR_TYPE_IPV6_NET;
}

std::string PropertyName(const StixProperty& property) {
  return fmt::format("{}:{}", property.object, property.path);
}

bool IsWholeNumber(std::string_view text) {
  return !text.empty() && text.size() <= 15 && (text.size() == 1 || text[0] != '0') &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

const StixProperty* FirstOfType(const v1::Indicator& indicator) {
  const v1::IndicatorType type = indicator.type();
  if (type == v1::INDICATOR_TYPE_OTHER || type == v1::INDICATOR_TYPE_OTHER_HASH) return nullptr;
  if (IsAddress(type)) {
    const bool is_v4 = type == v1::INDICATOR_TYPE_IPV4 || type == v1::INDICATOR_TYPE_IPV4_NET;
    return FindStixProperty(is_v4 ? "ipv4-addr" : "ipv6-addr", "value");
  }
  if (type == v1::INDICATOR_TYPE_HOSTNAME) return FindStixProperty("domain-name", "value");
  if (type == v1::INDICATOR_TYPE_FILE_PATH) return FindStixProperty("file", "name");
  if (type == v1::INDICATOR_TYPE_CERTIFICATE_HASH) {
    const std::size_t size = indicator.value().size();
    return FindStixProperty("x509-certificate", size == 32   ? "hashes.MD5"
                                                : size == 40 ? "hashes.SHA-1"
                                                             : "hashes.SHA-256");
  }
  for (const StixProperty& property : kProperties) {
    if (property.type == type && property.is_plain) return &property;
  }
  return nullptr;
}

const StixProperty* NamedBySource(const v1::Indicator& indicator) {
  const std::string& source = indicator.source_type();
  const std::size_t colon = source.find(':');
  if (colon == std::string::npos) return nullptr;
  return FindStixProperty(std::string_view(source).substr(0, colon),
                          std::string_view(source).substr(colon + 1));
}

// A place in JSON that a path leads to; [*] counts as [0].
Json& PlaceAt(Json& object, std::string_view path) {
  Json* place = &object;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    if (end > 0) place = &(*place)[std::string(path.substr(0, end))];
    path.remove_prefix(end);
    if (path.empty()) break;
    if (path[0] == '.') {
      path.remove_prefix(1);
      continue;
    }
    std::size_t index = 0;
    const std::size_t close = std::min(path.find(']'), path.size() - 1);
    std::from_chars(path.data() + 1, path.data() + close, index);
    // Sections come from anyone: a far index must not make a long list.
    if (place->is_null()) *place = Json::array();
    place = &(*place)[std::min(index, place->size())];
    path.remove_prefix(close + 1);
  }
  return *place;
}

}  // namespace

std::span<const StixProperty> StixProperties() { return kProperties; }

std::string WithoutIndexes(std::string_view path) {
  std::string plain;
  bool inside = false;
  for (const char c : path) {
    if (c == '[') plain += "[*";
    if (c == '[') inside = true;
    if (c == ']') inside = false;
    if (!inside) plain.push_back(c);
  }
  return plain;
}

const StixProperty* FindStixProperty(std::string_view object, std::string_view path) {
  const std::string plain = WithoutIndexes(path);
  for (const StixProperty& property : kProperties) {
    if (property.object == object && property.path == plain) return &property;
  }
  return nullptr;
}

const StixProperty* PropertyOf(const v1::Indicator& indicator) {
  if (indicator.type() == v1::INDICATOR_TYPE_ANON_IP) return nullptr;
  const StixProperty* property = NamedBySource(indicator);
  if (property == nullptr) property = FirstOfType(indicator);
  if (property == nullptr) return nullptr;
  return property->is_number && !IsWholeNumber(indicator.value()) ? nullptr : property;
}

v1::Indicator IndicatorOf(const StixProperty& property, std::string_view value) {
  v1::Indicator indicator;
  indicator.set_value(std::string(value));
  indicator.set_type(property.type);
  indicator.set_role(property.role);
  if (IsAddress(property.type)) {
    indicator.set_type(RefineType(*FindMispType("ip-dst"), value));
  }
  const bool is_path = property.type == v1::INDICATOR_TYPE_FILE_NAME &&
                       value.find_first_of("/\\") != std::string_view::npos;
  if (is_path) indicator.set_type(v1::INDICATOR_TYPE_FILE_PATH);
  if (!property.is_plain || indicator.type() == v1::INDICATOR_TYPE_OTHER) {
    indicator.set_source_type(PropertyName(property));
  }
  return indicator;
}

std::string PatternOf(const v1::Indicator& indicator) {
  const StixProperty* property = PropertyOf(indicator);
  if (property == nullptr) return "";
  return fmt::format("[{}]", PatternTerm(property->object, property->path, indicator.value(),
                                         property->is_number));
}

void PutAtPath(Json& object, std::string_view path, std::string_view value, bool is_number) {
  Json& place = PlaceAt(object, path);
  std::uint64_t number = 0;
  if (is_number) std::from_chars(value.data(), value.data() + value.size(), number);
  place = is_number ? Json(number) : Json(std::string(value));
}

Json ObservableOf(const v1::Indicator& indicator) {
  const StixProperty* property = PropertyOf(indicator);
  if (property == nullptr || !property->is_observable) return nullptr;
  Json object = {{"type", property->object}, {"spec_version", "2.1"}};
  PutAtPath(object, property->path, indicator.value(), property->is_number);
  CompleteObservable(object);
  return object;
}

void CompleteObservable(Json& object) {
  if (object["type"] == "email-message" && !object.contains("is_multipart")) {
    object["is_multipart"] = false;
  }
  if (object["type"] == "network-traffic" && !object.contains("protocols")) {
    object["protocols"] = Json::array({"tcp"});
  }
}

}  // namespace renkei::formats
