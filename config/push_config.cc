#include "config/push_config.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/gateway_config.h"
#include "config/node_config.h"
#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

constexpr std::int64_t kPushRotateBytesMin = 64 * 1024;
constexpr std::int64_t kPushRotateBytesMax = 1LL << 40;
constexpr std::int64_t kPushSyslogBytesDefault = 8192;  // RFC 5425, section 4.3.1
constexpr std::size_t kPushUrlBytesMax = 2048;
constexpr std::size_t kPushMailboxBytesMax = 254;
constexpr std::size_t kPushFiltersMax = 32;  // words of one list

constexpr auto kPushKindWords =
    std::to_array<std::string_view>({"jsonl", "syslog", "webhook", "misp", "mail"});
// Written again here because this folder knows only base; a test compares them with policy's.
constexpr auto kPushRecordKindWords = std::to_array<std::string_view>(
    {"incident", "indicators", "sighting", "advisory", "vulnerability", "request", "withdrawal"});
constexpr auto kPushSeverityWords =
    std::to_array<std::string_view>({"low", "medium", "high", "critical"});
constexpr auto kPushTlpWords =
    std::to_array<std::string_view>({"clear", "green", "amber", "amber+strict", "red"});

template <class Range>
bool HoldsPushWord(const Range& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <class Range>
std::string PushSuggestion(std::string_view word, const Range& words) {
  if (const std::string nearest = NearestWord(word, words); !nearest.empty()) {
    return fmt::format("did you mean `{}`?", nearest);
  }
  std::string all;
  for (const std::string_view one : words) all += fmt::format("{}{}", all.empty() ? "" : ", ", one);
  return "one of " + all;
}

// A mailbox as SMTP takes it without quoting or extensions: nothing in it can end a header line.
bool IsPushMailbox(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.empty() || text.size() > kPushMailboxBytesMax || at == 0 ||
      at == std::string_view::npos) {
    return false;
  }
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const bool local_ok = std::all_of(local.begin(), local.end(), [&](char c) {
    return letter(c) || std::string_view("!#$%&'*+/=?^_`{|}~.-").find(c) != std::string_view::npos;
  });
  const bool domain_ok = std::all_of(domain.begin(), domain.end(),
                                     [&](char c) { return letter(c) || c == '.' || c == '-'; });
  return local_ok && domain_ok && !domain.empty() && local.front() != '-' && local.front() != '.' &&
         letter(domain.front()) && letter(domain.back());
}

// `https://host[:port]/path`, or http where `host` can only be this machine.
bool IsPushUrl(std::string_view url, bool& plain) {
  plain = url.starts_with("http://");
  if (!plain && !url.starts_with("https://")) return false;
  const bool seen =
      std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  const std::string_view rest = url.substr(url.find("//") + 2);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return seen && url.size() <= kPushUrlBytesMax && !host.empty() &&
         host.find('@') == std::string_view::npos;
}

std::string_view PushHostOf(std::string_view url) {
  std::string_view rest = url.substr(url.find("//") + 2);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find(':'));
}

class PushLoader {
 public:
  PushLoader(TomlSource& source, const toml::table& table)
      : source_(source), reader_(source, table, "push") {}

  PushTarget Load(std::set<std::string>& names) {
    ReadName(names);
    if (!ReadKind()) return target_;  // which keys it may have is not known
    ReadCommon();
    switch (target_.kind) {
      case PushKind::kJsonl:
        ReadJsonl();
        break;
      case PushKind::kSyslog:
        ReadSyslog();
        break;
      case PushKind::kWebhook:
        ReadUrl();
        target_.secret = Required("secret", "a file with mode 0600 that holds what signs");
        ReadTls();
        break;
      case PushKind::kMisp:
        ReadUrl();
        target_.key_file = Required("key_file", "a file with mode 0600 that holds the key");
        ReadTls();
        break;
      case PushKind::kMail:
        ReadMail();
        break;
    }
    reader_.RefuseOthers();
    return target_;
  }

 private:
  std::string Optional(std::string_view key) {
    const auto text = reader_.Text(key);
    return text ? text->value : "";
  }

  std::string Required(std::string_view key, std::string hint) {
    const auto text = reader_.Text(key);
    if (text && !text->value.empty()) return text->value;
    if (text || !reader_.Has(key)) {
      source_.Add(text ? text->at : reader_.at(),
                  fmt::format("a {} target without `{}`", ToWord(target_.kind), key),
                  std::move(hint));
    }
    return "";
  }

  int Number(std::string_view key, int value, const IntRange& range) {
    return static_cast<int>(reader_.Integer(key, range).value_or(value));
  }

  void ReadName(std::set<std::string>& names) {
    const auto name = reader_.Text("name");
    if (!name) {
      if (!reader_.Has("name")) source_.Add(reader_.at(), "a [[push]] without `name`");
      return;
    }
    if (!IsLabel(name->value, kPushNameBytesMax)) {
      source_.Add(name->at, fmt::format("`name` is no label: `{}`", Printable(name->value, 64)),
                  "a-z, 0-9 and `-`, at most 32 bytes");
    } else if (!names.insert(name->value).second) {
      source_.Add(name->at, fmt::format("a second [[push]] named `{}`", name->value));
    }
    target_.name = name->value;
  }

  bool ReadKind() {
    const auto kind = reader_.Text("kind");
    if (!kind) {
      if (!reader_.Has("kind")) {
        source_.Add(reader_.at(), "a [[push]] without `kind`",
                    "jsonl, syslog, webhook, misp, or mail");
      }
      return false;
    }
    const auto* found = std::find(kPushKindWords.begin(), kPushKindWords.end(), kind->value);
    if (found == kPushKindWords.end()) {
      source_.Add(kind->at,
                  fmt::format("`kind` is no kind of target: `{}`", Printable(kind->value, 64)),
                  PushSuggestion(kind->value, kPushKindWords));
      return false;
    }
    target_.kind = static_cast<PushKind>(found - kPushKindWords.begin());
    return true;
  }

  PushFilter ReadFilter(TomlReader& reader) {
    PushFilter filter;
    for (const TomlText& kind : reader.List("kinds")) {
      if (!HoldsPushWord(kPushRecordKindWords, kind.value)) {
        source_.Add(kind.at,
                    fmt::format("`kinds` holds no kind of record: `{}`", Printable(kind.value, 64)),
                    PushSuggestion(kind.value, kPushRecordKindWords));
      }
      filter.kinds.push_back(kind.value);
    }
    for (const TomlText& circle : reader.List("circles")) {
      if (!IsLabel(circle.value, kPushNameBytesMax)) {
        source_.Add(
            circle.at,
            fmt::format("`circles` holds no circle name: `{}`", Printable(circle.value, 64)),
            "a-z, 0-9 and `-`, at most 32 bytes");
      }
      filter.circles.push_back(circle.value);
    }
    if (filter.kinds.size() > kPushFiltersMax || filter.circles.size() > kPushFiltersMax) {
      source_.Add(reader.at(), fmt::format("more than {} words in one list", kPushFiltersMax));
    }
    const auto severity = reader.Text("severity");
    if (severity && !severity->value.empty() &&
        !HoldsPushWord(kPushSeverityWords, severity->value)) {
      source_.Add(severity->at,
                  fmt::format("`severity` is no severity: `{}`", Printable(severity->value, 64)),
                  PushSuggestion(severity->value, kPushSeverityWords));
    }
    if (severity) filter.severity = severity->value;
    return filter;
  }

  void ReadCommon() {
    target_.filter = ReadFilter(reader_);
    if (const auto tlp = reader_.Text("tlp")) {
      if (!HoldsPushWord(kPushTlpWords, tlp->value)) {
        source_.Add(tlp->at, fmt::format("`tlp` is no TLP word: `{}`", Printable(tlp->value, 64)),
                    PushSuggestion(tlp->value, kPushTlpWords));
      }
      target_.tlp = tlp->value;
    }
    if (const auto see = reader_.Text("see")) {
      if (see->value.size() > kPushFactsBytesMax) {
        source_.Add(see->at, fmt::format("`see` has over {} bytes", kPushFactsBytesMax));
      }
      target_.see = see->value;
    }
    target_.exercise = reader_.Bool("exercise").value_or(false);
    target_.own = reader_.Bool("own").value_or(target_.kind != PushKind::kMail);
    target_.history = reader_.Bool("history").value_or(false);
    target_.paused = reader_.Bool("paused").value_or(false);
  }

  void ReadJsonl() {
    target_.file = Required("file", "such as `records.jsonl`, or a path");
    const auto rotate = reader_.Integer("rotate_bytes", {0, kPushRotateBytesMax, "bytes"});
    target_.rotate_bytes = rotate.value_or(0);
    if (rotate && *rotate != 0 && *rotate < kPushRotateBytesMin) {
      source_.Add(reader_.at(), fmt::format("[push] rotate_bytes is under {}", kPushRotateBytesMin),
                  "0 leaves it to logrotate");
    }
    target_.keep = Number("keep", target_.keep, {1, 1000, "files"});
  }

  // host:port with a port that is not 0.
  std::optional<HostPort> ReadAddress(std::string_view example) {
    const auto text = reader_.Text("address");
    if (!text) {
      if (!reader_.Has("address")) {
        source_.Add(reader_.at(),
                    fmt::format("a {} target without `address`", ToWord(target_.kind)),
                    fmt::format("such as `{}`", example));
      }
      return std::nullopt;
    }
    auto at = ParseHostPort(text->value);
    if (!at || at->port == 0) {
      source_.Add(text->at,
                  fmt::format("[push] address is no host:port: `{}`", Printable(text->value, 80)),
                  fmt::format("such as `{}`", example));
      return std::nullopt;
    }
    target_.address = text->value;
    return at;
  }

  void ReadSyslog() {
    ReadAddress("siem.example:6514");
    target_.max_bytes = reader_.Integer("max_bytes", {2048, 1024 * 1024, "bytes"})
                            .value_or(kPushSyslogBytesDefault);
    ReadTls();
  }

  void ReadUrl() {
    const auto text = reader_.Text("url");
    if (!text) {
      if (!reader_.Has("url")) {
        source_.Add(reader_.at(), fmt::format("a {} target without `url`", ToWord(target_.kind)),
                    "such as `https://tickets.example/renkei`");
      }
      return;
    }
    bool plain = false;
    if (!IsPushUrl(text->value, plain)) {
      source_.Add(text->at, fmt::format("`url` is no URL: `{}`", Printable(text->value, 80)),
                  "https://HOST/PATH, without a user, at most 2048 characters");
    } else if (plain && !IsLoopback(PushHostOf(text->value))) {
      source_.Add(text->at, "`url` is plain HTTP: that is for loopback addresses only",
                  "use https");
    }
    target_.url = text->value;
  }

  void ReadTls() {
    target_.tls.ca = Optional("ca");
    target_.tls.certificate = Optional("certificate");
    target_.tls.key = Optional("key");
    if (target_.tls.certificate.empty() != target_.tls.key.empty()) {
      source_.Add(reader_.at(), "[push] needs both `certificate` and `key`, or neither",
                  "two PEM files: the chain, and its private key");
    }
  }

  std::string ReadMailbox(const TomlText& text, std::string_view key) {
    if (!IsPushMailbox(text.value)) {
      source_.Add(text.at,
                  fmt::format("`{}` holds no mailbox: `{}`", key, Printable(text.value, 80)),
                  "such as `csirt@team.example`, without a name or brackets");
    }
    return text.value;
  }

  void ReadMail() {
    ReadAddress("mail.team.example:587");
    target_.tls_first = reader_.Bool("tls_first").value_or(false);
    if (const auto from = reader_.Text("from")) {
      target_.from = ReadMailbox(*from, "from");
    } else if (!reader_.Has("from")) {
      source_.Add(reader_.at(), "a mail target without `from`", "such as `renkei@team.example`");
    }
    target_.user = Optional("user");
    target_.password_file = Optional("password_file");
    if (target_.user.empty() != target_.password_file.empty()) {
      source_.Add(reader_.at(), "[push] needs both `user` and `password_file`, or neither");
    }
    if (const auto link = reader_.Text("link"); link && !link->value.empty()) {
      bool plain = false;
      if (!IsPushUrl(link->value, plain)) {
        source_.Add(link->at, fmt::format("`link` is no URL: `{}`", Printable(link->value, 80)),
                    "such as `https://console.team.example/records/{id}`");
      }
      target_.link = link->value;
    }
    target_.full = reader_.Bool("full").value_or(false);
    target_.digest_hour = Number("digest_hour", target_.digest_hour, {0, 23, "o'clock"});
    target_.per_hour = Number("per_hour", target_.per_hour, {1, 1000, "mails"});
    ReadTls();
    const std::vector<const toml::table*> rules = reader_.Tables("rule");
    if (rules.empty()) {
      source_.Add(reader_.at(), "a mail target without [[push.rule]]", "a rule says who is told");
    }
    if (rules.size() > kPushRulesMax) {
      source_.Add(reader_.at(), fmt::format("more than {} rules", kPushRulesMax));
    }
    for (const toml::table* table : rules) target_.rules.push_back(ReadRule(*table));
  }

  PushRule ReadRule(const toml::table& table) {
    TomlReader reader(source_, table, "push.rule");
    PushRule rule{.filter = ReadFilter(reader)};
    for (const TomlText& to : reader.List("to")) rule.to.push_back(ReadMailbox(to, "to"));
    if (rule.to.empty() || rule.to.size() > kPushMailboxesMax) {
      source_.Add(reader.at(),
                  fmt::format("[[push.rule]] needs `to`: 1 to {} mailboxes", kPushMailboxesMax));
    }
    rule.digest = reader.Bool("digest").value_or(false);
    reader.RefuseOthers();
    return rule;
  }

  TomlSource& source_;
  TomlReader reader_;
  PushTarget target_{};
};

}  // namespace

std::string_view ToWord(PushKind kind) { return kPushKindWords[static_cast<std::size_t>(kind)]; }

LoadResult<std::vector<PushTarget>> LoadPushConfig(std::string_view text, const std::string& file) {
  LoadResult<std::vector<PushTarget>> result;
  TomlSource source(text, file, result.problems);
  std::vector<PushTarget> targets;
  if (const auto root = source.Parse(kNodeConfigBytesMax)) {
    TomlReader reader(source, *root, "");
    const std::vector<const toml::table*> tables = reader.Tables("push");
    if (tables.size() > kPushTargetsMax) {
      source.Add(tables[kPushTargetsMax]->source().begin,
                 fmt::format("more than {} [[push]] tables", kPushTargetsMax));
    }
    std::set<std::string> names;
    for (const toml::table* table : tables)
      targets.push_back(PushLoader(source, *table).Load(names));
  }
  source.Finish();
  if (result.problems.empty()) result.value = std::move(targets);
  return result;
}

}  // namespace renkei::config
