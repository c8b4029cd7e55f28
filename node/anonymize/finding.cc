#include "node/anonymize/finding.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "node/base/encoding.h"

namespace renkei::anonymize {
namespace {

constexpr auto kNeverOverridden = std::to_array<std::string_view>(
    {"private-key", "jwt", "api-key", "too-much-encoded", "undecodable", "anonymous-contact",
     "anonymous-attachments", "anonymous-tags"});

}  // namespace

std::string_view ToWord(FindingSeverity severity) {
  return severity == FindingSeverity::kWarn ? "warn" : "refuse";
}

std::string ToString(const Finding& finding) {
  const std::string_view prefix = finding.severity == FindingSeverity::kWarn ? "warning: " : "";
  return fmt::format("{}{}: rule {}: {}", prefix, finding.place, finding.rule, finding.suggestion);
}

const std::vector<RuleText>& AllRules() {
  static const std::vector<RuleText> kRules = {
      {"own-address", "An address of an own network."},
      {"own-network", "An own network."},
      {"own-host", "An own host or domain."},
      {"own-mail", "A mail address of an own domain."},
      {"own-user", "A user name, an account, a SID, or the user of a home folder."},
      {"own-person", "The name of one of our people."},
      {"own-organization", "A name of the organization."},
      {"own-product", "A name of an own product."},
      {"own-site", "A name of an own site."},
      {"own-document", "The hash of a document that only we have."},
      {"own-asset-as-indicator", "An own asset is named as the adversary's."},
      {"private-address-as-indicator", "An inside address is named as the adversary's."},
      {"own-asset-in-rule", "A detection rule names an own asset."},
      {"known-good", "An actionable indicator that a warning list calls harmless."},
      {"private-key", "A private key."},
      {"jwt", "A token (JWT)."},
      {"api-key", "A key or token of a service."},
      {"url-password", "A URL with a user and a password."},
      {"url-token", "A URL with a token."},
      {"mail-address", "A mail address."},
      {"phone-number", "A telephone number."},
      {"iban", "A bank account (IBAN)."},
      {"card-number", "A payment card."},
      {"mac-address", "A hardware address."},
      {"message-id", "A Message-ID."},
      {"mail-header", "A header line that mail servers wrote."},
      {"ticket-number", "A number of a ticket."},
      {"unlisted-address", "An address that is none of the record's indicators."},
      {"exact-time", "A time to the second."},
      {"exact-amount", "An exact amount."},
      {"exact-count", "An exact count."},
      {"anonymous-contact", "A contact in an anonymous record."},
      {"anonymous-attachments", "An attachment in an anonymous record."},
      {"anonymous-tags", "A tag in an anonymous record."},
      {"small-crowd", "Too few teams are like the victim."},
      {"seen-under-your-name", "The same was published under your name."},
      {"too-much-encoded", "More encoded text than can be searched."},
      {"undecodable", "Bytes that can't be searched."},
  };
  return kRules;
}

bool MayOverride(std::string_view rule) {
  return std::find(kNeverOverridden.begin(), kNeverOverridden.end(), rule) ==
         kNeverOverridden.end();
}

absl::StatusOr<Override> ParseOverride(std::string_view text) {
  const std::size_t sign = text.find('@');
  if (sign == std::string_view::npos || sign == 0 || sign + 1 == text.size()) {
    return InvalidArgument(
        fmt::format("`{}` is no finding: expected RULE@PLACE, as `publish --dry-run` shows them",
                    Printable(text, 100)));
  }
  Override one{std::string(text.substr(0, sign)), std::string(text.substr(sign + 1))};
  const auto& rules = AllRules();
  if (std::none_of(rules.begin(), rules.end(),
                   [&](const RuleText& rule) { return rule.rule == one.rule; })) {
    return InvalidArgument(fmt::format("`{}` is no rule of the lint", Printable(one.rule, 40)));
  }
  if (!MayOverride(one.rule)) {
    return InvalidArgument(
        fmt::format("rule `{}` can't be allowed: take out what it found", one.rule));
  }
  return one;
}

std::string ToString(const Override& one) { return fmt::format("{}@{}", one.rule, one.place); }

}  // namespace renkei::anonymize
