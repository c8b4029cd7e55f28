#include "config/source_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "config/gateway_config.h"
#include "config/node_config.h"
#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

constexpr std::array<std::string_view, 5> kKindWords = {"misp-feed", "misp", "taxii", "file",
                                                        "imap"};
constexpr std::array<std::string_view, 3> kAuthWords = {"basic", "bearer", "key"};
constexpr std::array<std::string_view, 2> kPublishWords = {"draft", "auto"};
constexpr std::array<std::string_view, 5> kLeastWords = {"clear", "green", "amber", "amber+strict",
                                                         "red"};
constexpr std::array<std::string_view, 3> kModeWords = {"attributed", "pseudonymous", "anonymous"};
constexpr std::size_t kSourceLabelBytesMax = 32;
constexpr std::size_t kSourceTextBytesMax = 2048;
constexpr std::size_t kSourceTagBytesMax = 64;

// What stands between `://` and the path; nothing if that is no URL of http, or of `imap`.
std::optional<std::string_view> AuthorityOf(std::string_view url, bool imap = false) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = url.substr(0, start);
  const std::string_view usual = imap ? "imap" : "http";
  if (scheme != usual && scheme != (imap ? "imaps" : "https")) return std::nullopt;
  const std::string_view rest = url.substr(start + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

std::string_view HostOf(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

class SourceReader {
 public:
  SourceReader(TomlSource& toml, const toml::table& table)
      : toml_(toml), reader_(toml, table, "source") {}

  SourceConfig Read() {
    ReadName();
    ReadKind();
    ReadPlace();
    ReadAccess();
    ReadTaxii();
    ReadImap();
    source_.mapping = Text("mapping");
    if (reader_.Has("mapping") && source_.kind != SourceKind::kFile) {
      toml_.Add(reader_.at(), "`mapping` is for sources of kind file");
    }
    ReadSchedule();
    ReadMarking();
    reader_.RefuseOthers();
    return std::move(source_);
  }

 private:
  template <class Words>
  std::optional<std::size_t> Word(std::string_view key, const Words& words) {
    const auto text = reader_.Text(key);
    if (!text) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), text->value);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    const std::string nearest = NearestWord(text->value, words);
    toml_.Add(
        text->at,
        fmt::format("{} is no such word: `{}`", reader_.NameOf(key), Printable(text->value, 64)),
        nearest.empty() ? fmt::format("one of {}", fmt::join(words, ", "))
                        : fmt::format("did you mean `{}`?", nearest));
    return std::nullopt;
  }

  std::string Text(std::string_view key) {
    const auto text = reader_.Text(key);
    if (!text) return "";
    const bool control = std::any_of(text->value.begin(), text->value.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (control || text->value.size() > kSourceTextBytesMax) {
      toml_.Add(text->at, fmt::format("{} has a control character or more than {} bytes",
                                      reader_.NameOf(key), kSourceTextBytesMax));
      return "";
    }
    return text->value;
  }

  void ReadName() {
    const auto name = reader_.Text("name");
    if (!name && !reader_.Has("name")) toml_.Add(reader_.at(), "a source without `name`");
    if (!name) return;
    if (!IsLabel(name->value, kSourceNameBytesMax)) {
      toml_.Add(name->at, fmt::format("the name of a source must be a-z, 0-9 and `-`, at most {} "
                                      "bytes: `{}`",
                                      kSourceNameBytesMax, Printable(name->value, 64)));
    }
    source_.name = name->value;
  }

  void ReadKind() {
    if (!reader_.Has("kind")) {
      toml_.Add(reader_.at(), "a source without `kind`",
                fmt::format("one of {}", fmt::join(kKindWords, ", ")));
    }
    if (const auto kind = Word("kind", kKindWords)) source_.kind = static_cast<SourceKind>(*kind);
  }

  void ReadPlace() {
    source_.allow_http = reader_.Bool("allow_http").value_or(false);
    if (const auto url = reader_.Text("url")) ReadUrl(*url);
    source_.path = Text("path");
    const bool has_url = reader_.Has("url");
    const bool has_path = reader_.Has("path");
    const bool folder = source_.kind == SourceKind::kMispFeed || source_.kind == SourceKind::kFile;
    if (has_path && !folder) {
      toml_.Add(reader_.at(),
                fmt::format("a source of kind {} has a `url`, no `path`", ToWord(source_.kind)));
    } else if (has_url == has_path) {
      toml_.Add(reader_.at(), "a source needs `url` or `path`, one of them",
                "url = \"https://feed.example/misp/\"");
    }
  }

  void ReadUrl(const TomlText& url) {
    const bool imap = source_.kind == SourceKind::kImap;
    const auto authority = AuthorityOf(url.value, imap);
    const bool plain = std::all_of(url.value.begin(), url.value.end(), [](char c) {
      return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
    });
    if (!authority || authority->empty() || !plain || url.value.size() > kSourceTextBytesMax) {
      toml_.Add(url.at,
                fmt::format("`url` is no URL of {}: `{}`", imap ? "imaps" : "https",
                            Printable(url.value, 80)),
                imap ? "such as `imaps://mail.team.example/INBOX`"
                     : "such as `https://feed.example/misp/`");
      return;
    }
    if (authority->find('@') != std::string_view::npos) {
      // Without the text: it holds a password.
      toml_.Add(url.at, "`url` must not hold a name or a password",
                "put `name:password` into a file with mode 0600, and name it as `secret`");
      return;
    }
    if (url.value.starts_with("http:") && !source_.allow_http && !IsLoopback(HostOf(*authority))) {
      toml_.Add(url.at,
                fmt::format("`url` is not encrypted, and `{}` is another machine",
                            Printable(HostOf(*authority), 80)),
                "use https, or say `allow_http = true`");
    }
    source_.url = url.value;
  }

  void ReadAccess() {
    source_.secret = Text("secret");
    const auto auth = Word("auth", kAuthWords);
    if (auth) source_.auth = static_cast<SourceAuth>(*auth + 1);
    if (!auth && !reader_.Has("auth") && !source_.secret.empty()) {
      source_.auth = source_.kind == SourceKind::kMisp ? SourceAuth::kKey : SourceAuth::kBasic;
    }
    if (auth && source_.secret.empty()) {
      toml_.Add(reader_.at(), "a source with `auth` and without `secret`",
                "secret = \"NAME.secret\": a file with mode 0600");
    }
    if (source_.kind == SourceKind::kMisp && source_.secret.empty() && !reader_.Has("secret")) {
      toml_.Add(reader_.at(), "a source of kind misp needs a `secret`",
                "a file with mode 0600 that holds the API key");
    }
    source_.ca = Text("ca");
    source_.certificate = Text("certificate");
    source_.key = Text("key");
    if (source_.certificate.empty() != source_.key.empty()) {
      toml_.Add(reader_.at(), "a source needs both `certificate` and `key`, or neither");
    }
    const auto proxy = reader_.Text("proxy");
    if (!proxy || proxy->value.empty()) return;
    const auto authority = AuthorityOf(proxy->value);
    if (!authority || authority->empty() || authority->find('@') != std::string_view::npos) {
      toml_.Add(proxy->at, "`proxy` is no URL of a proxy", "such as `http://proxy.example:3128`");
    }
    source_.proxy = proxy->value;
  }

  void ReadTaxii() {
    source_.api_root = Text("api_root");
    source_.collection = Text("collection");
    const bool taxii = source_.kind == SourceKind::kTaxii;
    if (!taxii && (reader_.Has("api_root") || reader_.Has("collection"))) {
      toml_.Add(reader_.at(), "`api_root` and `collection` are for sources of kind taxii");
    }
    if (taxii && source_.collection.empty()) {
      toml_.Add(reader_.at(), "a source of kind taxii needs a `collection`",
                "its id, alias or title");
    }
  }

  void ReadImap() {
    source_.receipt = Text("receipt");
    if (source_.kind != SourceKind::kImap) {
      if (reader_.Has("receipt")) {
        toml_.Add(reader_.at(), "`receipt` is for sources of kind imap");
      }
      return;
    }
    if (source_.secret.empty() && !reader_.Has("secret")) {
      toml_.Add(reader_.at(), "a source of kind imap needs a `secret`",
                "a file with mode 0600 that holds `user:password`");
    }
    const bool auth_fits = source_.auth == SourceAuth::kBasic || source_.auth == SourceAuth::kNone;
    if (reader_.Has("allow_http") || reader_.Has("proxy") || !auth_fits) {
      toml_.Add(reader_.at(),
                "`allow_http`, `proxy` and other `auth` than basic are not for "
                "sources of kind imap");
    }
  }

  void ReadSchedule() {
    if (const auto every = reader_.Text("every")) {
      const auto seconds = DurationFromText(every->value);
      if (!seconds || *seconds < kSourceEveryMin || *seconds > kSourceEveryMax) {
        toml_.Add(
            every->at,
            fmt::format("`every` is no time of 10s to 30d: `{}`", Printable(every->value, 40)),
            "such as `15m`, `6h`, `1d`");
      } else {
        source_.every = *seconds;
      }
    }
    if (const auto word = Word("publish", kPublishWords)) source_.automatic = *word == 1;
    if (source_.automatic && source_.kind == SourceKind::kImap) {
      toml_.Add(reader_.at(), "what comes by mail always waits for a person",
                "leave out `publish`, or say `publish = \"draft\"`");
    }
    source_.events_max = static_cast<int>(
        reader_.Integer("events_max", {1, 10'000, "events"}).value_or(source_.events_max));
  }

  void ReadMarking() {
    source_.circles = Labels("circles", kDefaultCirclesMax, kSourceLabelBytesMax);
    source_.tags = Labels("tags", kSourceTagsMax, kSourceTagBytesMax);
    if (const auto word = Word("tlp_least", kLeastWords)) {
      source_.tlp_least = std::string(kLeastWords[*word]);
    }
    if (const auto word = Word("source_mode", kModeWords)) {
      source_.source_mode = std::string(kModeWords[*word]);
    }
    source_.exercise = reader_.Bool("exercise").value_or(false);
  }

  std::vector<std::string> Labels(std::string_view key, std::size_t max, std::size_t bytes_max) {
    std::vector<std::string> labels;
    std::set<std::string> seen;
    for (const TomlText& text : reader_.List(key)) {
      if (!IsLabel(text.value, bytes_max)) {
        toml_.Add(text.at,
                  fmt::format("{} holds `{}`", reader_.NameOf(key), Printable(text.value, 64)),
                  fmt::format("a-z, 0-9 and `-`, at most {} bytes", bytes_max));
      } else if (!seen.insert(text.value).second) {
        toml_.Add(text.at, fmt::format("{} names `{}` twice", reader_.NameOf(key), text.value));
      }
      labels.push_back(text.value);
    }
    if (labels.size() > max) {
      toml_.Add(reader_.at(), fmt::format("more than {} in {}", max, reader_.NameOf(key)));
    }
    return labels;
  }

  TomlSource& toml_;
  TomlReader reader_;
  SourceConfig source_{};
};

}  // namespace

std::string_view ToWord(SourceKind kind) { return kKindWords[static_cast<std::size_t>(kind)]; }

std::optional<std::chrono::seconds> DurationFromText(std::string_view text) {
  if (text.size() < 2 || text.size() > 10) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  switch (text.back()) {
    case 's':
      return std::chrono::seconds(number);
    case 'm':
      return std::chrono::minutes(number);
    case 'h':
      return std::chrono::hours(number);
    case 'd':
      return std::chrono::hours(24 * number);
    default:
      return std::nullopt;
  }
}

void ResolveReceipts(std::vector<SourceConfig>& sources, const std::vector<PushTarget>& push,
                     const std::string& file, Problems& problems) {
  for (SourceConfig& source : sources) {
    if (source.receipt.empty()) continue;
    const auto found = std::find_if(push.begin(), push.end(), [&](const PushTarget& target) {
      return target.kind == PushKind::kMail && target.name == source.receipt;
    });
    if (found != push.end()) {
      source.receipt_by = *found;
      continue;
    }
    problems.push_back(
        {.file = file,
         .message = fmt::format("`receipt` of the source `{}` is no [[push]] of kind "
                                "mail: `{}`",
                                source.name, Printable(source.receipt, 64)),
         .hint = "the name of one whose server and sender are used"});
  }
}

LoadResult<std::vector<SourceConfig>> LoadSourceConfigs(std::string_view text,
                                                        const std::string& file) {
  LoadResult<std::vector<SourceConfig>> result;
  TomlSource source(text, file, result.problems);
  std::vector<SourceConfig> configs;
  if (const auto root = source.Parse(kNodeConfigBytesMax)) {
    TomlReader reader(source, *root, "");
    const std::vector<const toml::table*> tables = reader.Tables("source");
    if (tables.size() > kSourcesMax) {
      source.Add(tables[kSourcesMax]->source().begin,
                 fmt::format("more than {} sources", kSourcesMax));
    }
    std::set<std::string> names;
    for (const toml::table* table : tables) {
      configs.push_back(SourceReader(source, *table).Read());
      const std::string& name = configs.back().name;
      if (!name.empty() && !names.insert(name).second) {
        source.Add(table->source().begin, fmt::format("a second source `{}`", name));
      }
    }
  }
  source.Finish();
  if (result.problems.empty()) result.value = std::move(configs);
  return result;
}

}  // namespace renkei::config
