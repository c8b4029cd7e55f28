#include "config/assets.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

bool IsNetwork(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  unsigned char bytes[16] = {};
  const bool v4 = inet_pton(AF_INET, address.c_str(), bytes) == 1;
  const bool v6 = !v4 && inet_pton(AF_INET6, address.c_str(), bytes) == 1;
  if (!v4 && !v6) return false;
  if (slash == std::string::npos) return true;
  int length = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, length);
  return error == std::errc() && stop == end && length >= 1 && length <= (v4 ? 32 : 128);
}

bool IsDomain(const std::string& text) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == '@' || c == '*' || c == ':';
  });
  return plain && text.find('.') != std::string::npos && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string::npos;
}

bool IsWild(const std::string& pattern) { return pattern.find_first_of("*?") != std::string::npos; }

// A pattern that names nothing would replace every word of every record.
bool IsPattern(const std::string& text) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '/' || c == '\\' || c == '@';
  });
  const auto letters = std::count_if(text.begin(), text.end(), [](char c) {
    return c != '*' && c != '?' && c != '.' && c != '-' && c != '_';
  });
  const bool ascii = std::none_of(text.begin(), text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return plain && letters >= 2 && (ascii || !IsWild(text));
}

bool IsName(const std::string& text) {
  if (text.empty()) return false;
  std::size_t characters = 0;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) return false;
    characters += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  }
  return characters >= 2 && text.front() != ' ' && text.back() != ' ';
}

bool IsSha256(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

class AssetsLoader {
 public:
  AssetsLoader(std::string_view text, const std::string& file, Problems& problems)
      : source_(text, file, problems) {}

  Assets Load() {
    const std::optional<toml::table> root = source_.Parse(kAssetsBytesMax);
    if (!root) return {};
    TomlReader reader(source_, *root, "");
    Read(reader, "networks", assets_.networks, IsNetwork, "no address or CIDR",
         "such as `192.0.2.0/24` or `2001:db8::/32`");
    Read(reader, "domains", assets_.domains, IsDomain, "no domain",
         "such as `alpha.example`, without `*.`: what is below it is meant too");
    Read(reader, "mail_domains", assets_.mail_domains, IsDomain, "no domain",
         "such as `alpha.example`, without `@`");
    if (const toml::table* names = reader.Table("names")) ReadNames(*names);
    Read(reader, "people", assets_.people, IsName, kNoName, kNameHint);
    Read(reader, "hosts", assets_.hosts, IsPattern, kNoPattern, kPatternHint);
    Read(reader, "users", assets_.users, IsPattern, kNoPattern, kPatternHint);
    Read(reader, "documents", assets_.documents, IsSha256, "no SHA-256",
         "64 hexadecimal digits, as `sha256sum FILE` prints them");
    for (std::string& hash : assets_.documents) hash = AsciiLower(hash);
    reader.RefuseOthers();
    CheckCounts();
    source_.Finish();
    return std::move(assets_);
  }

 private:
  static constexpr std::string_view kNoName = "no name of two characters or more";
  static constexpr std::string_view kNameHint = "no blanks at its ends, no control characters";
  static constexpr std::string_view kNoPattern = "no pattern";
  static constexpr std::string_view kPatternHint =
      "at least two letters or digits; `*` and `?` only in ASCII patterns; no `/`, `\\`, `@`";

  void ReadNames(const toml::table& table) {
    TomlReader reader(source_, table, "names");
    Read(reader, "organization", assets_.organizations, IsName, kNoName, kNameHint);
    Read(reader, "products", assets_.products, IsName, kNoName, kNameHint);
    Read(reader, "sites", assets_.sites, IsName, kNoName, kNameHint);
    reader.RefuseOthers();
  }

  void Read(TomlReader& reader, std::string_view key, std::vector<std::string>& list,
            bool (*is_valid)(const std::string&), std::string_view rule, std::string_view hint) {
    for (const TomlText& entry : reader.List(key)) {
      if (entry.value.empty() || entry.value.size() > kAssetEntryBytesMax ||
          !is_valid(entry.value)) {
        source_.Add(
            entry.at,
            fmt::format("{} holds {}: `{}`", reader.NameOf(key), rule, Printable(entry.value, 64)),
            std::string(hint));
      }
      list.push_back(entry.value);
    }
  }

  void CheckCounts() {
    std::size_t entries = 0;
    for (const auto* list :
         {&assets_.networks, &assets_.domains, &assets_.mail_domains, &assets_.organizations,
          &assets_.products, &assets_.sites, &assets_.people, &assets_.hosts, &assets_.users}) {
      entries += list->size();
    }
    if (assets_.documents.size() > kAssetDocumentsMax) {
      source_.Add({}, fmt::format("documents: {} entries, over the limit of {}",
                                  assets_.documents.size(), kAssetDocumentsMax));
    }
    if (entries > kAssetEntriesMax) {
      source_.Add({}, fmt::format("{} entries, over the limit of {}", entries, kAssetEntriesMax));
    }
    const auto patterns = std::count_if(assets_.hosts.begin(), assets_.hosts.end(), IsWild) +
                          std::count_if(assets_.users.begin(), assets_.users.end(), IsWild);
    if (static_cast<std::size_t>(patterns) > kAssetPatternsMax) {
      source_.Add({}, fmt::format("{} patterns with `*` or `?`, over the limit of {}", patterns,
                                  kAssetPatternsMax));
    }
  }

  TomlSource source_;
  Assets assets_{};
};

constexpr std::string_view kAssetsText =
    R"(# What is yours and must never leave in a record.  Before a record is signed, each of these is
# replaced (HOST-1, USER-1, ORG, ...), and the finished record is searched for them once more.
# This file stays on this node.  An asset that is not listed here is not recognised: fill it in.
# `renkei publish --dry-run FILE` shows what would be replaced.

# Your address ranges, public and internal.
networks = [
  # "192.0.2.0/24",
  # "2001:db8::/32",
]

# Your domains; every name below them is yours too.
domains = [
  # "alpha.example",
]

# Domains of your mail addresses, where they are not listed above.
mail_domains = [
  # "mail-alpha.example",
]

# Your people, as they are written in reports: "Taro Yamada", "山田太郎".
people = [
]

# Host names without a domain: `*` is any run of characters, `?` is one.
hosts = [
  # "srv-*",
]

# User names.
users = [
  # "alpha-*",
]

# SHA-256 of documents that only you have (`sha256sum FILE`): a record that names one is refused.
documents = [
]

[names]
# Every name and short name of the organization, in every language you write.
organization = [
  {}
]
products = [
]
sites = [
]
)";

}  // namespace

LoadResult<Assets> LoadAssets(std::string_view text, const std::string& file) {
  LoadResult<Assets> result;
  Assets assets = AssetsLoader(text, file, result.problems).Load();
  if (result.problems.empty()) result.value = std::move(assets);
  return result;
}

std::string AssetsText(std::string_view org) {
  std::string name(org);
  while (name.starts_with(' ')) name.erase(0, 1);
  while (name.ends_with(' ')) name.pop_back();
  std::string entry = IsName(name) ? "\"" : "# \"";
  for (const char c : name) {
    if (c == '"' || c == '\\') entry += '\\';
    entry += c;
  }
  entry += "\",";
  return fmt::format(fmt::runtime(kAssetsText), entry);
}

}  // namespace renkei::config
