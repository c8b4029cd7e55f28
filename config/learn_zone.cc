// A zone file (RFC 1035, section 5.1): names and addresses of a zone.

#include <algorithm>
#include <cctype>

#include "config/learn_text.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

struct Token {
  std::string text{};
  bool quoted = false;
};

// One entry of the file: parentheses join lines, `;` begins a comment.
struct Entry {
  std::vector<Token> tokens{};
  bool owner = false;  // begins in the first column: with the owner's name
  std::size_t line = 0;
};

class ZoneEntries {
 public:
  explicit ZoneEntries(std::string_view text) : lines_(LearnLines(text)) {}

  // Nothing at the end of the text.
  std::optional<Entry> Next() {
    Entry entry;
    int depth = 0;
    while (at_ < lines_.size()) {
      const std::string_view line = lines_[at_++];
      if (depth == 0) {
        entry = {};
        entry.line = at_;
        entry.owner = !line.empty() && line.front() != ' ' && line.front() != '\t';
      }
      Take(line, entry, depth);
      // A parenthesis that never closes ends with the text, and a long entry is no entry.
      if (depth == 0 && !entry.tokens.empty()) return entry;
      if (entry.tokens.size() > kLearnColumnsMax) entry.tokens.resize(kLearnColumnsMax);
    }
    if (entry.tokens.empty()) return std::nullopt;
    return entry;
  }

 private:
  static void Take(std::string_view line, Entry& entry, int& depth) {
    std::size_t i = 0;
    while (i < line.size()) {
      const char c = line[i];
      if (c == ';') return;
      if (c == '(' || c == ')') {
        depth = c == '(' ? 1 : 0;
        ++i;
      } else if (c == ' ' || c == '\t') {
        ++i;
      } else if (c == '"') {
        const std::size_t end = std::min(line.find('"', i + 1), line.size());
        entry.tokens.push_back({std::string(line.substr(i + 1, end - i - 1)), true});
        i = end + 1;
      } else {
        const std::size_t end = std::min(line.find_first_of(" \t;()\"", i), line.size());
        entry.tokens.push_back({std::string(line.substr(i, end - i)), false});
        i = end;
      }
    }
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
};

bool IsTtl(std::string_view word) {
  return !word.empty() && std::isdigit(static_cast<unsigned char>(word.front())) != 0 &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return std::isdigit(static_cast<unsigned char>(c)) != 0 ||
                  std::string_view("smhdwSMHDW").find(c) != std::string_view::npos;
         });
}

bool IsClass(std::string_view word) {
  const std::string lower = AsciiLower(word);
  return lower == "in" || lower == "ch" || lower == "hs" || lower == "cs";
}

// `name` below `origin`, absolute, without the last dot; empty: the root.
std::string Absolute(std::string_view name, const std::string& origin) {
  std::string lower = AsciiLower(name);
  if (lower == "@") return origin;
  if (lower.ends_with('.')) {
    lower.pop_back();
    return lower;
  }
  return origin.empty() ? lower : lower + "." + origin;
}

// The address that an owner of a reverse zone stands for; empty if it is none.
std::string ReverseAddress(const std::string& owner) {
  constexpr std::string_view kEnd = ".in-addr.arpa";
  if (!owner.ends_with(kEnd)) return "";
  std::string_view rest(owner);
  rest.remove_suffix(kEnd.size());
  std::string address;
  while (!rest.empty()) {
    const std::size_t dot = rest.rfind('.');
    const std::string_view label = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
    address += (address.empty() ? "" : ".") + std::string(label);
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(0, dot);
  }
  return address;
}

class ZoneReader {
 public:
  explicit ZoneReader(std::string_view source) : collector_(source) {}

  void Read(const Entry& entry) {
    const std::string first = AsciiLower(entry.tokens.front().text);
    if (first.starts_with('$')) {
      // $INCLUDE names other files; who wants those gives them.
      if (first != "$origin" || entry.tokens.size() < 2) return;
      origin_ = Absolute(entry.tokens[1].text, origin_);
      collector_.Add(AssetList::kDomains, origin_, entry.line);
      return;
    }
    std::size_t at = 0;
    if (entry.owner) owner_ = Absolute(entry.tokens[at++].text, origin_);
    while (at < entry.tokens.size() &&
           (IsTtl(entry.tokens[at].text) || IsClass(entry.tokens[at].text))) {
      ++at;
    }
    if (at + 1 >= entry.tokens.size()) return;
    Take(AsciiLower(entry.tokens[at].text), entry.tokens[at + 1].text, entry.line);
  }

  Findings Done() { return collector_.Take(); }

 private:
  void Take(const std::string& type, const std::string& data, std::size_t line) {
    if (type == "soa") {
      collector_.Add(AssetList::kDomains, owner_, line);
      if (origin_.empty()) origin_ = owner_;
    } else if (type == "a" || type == "aaaa") {
      TakeName(line);
      collector_.Add(AssetList::kNetworks, data, line);
    } else if (type == "cname") {
      TakeName(line);  // its target may be somebody else's
    } else if (type == "ptr") {
      const std::string address = ReverseAddress(owner_);
      if (!address.empty()) collector_.Add(AssetList::kNetworks, address, line);
      collector_.AddHost(Absolute(data, origin_), line);
    }
  }

  void TakeName(std::size_t line) {
    if (owner_ == origin_ || owner_.empty()) return;
    if (origin_.empty()) return collector_.AddHost(owner_, line);
    const std::string label = owner_.substr(0, owner_.find('.'));
    if (label != "*" && !label.starts_with('_')) {
      collector_.Add(AssetList::kHosts, label, line);
    }
  }

  Collector collector_;
  std::string origin_{};
  std::string owner_{};
};

}  // namespace

Findings LearnZone(std::string_view text, std::string_view source) {
  ZoneEntries entries(text);
  ZoneReader reader(source);
  while (const auto entry = entries.Next()) reader.Read(*entry);
  return reader.Done();
}

}  // namespace renkei::config
