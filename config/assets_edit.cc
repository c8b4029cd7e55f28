// Appends to the lists of assets.toml where they stand; and what is dangerous in them.

#include <algorithm>

#include "config/learn_text.h"
#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

constexpr std::string_view kAnyFile = "assets.toml";
constexpr std::size_t kShortName = 4;
constexpr int kWideV4 = 8;
constexpr int kWideV6 = 24;

constexpr std::array<std::string_view, kAssetListCount> kListWords = {
    "networks", "domains", "mail_domains",       "people",
    "hosts",    "users",   "names.organization", "names.sites"};

std::string QuotedEntry(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// toml++ counts lines and characters from 1; where that is in bytes.
std::size_t OffsetOf(std::string_view text, const toml::source_position& at) {
  std::size_t offset = 0;
  for (std::uint32_t line = 1; line < at.line; ++line) {
    const std::size_t end = text.find('\n', offset);
    if (end == std::string_view::npos) return text.size();
    offset = end + 1;
  }
  for (std::uint32_t column = 1; column < at.column && offset < text.size(); ++column) {
    ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0U) == 0x80U) {
      ++offset;
    }
  }
  return offset;
}

std::string Block(const std::vector<std::string>& entries) {
  std::string block;
  for (const std::string& entry : entries) block += fmt::format("  {},\n", QuotedEntry(entry));
  return block;
}

// Whether a comma stands in what is no comment.
bool HasComma(std::string_view text) {
  bool comment = false;
  for (const char c : text) {
    if (c == '\n') comment = false;
    if (c == '#') comment = true;
    if (c == ',' && !comment) return true;
  }
  return false;
}

// Into a list that is there.
std::string IntoList(std::string_view text, const toml::array& array,
                     const std::vector<std::string>& entries) {
  // The region of an array ends behind its bracket.
  std::size_t close = OffsetOf(text, array.source().end);
  while (close > 0 && text[close - 1] != ']') --close;
  --close;
  std::string head(text.substr(0, close));
  if (!array.empty()) {
    const std::size_t last = OffsetOf(text, array.back().source().end);
    if (!HasComma(text.substr(last, close - last))) head.insert(last, ",");
  }
  // What stands before the bracket on its line, if blank, stays before it.
  const std::size_t line = head.find_last_of('\n');
  const std::string_view before =
      std::string_view(head).substr(line == std::string::npos ? 0 : line + 1);
  const bool own_line = before.find_first_not_of(" \t") == std::string_view::npos;
  std::string indent;
  if (own_line) {
    indent = before;
    head.resize(head.size() - indent.size());
  } else {
    head += "\n";
  }
  return head + Block(entries) + indent + std::string(text.substr(close));
}

// A list that is not there: before the first table, or into [names].
std::string WithNewList(std::string_view text, const toml::table& root, AssetList list,
                        const std::vector<std::string>& entries) {
  std::string key(ToWord(list));
  const bool named = key.starts_with("names.");
  if (named) key.erase(0, key.find('.') + 1);
  const std::string lines = fmt::format("{} = [\n{}]\n", key, Block(entries));
  const toml::table* names = root["names"].as_table();
  if (named && names == nullptr) {
    const bool ends = text.empty() || text.ends_with('\n');
    return fmt::format("{}{}\n[names]\n{}", text, ends ? "" : "\n", lines);
  }
  std::size_t at = text.size();
  if (named) {
    const std::size_t head = OffsetOf(text, names->source().begin);
    const std::size_t end = text.find('\n', head);
    at = end == std::string_view::npos ? text.size() : end + 1;
  } else if (names != nullptr) {
    at = OffsetOf(text, names->source().begin);
  }
  std::string made(text.substr(0, at));
  if (!made.empty() && !made.ends_with('\n')) made += '\n';
  return made + lines + std::string(text.substr(at));
}

absl::StatusOr<std::string> AddToList(const std::string& text, AssetList list,
                                      const std::vector<std::string>& entries) {
  Problems problems;
  TomlSource source(text, std::string(kAnyFile), problems);
  const auto root = source.Parse(kAssetsBytesMax);
  if (!root) return InvalidArgument(ToString(problems.front()));
  const toml::array* array = root->at_path(ToWord(list)).as_array();
  if (array != nullptr) return IntoList(text, *array, entries);
  return WithNewList(text, *root, list, entries);
}

bool IsWide(const std::string& entry) {
  const auto network = ParseNetwork(entry);
  return network && network->length <= (network->v6 ? kWideV6 : kWideV4);
}

std::size_t LiteralRun(std::string_view pattern) {
  return static_cast<std::size_t>(
      std::count_if(pattern.begin(), pattern.end(), [](char c) { return c != '*' && c != '?'; }));
}

}  // namespace

std::string_view ToWord(AssetList list) { return kListWords[static_cast<std::size_t>(list)]; }

const std::vector<std::string>& ListOf(const Assets& assets, AssetList list) {
  switch (list) {
    case AssetList::kNetworks:
      return assets.networks;
    case AssetList::kDomains:
      return assets.domains;
    case AssetList::kMailDomains:
      return assets.mail_domains;
    case AssetList::kPeople:
      return assets.people;
    case AssetList::kHosts:
      return assets.hosts;
    case AssetList::kUsers:
      return assets.users;
    case AssetList::kOrganizations:
      return assets.organizations;
    case AssetList::kSites:
      return assets.sites;
  }
  return assets.networks;
}

std::vector<std::string>& ListOf(Assets& assets, AssetList list) {
  return const_cast<std::vector<std::string>&>(ListOf(std::as_const(assets), list));
}

absl::StatusOr<std::string> AddToAssets(
    std::string_view text, const std::map<AssetList, std::vector<std::string>>& entries) {
  const LoadResult<Assets> before = LoadAssets(text, std::string(kAnyFile));
  if (!before.value) return InvalidArgument(ToString(before.problems.front()));
  Assets wanted = *before.value;
  std::string made(text);
  for (const auto& [list, added] : entries) {
    if (added.empty()) continue;
    std::vector<std::string>& into = ListOf(wanted, list);
    into.insert(into.end(), added.begin(), added.end());
    ASSIGN_OR_RETURN(made, AddToList(made, list, added));
  }
  // Whatever the file looked like: what was made of it says exactly what was wanted, or nothing.
  const LoadResult<Assets> after = LoadAssets(made, std::string(kAnyFile));
  if (!after.value) return ResourceExhausted(ToString(after.problems.front()));
  if (*after.value != wanted) {
    return Internal("the lists could not be appended to: add the entries by hand");
  }
  return made;
}

std::vector<std::string> AssetDangers(const Assets& assets) {
  std::vector<std::string> dangers;
  const auto say = [&](AssetList list, const std::string& entry, std::string_view what) {
    dangers.push_back(fmt::format("{}: `{}`: {}", ToWord(list), Printable(entry, 64), what));
  };
  for (const std::string& entry : assets.networks) {
    const auto network = ParseNetwork(entry);
    if (IsWide(entry)) {
      say(AssetList::kNetworks, entry, "so wide that addresses of others will be replaced");
    } else if (network && IsForeignNetwork(*network)) {
      say(AssetList::kNetworks, entry, "a public resolver, or nobody's address");
    }
  }
  for (const AssetList list : {AssetList::kDomains, AssetList::kMailDomains}) {
    for (const std::string& entry : ListOf(assets, list)) {
      if (IsForeignDomain(entry)) say(list, entry, "everybody's: the adversary's addresses too");
    }
  }
  const auto names = [&](const std::vector<std::string>& list, std::string_view word) {
    for (const std::string& entry : list) {
      const bool common = IsCommonWord(entry);
      if (!common && entry.size() >= kShortName) continue;
      dangers.push_back(fmt::format("{}: `{}`: {}", word, Printable(entry, 64),
                                    common
                                        ? "a common word: it will be replaced wherever it stands"
                                        : "so short that it will be found in other words' places"));
    }
  };
  names(assets.organizations, "names.organization");
  names(assets.products, "names.products");
  names(assets.sites, "names.sites");
  for (const std::string& entry : assets.hosts) {
    if (IsCommonHost(entry)) say(AssetList::kHosts, entry, "a name that many networks have");
  }
  for (const std::string& entry : assets.users) {
    if (IsCommonUser(entry)) say(AssetList::kUsers, entry, "a name that every system has");
  }
  for (const AssetList list : {AssetList::kHosts, AssetList::kUsers}) {
    for (const std::string& entry : ListOf(assets, list)) {
      const bool wild = entry.find('*') != std::string::npos;
      if (wild && LiteralRun(entry) < kShortName) {
        say(list, entry, "a pattern of few letters: it will match common words");
      }
    }
  }
  return dangers;
}

}  // namespace renkei::config
