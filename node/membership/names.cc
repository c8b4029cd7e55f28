#include "node/membership/names.h"

#include <algorithm>

#include "config/node_config.h"
#include "node/base/encoding.h"
#include "node/membership/limits.h"

namespace renkei::membership {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr std::string_view kOrgPath = "/org/";
constexpr std::string_view kNodePath = "/node/1";

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

bool IsCommunity(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= kCommunityBytesMax &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool IsSlug(std::string_view text) { return IsLabel(text, kSlugBytesMax); }

bool IsAddress(std::string_view text) {
  if (text.size() > kAddressBytesMax) return false;
  const std::optional<config::HostPort> address = config::ParseHostPort(text);
  return address && !address->host.empty() && address->port > 0;
}

bool IsSector(std::string_view text) { return text.empty() || IsLabel(text, kLabelBytesMax); }

bool IsCountry(std::string_view text) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return text.empty() || (text.size() == 2 && letter(text[0]) && letter(text[1]));
}

bool IsOrg(std::string_view text) {
  return text.size() <= kOrgBytesMax && IsUtf8(text) &&
         std::none_of(text.begin(), text.end(), IsControl);
}

std::string SpiffeUri(std::string_view community, std::string_view slug) {
  if (slug == kHubSlug) return fmt::format("{}{}/hub", kScheme, community);
  return fmt::format("{}{}{}{}{}", kScheme, community, kOrgPath, slug, kNodePath);
}

absl::StatusOr<SpiffeName> ParseSpiffeUri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return InvalidArgument("its name is not a spiffe:// URI");
  std::string_view rest = uri.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  const std::string_view community = rest.substr(0, slash);
  if (slash == std::string_view::npos || !IsCommunity(community)) {
    return InvalidArgument("its spiffe:// URI names no community");
  }
  rest.remove_prefix(slash);
  if (rest == "/hub") return SpiffeName{std::string(community), std::string(kHubSlug)};
  const absl::Status malformed =
      InvalidArgument("the path of its spiffe:// URI is neither /hub nor /org/<slug>/node/1");
  if (!rest.starts_with(kOrgPath)) return malformed;
  rest.remove_prefix(kOrgPath.size());
  const std::string_view slug = rest.substr(0, rest.find('/'));
  rest.remove_prefix(slug.size());
  if (!IsSlug(slug)) return malformed;
  // `hub` is the name of the hub's own facts: a member by that name could be taken for it.
  if (slug == kHubSlug) return InvalidArgument("its spiffe:// URI names a member `hub`");
  if (rest != kNodePath) {
    return rest.starts_with("/node/")
               ? InvalidArgument("its node number is not 1, the only one in use")
               : malformed;
  }
  return SpiffeName{std::string(community), std::string(slug)};
}

}  // namespace renkei::membership
