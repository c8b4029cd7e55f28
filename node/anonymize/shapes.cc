#include "node/anonymize/shapes.h"

#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

// Folders and accounts that every machine has.
constexpr std::array<std::string_view, 22> kCommonNames = {
    "public",       "default",        "all users", "default user", "user",          "users",
    "username",     "administrator",  "admin",     "root",         "guest",         "desktop",
    "localservice", "networkservice", "system",    "windows",      "program files", "programdata",
    "appdata",      "temp",           "localhost", "pipe"};
constexpr std::array<std::string_view, 9> kWebEndings = {".html", ".htm", ".php", ".aspx", ".asp",
                                                         ".jsp",  ".js",  ".css", ".png"};

RE2::Options Options() {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);  // texts may hold any bytes
  options.set_log_errors(false);
  return options;
}

bool IsCommon(std::string_view name) {
  return std::find(kCommonNames.begin(), kCommonNames.end(), name) != kCommonNames.end() ||
         name.find_first_of("%<$*") != std::string_view::npos;
}

bool IsWebPage(std::string_view name) {
  return std::any_of(kWebEndings.begin(), kWebEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

class ShapeFinder {
 public:
  explicit ShapeFinder(std::string_view text) : text_(text), whole_(text.data(), text.size()) {}

  std::vector<ShapeHit> Run() {
    // Plain searches first: most texts hold none of these.
    if (text_.find('\\') != std::string_view::npos) {
      if (Has("users\\") || Has("settings\\")) FindWindowsHomes();
      if (Has("\\\\")) FindUncHosts();
    }
    if (Has("/home/") || Has("/users/")) FindUnixHomes();
    FindSids();
    return std::move(hits_);
  }

 private:
  Span SpanOf(const re2::StringPiece& piece) const {
    const auto begin = static_cast<std::size_t>(piece.data() - text_.data());
    return {begin, begin + piece.size()};
  }

  bool Has(std::string_view piece) const { return text_.find(piece) != std::string_view::npos; }

  // The next match of `pattern`, whose group is the identifying part.
  bool Next(const RE2& pattern, std::size_t& at, re2::StringPiece* groups, int group_count) const {
    if (at > text_.size() ||
        !pattern.Match(whole_, at, text_.size(), RE2::UNANCHORED, groups, group_count)) {
      return false;
    }
    // The last separator of one path may begin the next.
    at = SpanOf(groups[0]).end;
    return true;
  }

  void Add(const Span& span, EntityClass entity, std::string_view prefix) {
    const std::string_view name = text_.substr(span.begin, span.end - span.begin);
    if (!name.empty() && !IsCommon(name)) {
      hits_.push_back({span, entity, std::string(prefix) + std::string(name)});
    }
  }

  void FindWindowsHomes() {
    static const RE2 kPattern(
        R"(\\+(?:users|documents and settings)\\+(?:([^\\/:*?"<>| ](?:[^\\/:*?"<>|]{0,62}[^\\/:*?"<>| ])?)\\|([a-z0-9._$-]{1,64})))",
        Options());
    re2::StringPiece groups[3];
    for (std::size_t at = 0; Next(kPattern, at, groups, 3);) {
      const re2::StringPiece& name = groups[1].data() != nullptr ? groups[1] : groups[2];
      AddTrimmed(SpanOf(name), EntityClass::kUser, "user:");
    }
  }

  void FindUnixHomes() {
    static const RE2 kPattern(
        R"((?:^|[^a-z0-9.\-_\])])/+(?:home|users)/+([^/\s:"'<>|,;()\x80-\xff]{1,64}))", Options());
    re2::StringPiece groups[2];
    for (std::size_t at = 0; Next(kPattern, at, groups, 2);) {
      if (!IsWebPage(std::string_view(groups[1].data(), groups[1].size()))) {
        AddTrimmed(SpanOf(groups[1]), EntityClass::kUser, "user:");
      }
    }
  }

  // The full stop that ends a sentence is no part of a name.
  void AddTrimmed(Span span, EntityClass entity, std::string_view prefix) {
    while (span.end > span.begin && text_[span.end - 1] == '.') --span.end;
    Add(span, entity, prefix);
  }

  void FindUncHosts() {
    static const RE2 kPattern(
        R"((?:^|[^a-z0-9\\:.%)\]_-])\\{2,4}([a-z0-9_-]{1,15})\\{1,2}[a-z0-9$])", Options());
    re2::StringPiece groups[2];
    for (std::size_t at = 0; Next(kPattern, at, groups, 2);) {
      Add(SpanOf(groups[1]), EntityClass::kHost, "host:");
    }
  }

  void FindSids() {
    static const RE2 kPattern(R"(\b(s-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}(?:-\d{1,10})?))",
                              Options());
    if (!Has("-1-5-21-")) return;
    re2::StringPiece groups[2];
    for (std::size_t at = 0; Next(kPattern, at, groups, 2);) {
      Add(SpanOf(groups[1]), EntityClass::kUser, "sid:");
    }
  }

  std::string_view text_;
  re2::StringPiece whole_;
  std::vector<ShapeHit> hits_{};
};

bool IsUserChar(char c) { return IsAsciiAlnum(c) || c == '.' || c == '_' || c == '-' || c == '$'; }

}  // namespace

std::vector<ShapeHit> FindShapes(std::string_view folded) { return ShapeFinder(folded).Run(); }

std::vector<DomainUser> FindDomainUsers(std::string_view folded) {
  constexpr std::size_t kPartBytesMax = 64;
  std::vector<DomainUser> found;
  for (std::size_t at = folded.find('\\'); at != std::string_view::npos;
       at = folded.find('\\', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < kPartBytesMax && IsUserChar(folded[begin - 1])) --begin;
    std::size_t user = at + 1;
    if (user < folded.size() && folded[user] == '\\') ++user;  // as in JSON
    std::size_t end = user;
    while (end < folded.size() && end - user < kPartBytesMax && IsUserChar(folded[end])) ++end;
    while (end > user && folded[end - 1] == '.') --end;
    const bool in_path = begin > 0 && (folded[begin - 1] == '\\' || folded[begin - 1] == ':');
    if (begin == at || end == user || in_path) continue;
    found.push_back({{begin, at}, {user, end}});
  }
  return found;
}

}  // namespace renkei::anonymize
