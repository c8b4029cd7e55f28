#include "node/anonymize/shapes.h"

#include <algorithm>
#include <array>

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

bool IsCommon(std::string_view name) {
  return std::find(kCommonNames.begin(), kCommonNames.end(), name) != kCommonNames.end() ||
         name.find_first_of("%<$*") != std::string_view::npos;
}

bool IsWebPage(std::string_view name) {
  return std::any_of(kWebEndings.begin(), kWebEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

// Signs of a folder on Windows.
bool IsFolderChar(char c) {
  constexpr std::string_view kNone = "\\/:*?\"<>|";
  return kNone.find(c) == std::string_view::npos;
}

bool IsUserChar(char c) { return IsAsciiAlnum(c) || c == '.' || c == '_' || c == '-' || c == '$'; }

bool IsUnixNameChar(char c) {
  constexpr std::string_view kNone = "/ \t\n\f\r:\"'<>|,;()";
  return static_cast<unsigned char>(c) < 0x80 && kNone.find(c) == std::string_view::npos;
}

// Each finder begins at a word that few texts hold and looks around it.  No hit takes what the one
// before it took: `free_` is where that ended.
class ShapeFinder {
 public:
  explicit ShapeFinder(std::string_view text) : text_(text) {}

  std::vector<ShapeHit> Run() {
    FindWindowsHomes();
    FindUncHosts();
    FindUnixHomes();
    FindSids();
    return std::move(hits_);
  }

 private:
  template <class Is>
  std::size_t EndOf(std::size_t at, std::size_t max, Is is) const {
    const std::size_t limit = std::min(text_.size(), at + max);
    while (at < limit && is(text_[at])) ++at;
    return at;
  }
  std::size_t EndOfRun(std::size_t at, char sign) const {
    while (at < text_.size() && text_[at] == sign) ++at;
    return at;
  }

  void Add(const Span& span, EntityClass entity, std::string_view prefix) {
    const std::string_view name = text_.substr(span.begin, span.end - span.begin);
    if (!name.empty() && !IsCommon(name)) {
      hits_.push_back({span, entity, std::string(prefix) + std::string(name)});
    }
  }

  // The full stop that ends a sentence is no part of a name.
  void AddUser(Span span) {
    while (span.end > span.begin && text_[span.end - 1] == '.') --span.end;
    Add(span, EntityClass::kUser, "user:");
  }

  // `\users\x y\`, or at the end of a path `\users\x`.
  void FindWindowsHomes() {
    free_ = 0;
    for (std::size_t at = text_.find('\\'); at != std::string_view::npos;
         at = text_.find('\\', at + 1)) {
      const std::string_view before = text_.substr(0, at);
      const std::size_t size = before.ends_with("users")                    ? 5
                               : before.ends_with("documents and settings") ? 22
                                                                            : 0;
      if (size == 0 || at <= free_ + size || text_[at - size - 1] != '\\') continue;
      const std::size_t begin = EndOfRun(at, '\\');
      std::size_t end = EndOf(begin, kNameBytesMax + 1, IsFolderChar);
      const bool closed = end > begin && end - begin <= kNameBytesMax && end < text_.size() &&
                          text_[end] == '\\' && text_[begin] != ' ' && text_[end - 1] != ' ';
      if (!closed) end = EndOf(begin, kNameBytesMax, IsUserChar);
      if (end == begin) continue;
      AddUser({begin, end});
      free_ = closed ? end + 1 : end;
    }
  }

  void FindUnixHomes() {
    free_ = 0;
    for (std::size_t at = text_.find('/'); at != std::string_view::npos;
         at = text_.find('/', at + 1)) {
      const std::string_view rest = text_.substr(at + 1);
      const std::size_t size = rest.starts_with("home/") ? 5 : rest.starts_with("users/") ? 6 : 0;
      if (size == 0 || at < free_ || !StartsPath(at)) continue;
      const std::size_t begin = EndOfRun(at + size, '/');
      const std::size_t end = EndOf(begin, kNameBytesMax, IsUnixNameChar);
      if (end == begin) continue;
      if (!IsWebPage(text_.substr(begin, end - begin))) AddUser({begin, end});
      free_ = end;
    }
  }

  // No path of a URL: what stands before it is no name.
  bool StartsPath(std::size_t slash) const {
    if (slash == 0) return true;
    if (slash == free_) return false;
    const char before = text_[slash - 1];
    return !IsAsciiAlnum(before) && before != '.' && before != '-' && before != '_' &&
           before != ']' && before != ')';
  }

  // `\\host\share`, with its backslashes doubled too.
  void FindUncHosts() {
    free_ = 0;
    for (std::size_t at = text_.find("\\\\"); at != std::string_view::npos;
         at = text_.find("\\\\", at)) {
      const std::size_t begin = EndOfRun(at, '\\');
      const bool starts = at == 0 || (at > free_ && StartsUnc(text_[at - 1]));
      const bool fits = starts && begin - at <= 4;
      at = begin;
      if (!fits) continue;
      const std::size_t end = EndOf(begin, kHostBytesMax, IsUncHostChar);
      const std::size_t share = EndOfRun(end, '\\');
      if (end == begin || share == end || share - end > 2 || share >= text_.size()) continue;
      if (!IsAsciiAlnum(text_[share]) && text_[share] != '$') continue;
      Add({begin, end}, EntityClass::kHost, "host:");
      free_ = share + 1;
      at = free_;
    }
  }
  static bool IsUncHostChar(char c) { return IsAsciiAlnum(c) || c == '-' || c == '_'; }
  static bool StartsUnc(char before) {
    constexpr std::string_view kNone = ":.%)]_-";
    return !IsAsciiAlnum(before) && kNone.find(before) == std::string_view::npos;
  }

  // `s-1-5-21-` and three or four numbers.
  void FindSids() {
    constexpr std::string_view kStart = "-1-5-21-";
    free_ = 0;
    for (std::size_t sign = text_.find(kStart); sign != std::string_view::npos;
         sign = text_.find(kStart, sign + 1)) {
      if (sign <= free_ || text_[sign - 1] != 's') continue;
      const std::size_t at = sign - 1;
      if (at > 0 && (IsAsciiAlnum(text_[at - 1]) || text_[at - 1] == '_')) continue;
      std::size_t end = sign + kStart.size() - 1;
      int numbers = 0;
      for (; numbers < 4 && end < text_.size() && text_[end] == '-'; ++numbers) {
        const std::size_t stop = EndOf(end + 1, kSidDigitsMax, IsDigit);
        if (stop == end + 1) break;
        end = stop;
      }
      if (numbers < 3) continue;
      Add({at, end}, EntityClass::kUser, "sid:");
      free_ = end;
    }
  }

  static constexpr std::size_t kNameBytesMax = 64;
  static constexpr std::size_t kHostBytesMax = 15;
  static constexpr std::size_t kSidDigitsMax = 10;

  std::string_view text_;
  std::size_t free_ = 0;
  std::vector<ShapeHit> hits_{};
};

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
