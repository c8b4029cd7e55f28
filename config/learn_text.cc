#include "config/learn_text.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include "node/base/encoding.h"

namespace renkei::config {
namespace {

// Short lists of what is everybody's: a person looks at the rest.
constexpr auto kMailProviders = std::to_array<std::string_view>(
    {"126.com",        "163.com",       "aol.com",        "docomo.ne.jp", "ezweb.ne.jp",
     "fastmail.com",   "free.fr",       "gmail.com",      "gmx.de",       "gmx.net",
     "googlemail.com", "hotmail.co.jp", "hotmail.com",    "icloud.com",   "laposte.net",
     "live.com",       "live.jp",       "mac.com",        "mail.com",     "mail.ru",
     "me.com",         "msn.com",       "naver.com",      "outlook.com",  "outlook.jp",
     "pm.me",          "proton.me",     "protonmail.com", "qq.com",       "softbank.ne.jp",
     "web.de",         "yahoo.co.jp",   "yahoo.com",      "yandex.com",   "yandex.ru",
     "ymail.com",      "zoho.com"});

constexpr auto kPublicResolvers = std::to_array<std::string_view>({"1.0.0.1",
                                                                   "1.1.1.1",
                                                                   "1.1.1.2",
                                                                   "1.0.0.2",
                                                                   "4.2.2.1",
                                                                   "4.2.2.2",
                                                                   "8.8.4.4",
                                                                   "8.8.8.8",
                                                                   "9.9.9.9",
                                                                   "9.9.9.10",
                                                                   "94.140.14.14",
                                                                   "94.140.15.15",
                                                                   "149.112.112.112",
                                                                   "208.67.220.220",
                                                                   "208.67.222.222",
                                                                   "64.6.64.6",
                                                                   "64.6.65.6",
                                                                   "77.88.8.8",
                                                                   "77.88.8.1",
                                                                   "114.114.114.114",
                                                                   "223.5.5.5",
                                                                   "223.6.6.6",
                                                                   "2001:4860:4860::8888",
                                                                   "2001:4860:4860::8844",
                                                                   "2606:4700:4700::1111",
                                                                   "2606:4700:4700::1001",
                                                                   "2620:fe::fe",
                                                                   "2620:fe::9",
                                                                   "2620:119:35::35",
                                                                   "2620:119:53::53",
                                                                   "168.63.129.16"});

// Nobody's own; private ranges are.
constexpr auto kForeignNetworks = std::to_array<std::string_view>(
    {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128",
     "::1/128", "::ffff:0:0/96", "fe80::/10", "ff00::/8"});

constexpr auto kSecondLevels = std::to_array<std::string_view>(
    {"ac", "ad", "co", "com", "ed", "edu", "go", "gov", "gr", "lg", "ne", "net", "or", "org"});

constexpr auto kCommonHosts = std::to_array<std::string_view>(
    {"api",       "app",      "apps",     "auth",     "autoconfig", "autodiscover", "backup",
     "blog",      "calendar", "cdn",      "chat",     "cloud",      "cms",          "cpanel",
     "db",        "demo",     "dev",      "dns",      "docs",       "download",     "email",
     "exchange",  "extranet", "files",    "firewall", "forum",      "ftp",          "gateway",
     "git",       "gw",       "help",     "host",     "image",      "images",       "imap",
     "img",       "info",     "internal", "intranet", "jira",       "ldap",         "lists",
     "localhost", "login",    "mail",     "mailhost", "media",      "mobile",       "monitor",
     "mta",       "mx",       "mysql",    "new",      "news",       "nextcloud",    "node",
     "ns",        "ntp",      "office",   "old",      "owa",        "pop",          "pop3",
     "portal",    "printer",  "proxy",    "public",   "relay",      "remote",       "router",
     "search",    "secure",   "server",   "sftp",     "shop",       "sip",          "sites",
     "smtp",      "sql",      "ssh",      "ssl",      "sso",        "stage",        "staging",
     "static",    "stats",    "status",   "store",    "support",    "switch",       "syslog",
     "test",      "upload",   "video",    "voip",     "vpn",        "web",          "webdisk",
     "webmail",   "wiki",     "www"});

constexpr auto kCommonUsers = std::to_array<std::string_view>(
    {"abuse",     "admin",      "administrator",  "anonymous", "backup",   "bin",      "contact",
     "daemon",    "default",    "defaultaccount", "ftp",       "git",      "guest",    "help",
     "helpdesk",  "hostmaster", "info",           "krbtgt",    "mail",     "mysql",    "news",
     "nobody",    "noreply",    "office",         "operator",  "oracle",   "postgres", "postmaster",
     "root",      "sales",      "scan",           "scanner",   "security", "service",  "support",
     "sys",       "system",     "test",           "tester",    "tomcat",   "ubuntu",   "user",
     "webmaster", "www",        "www-data"});

constexpr auto kCommonWords = std::to_array<std::string_view>({"access",
                                                               "account",
                                                               "active",
                                                               "agent",
                                                               "alert",
                                                               "analytics",
                                                               "apollo",
                                                               "app",
                                                               "archive",
                                                               "atlas",
                                                               "audit",
                                                               "aurora",
                                                               "backup",
                                                               "bank",
                                                               "base",
                                                               "beacon",
                                                               "bridge",
                                                               "browser",
                                                               "business",
                                                               "central",
                                                               "client",
                                                               "cloud",
                                                               "cluster",
                                                               "company",
                                                               "compass",
                                                               "computer",
                                                               "computers",
                                                               "connect",
                                                               "console",
                                                               "control",
                                                               "core",
                                                               "customer",
                                                               "data",
                                                               "database",
                                                               "defender",
                                                               "delta",
                                                               "desktop",
                                                               "digital",
                                                               "direct",
                                                               "directory",
                                                               "domain",
                                                               "drive",
                                                               "eagle",
                                                               "edge",
                                                               "engine",
                                                               "enterprise",
                                                               "exchange",
                                                               "express",
                                                               "falcon",
                                                               "finance",
                                                               "firewall",
                                                               "flow",
                                                               "focus",
                                                               "gateway",
                                                               "global",
                                                               "go",
                                                               "group",
                                                               "groups",
                                                               "guard",
                                                               "harbor",
                                                               "horizon",
                                                               "host",
                                                               "hr",
                                                               "hub",
                                                               "human resources",
                                                               "insight",
                                                               "it",
                                                               "lab",
                                                               "legal",
                                                               "light",
                                                               "link",
                                                               "live",
                                                               "local",
                                                               "log",
                                                               "mail",
                                                               "manager",
                                                               "marketing",
                                                               "master",
                                                               "matrix",
                                                               "media",
                                                               "meeting",
                                                               "mercury",
                                                               "mobile",
                                                               "monitor",
                                                               "net",
                                                               "network",
                                                               "news",
                                                               "nexus",
                                                               "node",
                                                               "nova",
                                                               "office",
                                                               "online",
                                                               "open",
                                                               "operations",
                                                               "orion",
                                                               "pay",
                                                               "people",
                                                               "phoenix",
                                                               "pilot",
                                                               "platform",
                                                               "plus",
                                                               "point",
                                                               "portal",
                                                               "power",
                                                               "prime",
                                                               "pro",
                                                               "project",
                                                               "proxy",
                                                               "pulse",
                                                               "relay",
                                                               "remote",
                                                               "report",
                                                               "sales",
                                                               "scan",
                                                               "search",
                                                               "secure",
                                                               "security",
                                                               "sentinel",
                                                               "server",
                                                               "servers",
                                                               "service",
                                                               "service accounts",
                                                               "services",
                                                               "shield",
                                                               "shop",
                                                               "sign",
                                                               "site",
                                                               "smart",
                                                               "spark",
                                                               "staff",
                                                               "standard",
                                                               "star",
                                                               "start",
                                                               "status",
                                                               "storage",
                                                               "store",
                                                               "stream",
                                                               "suite",
                                                               "support",
                                                               "switch",
                                                               "sync",
                                                               "system",
                                                               "systems",
                                                               "team",
                                                               "test",
                                                               "titan",
                                                               "tower",
                                                               "trust",
                                                               "unit",
                                                               "update",
                                                               "user",
                                                               "users",
                                                               "vault",
                                                               "vector",
                                                               "view",
                                                               "vision",
                                                               "wave",
                                                               "web",
                                                               "workspace",
                                                               "workstations",
                                                               "world",
                                                               "システム",
                                                               "クラウド",
                                                               "サーバー",
                                                               "ネットワーク",
                                                               "営業部",
                                                               "総務部",
                                                               "情報システム部"});

template <class Range>
bool IsIn(const Range& range, std::string_view word) {
  return std::find(range.begin(), range.end(), word) != range.end();
}

}  // namespace

std::vector<std::string_view> LearnLines(std::string_view text) {
  std::vector<std::string_view> lines;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line.size() > kLearnLineBytesMax ? std::string_view() : line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

void Collector::Add(AssetList list, std::string_view entry, std::size_t line) {
  entry = Trimmed(entry);
  if (full() || entry.empty() || entry.size() > kAssetEntryBytesMax || !IsUtf8(entry)) return;
  found_.push_back({.list = list,
                    .entry = std::string(entry),
                    .from = line == 0 ? source_ : fmt::format("{}:{}", source_, line)});
}

void Collector::AddMail(std::string_view address, std::size_t line) {
  address = Trimmed(address);
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return;
  Add(AssetList::kMailDomains, AsciiLower(address.substr(at + 1)), line);
}

void Collector::AddHost(std::string_view name, std::size_t line) {
  name = Trimmed(name);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (ParseNetwork(name)) return Add(AssetList::kNetworks, name, line);
  const std::string lower = AsciiLower(name);
  const std::size_t dot = lower.find('.');
  Add(AssetList::kHosts, lower.substr(0, dot), line);
  if (dot != std::string::npos) Add(AssetList::kDomains, lower.substr(dot + 1), line);
}

bool Network::Contains(const Network& other) const {
  if (v6 != other.v6 || length > other.length) return false;
  for (int bit = 0; bit < length; ++bit) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const unsigned mask = 0x80U >> (bit % 8);
    if ((bytes[at] & mask) != (other.bytes[at] & mask)) return false;
  }
  return true;
}

std::optional<Network> ParseNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Network network;
  if (inet_pton(AF_INET, address.c_str(), network.bytes.data()) == 1) {
    network.length = 32;
  } else if (inet_pton(AF_INET6, address.c_str(), network.bytes.data()) == 1) {
    network.v6 = true;
    network.length = 128;
  } else {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  int length = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size() || length < 1 ||
      length > network.length) {
    return std::nullopt;
  }
  network.length = length;
  return network;
}

std::string ToText(const Network& network) {
  Network masked = network;
  for (int bit = network.length; bit < (network.v6 ? 128 : 32); ++bit) {
    masked.bytes[static_cast<std::size_t>(bit / 8)] &=
        static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  }
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(network.v6 ? AF_INET6 : AF_INET, masked.bytes.data(), text, sizeof text);
  if (network.length == (network.v6 ? 128 : 32)) return text;
  return fmt::format("{}/{}", text, network.length);
}

bool IsForeignNetwork(const Network& network) {
  const auto holds = [&](std::string_view text) {
    const auto foreign = ParseNetwork(text);
    return foreign && foreign->Contains(network);
  };
  return std::any_of(kForeignNetworks.begin(), kForeignNetworks.end(), holds) ||
         std::any_of(kPublicResolvers.begin(), kPublicResolvers.end(), holds);
}

bool IsForeignDomain(std::string_view domain) {
  const std::string lower = AsciiLower(domain);
  const std::size_t dot = lower.find('.');
  if (dot == std::string::npos || IsIn(kMailProviders, lower)) return true;
  const std::string_view rest = std::string_view(lower).substr(dot + 1);
  if (rest == "arpa" || rest.ends_with(".arpa") || rest == "localhost" || rest == "localdomain" ||
      rest == "invalid" || rest == "onion") {
    return true;
  }
  return rest.find('.') == std::string_view::npos && rest.size() == 2 &&
         IsIn(kSecondLevels, std::string_view(lower).substr(0, dot));
}

bool IsCommonHost(std::string_view label) {
  std::string lower = AsciiLower(label);
  while (!lower.empty() && lower.back() >= '0' && lower.back() <= '9') lower.pop_back();
  while (!lower.empty() && (lower.back() == '-' || lower.back() == '_')) lower.pop_back();
  return lower.size() < 2 || IsIn(kCommonHosts, lower);
}

bool IsCommonUser(std::string_view name) { return IsIn(kCommonUsers, AsciiLower(name)); }

bool IsCommonWord(std::string_view name) { return IsIn(kCommonWords, AsciiLower(name)); }

}  // namespace renkei::config
