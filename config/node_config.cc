#include "config/node_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "config/indicators_table.h"
#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

constexpr std::size_t kSlugBytesMax = 32;

// Written again here because this folder knows only base; a test compares them with policy's.
constexpr std::array<std::string_view, 16> kSectionWords = {
    "spare-0",  "summary",  "techniques",      "indicators", "victim",       "impact",
    "timeline", "response", "detection-rules", "contact",    "log-excerpts", "attachments",
    "sealed",   "caveats",  "spare-14",        "references"};
constexpr std::array<std::string_view, 3> kSourceWords = {"attributed", "pseudonymous",
                                                          "anonymous"};
constexpr std::array<std::string_view, 5> kTlpWords = {"clear", "green", "amber", "amber+strict",
                                                       "red"};
constexpr std::array<std::string_view, 3> kCorrelateWords = {"none", "names", "subnets"};
constexpr std::array<std::string_view, 2> kApprovalWords = {"none", "two-person"};
constexpr std::array<std::string_view, 4> kLogWords = {"debug", "info", "warn", "error"};

template <class Range>
std::string Joined(const Range& words) {
  std::string text;
  for (const auto& word : words) text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
  return text;
}

template <class Range>
std::string DidYouMean(std::string_view word, const Range& words) {
  const std::string nearest = NearestWord(word, words);
  return nearest.empty() ? fmt::format("one of {}", Joined(words))
                         : fmt::format("did you mean `{}`?", nearest);
}

bool IsCommunity(std::string_view text) {
  if (text.empty() || text.size() > kCommunityBytesMax) return false;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t dot = std::min(text.find('.', start), text.size());
    if (!IsLabel(text.substr(start, dot - start), kCommunityBytesMax)) return false;
    start = dot + 1;
  }
  return true;
}

bool IsHostName(std::string_view host) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), ok);
}

bool IsBracketed(std::string_view host) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.';
  };
  return host.size() >= 2 && host.size() <= 45 && std::all_of(host.begin(), host.end(), ok);
}

class NodeConfigLoader {
 public:
  NodeConfigLoader(std::string_view text, const std::string& file, Problems& problems)
      : source_(text, file, problems) {}

  NodeConfig Load() {
    const std::optional<toml::table> root = source_.Parse(kNodeConfigBytesMax);
    if (!root) return {};
    TomlReader reader(source_, *root, "");
    const toml::table* node = reader.Table("node");
    if (node == nullptr) {
      source_.Add({}, "no [node] table", "`renkei init` writes a whole node.toml");
    } else {
      ReadNode(*node);
    }
    if (const toml::table* publish = reader.Table("publish")) ReadPublish(*publish);
    if (const toml::table* limits = reader.Table("limits")) ReadLimits(*limits);
    ReadTimes(reader);
    ReadLinks(reader);
    if (const toml::table* escrow = reader.Table("escrow")) ReadEscrow(*escrow);
    config_.indicators = ReadIndicators(source_, reader);
    reader.Table("gateway");  // gateway_config.h reads it
    reader.Tables("source");  // source_config.h reads them
    reader.Table("import");   // import_config.h does
    reader.Tables("push");    // push_config.h reads it
    reader.RefuseOthers();
    source_.Finish();
    return std::move(config_);
  }

 private:
  void ReadNode(const toml::table& table) {
    TomlReader reader(source_, table, "node");
    ReadOrg(reader);
    config_.hub = reader.Bool("hub").value_or(false);
    ReadCommunity(reader);
    config_.listen = Address(reader, "listen", 0);
    const auto enrol = reader.Text("enrol_listen");
    if (enrol) config_.enrol_listen = CheckAddress(reader.NameOf("enrol_listen"), *enrol, 0);
    if (enrol && !enrol->value.empty() && !config_.hub) {
      source_.Add(enrol->at, "`enrol_listen` is for hubs only", "remove it, or set hub = true");
    }
    if (config_.hub && config_.listen.empty()) {
      source_.Add(reader.at(), "a hub must listen: no `listen` in [node]",
                  fmt::format("listen = \"{}\"", kDefaultHubListen));
    }
    config_.address = Address(reader, "address", 1);
    if (const auto word = reader.Text("log")) ReadLog(*word);
    reader.RefuseOthers();
  }

  void ReadOrg(TomlReader& reader) {
    const auto org = reader.Text("org");
    if (!org) {
      if (!reader.Has("org")) {
        source_.Add(reader.at(), "no `org` in [node]", "the name of your organization");
      }
      return;
    }
    const bool has_control = std::any_of(org->value.begin(), org->value.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (org->value.empty() || org->value.size() > kOrgBytesMax || has_control) {
      source_.Add(org->at, fmt::format("`org` must be 1 to {} bytes without control characters",
                                       kOrgBytesMax));
    }
    config_.org = org->value;
  }

  void ReadCommunity(TomlReader& reader) {
    const auto community = reader.Text("community");
    config_.community = community ? community->value : "";
    if (!config_.community.empty() && !IsCommunity(config_.community)) {
      source_.Add(community->at,
                  fmt::format("`community` must be labels of a-z, 0-9 and `-` joined by dots, at "
                              "most {} bytes",
                              kCommunityBytesMax),
                  "such as `isac.example`");
    }
    if (config_.hub && config_.community.empty()) {
      source_.Add(reader.at(), "a hub must have a `community`", "such as `isac.example`");
    }
  }

  void ReadLog(const TomlText& word) {
    const auto* found = std::find(kLogWords.begin(), kLogWords.end(), word.value);
    if (found == kLogWords.end()) {
      source_.Add(word.at, fmt::format("`log` is no level: `{}`", Printable(word.value, 64)),
                  DidYouMean(word.value, kLogWords));
      return;
    }
    config_.log = static_cast<LogLevel>(found - kLogWords.begin());
  }

  std::string Address(TomlReader& reader, std::string_view key, int port_min) {
    const auto text = reader.Text(key);
    return text ? CheckAddress(reader.NameOf(key), *text, port_min) : "";
  }

  std::string CheckAddress(const std::string& name, const TomlText& text, int port_min) {
    if (text.value.empty()) return "";
    const std::optional<HostPort> address = ParseHostPort(text.value);
    if (!address || address->port < port_min) {
      source_.Add(text.at,
                  fmt::format("{} is no host:port with a port of {} to 65535: `{}`", name, port_min,
                              Printable(text.value, 80)),
                  "such as `192.0.2.1:7440` or `[2001:db8::1]:7440`");
      return "";
    }
    return text.value;
  }

  void ReadPublish(const toml::table& table) {
    TomlReader reader(source_, table, "publish");
    PublishConfig& publish = config_.publish;
    if (const auto tlp = reader.Text("default_tlp")) {
      if (std::find(kTlpWords.begin(), kTlpWords.end(), tlp->value) == kTlpWords.end()) {
        source_.Add(tlp->at,
                    fmt::format("`default_tlp` is no TLP word: `{}`", Printable(tlp->value, 64)),
                    DidYouMean(tlp->value, kTlpWords));
      }
      publish.default_tlp = tlp->value;
    }
    if (const auto source = reader.Text("source")) {
      if (std::find(kSourceWords.begin(), kSourceWords.end(), source->value) ==
          kSourceWords.end()) {
        source_.Add(source->at,
                    fmt::format("`source` is no source mode: `{}`", Printable(source->value, 64)),
                    DidYouMean(source->value, kSourceWords));
      }
      publish.default_source = source->value;
    }
    ReadCircles(reader);
    publish.expiry_days = static_cast<int>(
        reader.Integer("expiry_days", {1, 730, "days"}).value_or(publish.expiry_days));
    if (const auto approval = reader.Text("approval")) ReadApproval(*approval);
    publish.generalise = reader.Bool("generalise").value_or(publish.generalise);
    if (const auto word = reader.Text("correlate")) {
      if (std::find(kCorrelateWords.begin(), kCorrelateWords.end(), word->value) ==
          kCorrelateWords.end()) {
        source_.Add(word->at,
                    fmt::format("`correlate` is no such word: `{}`", Printable(word->value, 64)),
                    DidYouMean(word->value, kCorrelateWords));
      }
      publish.correlate = word->value;
    }
    if (const toml::table* levels = reader.Table("section_levels")) ReadSectionLevels(*levels);
    reader.RefuseOthers();
  }

  void ReadApproval(const TomlText& word) {
    const auto* found = std::find(kApprovalWords.begin(), kApprovalWords.end(), word.value);
    if (found == kApprovalWords.end()) {
      source_.Add(word.at,
                  fmt::format("`approval` is no such word: `{}`", Printable(word.value, 64)),
                  DidYouMean(word.value, kApprovalWords));
    }
    config_.publish.two_persons = word.value == kApprovalWords.back();
  }

  void ReadCircles(TomlReader& reader) {
    std::set<std::string> seen;
    for (const TomlText& circle : reader.List("default_circles")) {
      if (!IsLabel(circle.value, kSlugBytesMax)) {
        source_.Add(circle.at,
                    fmt::format("`default_circles` holds no circle name: `{}`",
                                Printable(circle.value, 64)),
                    "a-z, 0-9 and `-`, at most 32 bytes");
      } else if (!seen.insert(circle.value).second) {
        source_.Add(circle.at, fmt::format("`default_circles` names `{}` twice", circle.value));
      }
      config_.publish.default_circles.push_back(circle.value);
    }
    if (config_.publish.default_circles.size() > kDefaultCirclesMax) {
      source_.Add(reader.at(),
                  fmt::format("more than {} circles in `default_circles`", kDefaultCirclesMax));
    }
  }

  void ReadEscrow(const toml::table& table) {
    TomlReader reader(source_, table, "escrow");
    std::set<std::string> seen;
    for (const TomlText& officer : reader.List("officers")) {
      const bool hex = officer.value.size() == kEscrowKeyDigits &&
                       officer.value.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (!hex) {
        source_.Add(officer.at,
                    fmt::format("`officers` holds no officer's public key: `{}`",
                                Printable(officer.value, 80)),
                    "64 hex digits, as `renkei escrow key FILE` prints them");
      } else if (!seen.insert(officer.value).second) {
        source_.Add(officer.at, "`officers` names the same key twice",
                    "three officers, each with a key of their own");
      }
      config_.escrow.officers.push_back(officer.value);
    }
    const std::size_t count = config_.escrow.officers.size();
    if (count != 0 && count != kEscrowOfficers) {
      source_.Add(reader.at(), fmt::format("`officers` holds {} keys instead of 3", count),
                  "any two of three officers open a mapping");
    }
    if (count != 0 && !config_.hub) {
      source_.Add(reader.at(), "`officers` is for hubs only", "remove it, or set hub = true");
    }
    reader.RefuseOthers();
  }

  void ReadSectionLevels(const toml::table& table) {
    TomlReader reader(source_, table, "publish.section_levels");
    for (const std::string_view section : kSectionWords) {
      const auto level = reader.Text(section);
      if (!level) continue;
      if (!IsLabel(level->value, kSlugBytesMax)) {
        source_.Add(level->at,
                    fmt::format("the level of `{}` is no level word: `{}`", section,
                                Printable(level->value, 64)),
                    "a level such as `accredited`, or `anyone`, or `recipients`");
      }
      config_.publish.section_levels[std::string(section)] = level->value;
    }
    reader.RefuseOthers();
  }

  void ReadLimits(const toml::table& table) {
    TomlReader reader(source_, table, "limits");
    LimitsConfig& limits = config_.limits;
    const auto read = [&](std::string_view key, std::int64_t& value, const IntRange& range) {
      value = reader.Integer(key, range).value_or(value);
    };
    std::int64_t streams = limits.streams_per_peer;
    read("streams_per_peer", streams, {1, 64, "streams"});
    limits.streams_per_peer = static_cast<int>(streams);
    read("bytes_in_flight_per_stream", limits.bytes_in_flight_per_stream,
         {64 * 1024, 64 * 1024 * 1024, "bytes"});
    read("records_per_peer_per_day", limits.records_per_peer_per_day, {1, 10'000'000, "records"});
    read("tombstones_per_peer", limits.tombstones_per_peer, {1, 10'000'000, "records"});
    read("store_free_bytes_min", limits.store_free_bytes_min, {1LL << 20, 1LL << 40, "bytes"});
    read("outbox_records_max", limits.outbox_records_max, {1, 100'000'000, "records"});
    reader.RefuseOthers();
  }

  void ReadTimes(TomlReader& root) {
    if (const toml::table* table = root.Table("heartbeat")) {
      TomlReader reader(source_, *table, "heartbeat");
      config_.heartbeat_seconds = static_cast<int>(
          reader.Integer("seconds", {1, 3600, "seconds"}).value_or(config_.heartbeat_seconds));
      reader.RefuseOthers();
    }
    if (const toml::table* table = root.Table("state")) {
      TomlReader reader(source_, *table, "state");
      config_.state_max_age_hours = static_cast<int>(
          reader.Integer("max_age_hours", {1, 720, "hours"}).value_or(config_.state_max_age_hours));
      reader.RefuseOthers();
    }
  }

  void ReadLinks(TomlReader& root) {
    const std::vector<const toml::table*> tables = root.Tables("link");
    if (tables.size() > kLinksMax) {
      source_.Add(tables[kLinksMax]->source().begin, fmt::format("more than {} links", kLinksMax));
    }
    std::set<std::string> teams;
    for (const toml::table* table : tables) {
      TomlReader reader(source_, *table, "link");
      LinkConfig link;
      link.address = Address(reader, "address", 1);
      const auto team = reader.Text("team");
      if (!reader.Has("address")) source_.Add(reader.at(), "a link without `address`");
      if (!reader.Has("team")) source_.Add(reader.at(), "a link without `team`");
      if (team && !IsLabel(team->value, kSlugBytesMax)) {
        source_.Add(team->at,
                    fmt::format("`team` is no team's slug: `{}`", Printable(team->value, 64)));
      } else if (team && !teams.insert(team->value).second) {
        source_.Add(team->at, fmt::format("a second link to `{}`", team->value));
      }
      link.team = team ? team->value : "";
      config_.links.push_back(std::move(link));
      reader.RefuseOthers();
    }
  }

  TomlSource source_;
  NodeConfig config_{};
};

}  // namespace

std::map<std::string, std::string> DefaultSectionLevels() {
  std::map<std::string, std::string> levels;
  for (const std::string_view section : kSectionWords) {
    levels.emplace(section, kAnyone);
  }
  for (const char* section : {"victim", "contact", "log-excerpts", "attachments"}) {
    levels[section] = "accredited";
  }
  levels["sealed"] = kRecipients;
  return levels;
}

std::optional<HostPort> ParseHostPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (!IsBracketed(host)) return std::nullopt;
  } else if (!IsHostName(host)) {
    return std::nullopt;
  }
  int port = -1;
  const char* end = port_text.data() + port_text.size();
  const auto [stop, error] = std::from_chars(port_text.data(), end, port);
  if (port_text.empty() || port_text.size() > 5 || error != std::errc() || stop != end ||
      port < 0 || port > 65535) {
    return std::nullopt;
  }
  return HostPort{std::string(host), port};
}

LoadResult<NodeConfig> LoadNodeConfig(std::string_view text, const std::string& file) {
  LoadResult<NodeConfig> result;
  NodeConfig config = NodeConfigLoader(text, file, result.problems).Load();
  if (result.problems.empty()) result.value = std::move(config);
  return result;
}

}  // namespace renkei::config
