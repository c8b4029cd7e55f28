// An export of a directory as LDIF (RFC 2849).

#include <algorithm>

#include "config/learn_text.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

struct Attribute {
  std::string name{};  // lower case, without options
  std::string value{};
  std::size_t line = 0;
};

// `cn;lang-ja:: 5bGx55SwIOWkqumDjg==`.  A value that is only referred to (`:<`) is left out.
std::optional<Attribute> ParseAttribute(std::string_view text, std::size_t line) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view name = text.substr(0, std::min(colon, text.find(';')));
  std::string_view value = text.substr(colon + 1);
  Attribute attribute{.name = AsciiLower(Trimmed(name)), .line = line};
  if (value.starts_with('<')) return std::nullopt;
  if (!value.starts_with(':')) {
    attribute.value = std::string(Trimmed(value));
    return attribute;
  }
  value.remove_prefix(1);
  auto decoded = Base64Decode(Trimmed(value));
  if (!decoded) return std::nullopt;
  attribute.value = *std::move(decoded);
  return attribute;
}

// `CN=x,OU=Sales,DC=alpha,DC=example` in parts; a `\` takes the next character as it is.
std::vector<std::pair<std::string, std::string>> NameParts(std::string_view dn) {
  std::vector<std::pair<std::string, std::string>> parts;
  std::string key;
  std::string value;
  bool in_value = false;
  const auto end_part = [&] {
    if (in_value && parts.size() < kLearnColumnsMax) {
      parts.emplace_back(AsciiLower(Trimmed(key)), std::string(Trimmed(value)));
    }
    key.clear();
    value.clear();
    in_value = false;
  };
  for (std::size_t i = 0; i < dn.size(); ++i) {
    const char c = dn[i];
    if (c == '\\' && i + 1 < dn.size()) {
      (in_value ? value : key) += dn[++i];
    } else if (c == ',' || c == '+') {
      end_part();
    } else if (c == '=' && !in_value) {
      in_value = true;
    } else {
      (in_value ? value : key) += c;
    }
  }
  end_part();
  return parts;
}

class LdifReader {
 public:
  explicit LdifReader(std::string_view source) : collector_(source) {}

  // One line, already unfolded; an empty one ends the entry.
  void Take(std::string_view line, std::size_t number) {
    if (line.empty()) {
      EndEntry();
    } else if (!line.starts_with('#')) {
      auto attribute = ParseAttribute(line, number);
      if (attribute && entry_.size() < kLearnColumnsMax) entry_.push_back(*std::move(attribute));
    }
  }

  void EndEntry() {
    const bool computer = HasClass("computer") || HasClass("device") || HasClass("iphost");
    const bool person = HasClass("person") || HasClass("inetorgperson") ||
                        HasClass("organizationalperson") || HasClass("user");
    const bool group = HasClass("group") || HasClass("groupofnames") || HasClass("posixgroup");
    for (const Attribute& one : entry_) TakeAttribute(one, computer, person, group);
    entry_.clear();
  }

  bool full() const { return collector_.full(); }
  Findings Done() { return collector_.Take(); }

 private:
  bool HasClass(std::string_view name) const {
    return std::any_of(entry_.begin(), entry_.end(), [&](const Attribute& one) {
      return one.name == "objectclass" && AsciiLower(one.value) == name;
    });
  }

  void TakeAttribute(const Attribute& one, bool computer, bool person, bool group) {
    const std::string& name = one.name;
    if (name == "dn" || name == "distinguishedname") return TakeName(one);
    if (name == "mail" || name == "userprincipalname")
      return collector_.AddMail(one.value, one.line);
    if (name == "proxyaddresses" && AsciiLower(one.value).starts_with("smtp:")) {
      return collector_.AddMail(std::string_view(one.value).substr(5), one.line);
    }
    if (name == "dnshostname") return collector_.AddHost(one.value, one.line);
    if (name == "iphostnumber") return collector_.Add(AssetList::kNetworks, one.value, one.line);
    if (name == "samaccountname" || name == "uid") return TakeAccount(one, group);
    if (name == "cn" || name == "displayname") return TakeCommonName(one, computer, person, group);
    if (name == "o" || name == "company") {
      return collector_.Add(AssetList::kOrganizations, one.value, one.line);
    }
    if (name == "ou") return collector_.Add(AssetList::kOrganizations, one.value, one.line);
    if (name == "physicaldeliveryofficename")
      collector_.Add(AssetList::kSites, one.value, one.line);
  }

  void TakeName(const Attribute& one) {
    std::string domain;
    for (const auto& [key, value] : NameParts(one.value)) {
      if (key == "dc") domain += (domain.empty() ? "" : ".") + AsciiLower(value);
      if (key == "o" || key == "ou") collector_.Add(AssetList::kOrganizations, value, one.line);
    }
    if (!domain.empty()) collector_.Add(AssetList::kDomains, domain, one.line);
  }

  // A machine's account ends in `$`.
  void TakeAccount(const Attribute& one, bool group) {
    if (group) return;
    if (one.value.ends_with('$')) {
      return collector_.AddHost(one.value.substr(0, one.value.size() - 1), one.line);
    }
    collector_.Add(AssetList::kUsers, one.value, one.line);
  }

  void TakeCommonName(const Attribute& one, bool computer, bool person, bool group) {
    if (group) return;
    if (computer) return collector_.AddHost(one.value, one.line);
    // Without a class it is a person's if it looks like one.
    const bool looks = one.value.find(' ') != std::string::npos;
    if (person || looks) collector_.Add(AssetList::kPeople, one.value, one.line);
  }

  Collector collector_;
  std::vector<Attribute> entry_{};
};

}  // namespace

Findings LearnLdif(std::string_view text, std::string_view source) {
  LdifReader reader(source);
  const std::vector<std::string_view> lines = LearnLines(text);
  std::size_t at = 0;
  while (at < lines.size() && !reader.full()) {
    std::string line(lines[at]);
    const std::size_t number = ++at;
    // A line that begins with one space goes on where the one before ended.
    while (at < lines.size() && lines[at].starts_with(' ')) {
      if (line.size() < kLearnLineBytesMax) line += lines[at].substr(1);
      ++at;
    }
    reader.Take(line, number);
  }
  reader.EndEntry();
  return reader.Done();
}

}  // namespace renkei::config
