#include "policy/lexer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/policy.h"

namespace renkei::policy {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t'; }
bool IsWordStart(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsWordPart(char c) {
  return IsWordStart(c) || c == '.' || c == '+' || c == '/' || c == '*' || c == '-';
}
// What people write when they mean a word: capitals, underscores, letters beyond ASCII.
bool IsWordLike(char c) {
  return IsWordPart(c) || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) >= 0x80);
}

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t Utf8Length(std::string_view text) {
  for (std::size_t n = 1; n <= 4 && n <= text.size(); ++n) {
    if (IsUtf8(text.substr(0, n))) return n;
  }
  return 0;
}

// Characters that move or hide text on a screen: C0, DEL, C1, and bidirectional overrides.
bool IsControl(std::string_view sequence) {
  static constexpr std::array<std::string_view, 9> kBidi = {
      "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
      "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9"};
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return (first < 0x20 && sequence[0] != '\t') || first == 0x7f;
  if (sequence.size() == 2) return first == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0;
  return std::find(kBidi.begin(), kBidi.end(), sequence) != kBidi.end();
}

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view file, Problems& problems)
      : rest_(text), file_(file), problems_(problems) {}

  std::vector<Statement> Run() {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      line_ = rest_.substr(0, end);
      rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
      if (line_.ends_with('\r')) line_.remove_suffix(1);
      ++line_number_;
      clean_ = CheckCharacters();
      LexLine();
    }
    EndStatement();
    return std::move(statements_);
  }

 private:
  void Report(std::size_t at, std::string message, std::string hint = {}) {
    if (problems_.size() >= kProblemsMax) return;
    problems_.push_back({.file = file_,
                         .line = line_number_,
                         .column = static_cast<int>(at) + 1,
                         .message = std::move(message),
                         .hint = std::move(hint)});
  }

  // False, and the first one reported, if the line has a character that no policy may hold.
  bool CheckCharacters() {
    std::size_t at = 0;
    while (at < line_.size()) {
      const std::size_t length = Utf8Length(line_.substr(at, 4));
      if (length == 0) {
        Report(at, fmt::format("byte {:#04x} is not UTF-8", static_cast<unsigned char>(line_[at])),
               "save the file as UTF-8");
        return false;
      }
      if (IsControl(line_.substr(at, length))) {
        Report(at, "control character in the text", "delete it");
        return false;
      }
      at += length;
    }
    return true;
  }

  void LexLine() {
    std::size_t at = 0;
    while (at < line_.size()) {
      if (IsSpace(line_[at])) {
        ++at;
        continue;
      }
      if (line_[at] == '#') return;
      if (at == 0) EndStatement();
      at += LexToken(at);
    }
  }

  // Adds the token at `at`; its length.
  std::size_t LexToken(std::size_t at) {
    const char c = line_[at];
    if (c == '"') return LexString(at);
    if (IsWordLike(c)) return LexWord(at);
    if (c == '<' || c == '>') {
      const std::size_t length = line_.substr(at + 1).starts_with('=') ? 2 : 1;
      return Add(TokenType::kSign, at, length);
    }
    if (c == '{' || c == '}' || c == ',' || c == ';' || c == '=') {
      return Add(TokenType::kSign, at, 1);
    }
    if (clean_) Report(at, fmt::format("unexpected character `{}`", c));
    return Add(TokenType::kBad, at, 1);
  }

  std::size_t LexString(std::size_t at) {
    const std::size_t end = line_.find('"', at + 1);
    if (end == std::string_view::npos) {
      if (clean_) Report(at, "string without a closing `\"`", "a string ends on its own line");
      return Add(TokenType::kBad, at, line_.size() - at);
    }
    const std::string_view text = line_.substr(at + 1, end - at - 1);
    const std::size_t length = end - at + 1;
    if (text.size() > kStringBytesMax) {
      Report(at, fmt::format("string of {} bytes; at most {}", text.size(), kStringBytesMax));
      return Add(TokenType::kBad, at, length);
    }
    if (text.empty()) {
      Report(at, "empty string");
      return Add(TokenType::kBad, at, length);
    }
    if (!clean_) return Add(TokenType::kBad, at, length);
    tokens_.push_back({.type = TokenType::kString, .text = text, .place = PlaceAt(at)});
    return length;
  }

  std::size_t LexWord(std::size_t at) {
    std::size_t end = at;
    while (end < line_.size() && IsWordLike(line_[end])) ++end;
    const std::string_view text = line_.substr(at, end - at);
    if (IsWordStart(text[0]) && std::all_of(text.begin(), text.end(), IsWordPart)) {
      return Add(TokenType::kWord, at, text.size());
    }
    if (clean_) ReportWord(at, text);
    return Add(TokenType::kBad, at, text.size());
  }

  void ReportWord(std::size_t at, std::string_view text) {
    const std::string shown = Printable(text, kLabelBytesMax);
    std::string lower = AsciiLower(text);
    std::replace(lower.begin(), lower.end(), '_', '-');
    if (text == "*") {
      Report(at, "`*` alone is no name", "`in circle` without names means every circle");
    } else if (IsWordStart(lower[0]) && std::all_of(lower.begin(), lower.end(), IsWordPart)) {
      Report(at, fmt::format("`{}` is no word: words are lower case, with `-`", shown),
             fmt::format("write `{}`", lower));
    } else {
      Report(at, fmt::format("`{}` is no word", shown),
             "words are made of a-z, 0-9 and . + / * -, and begin with a letter or digit");
    }
  }

  Place PlaceAt(std::size_t at) const { return {line_number_, static_cast<int>(at) + 1}; }

  std::size_t Add(TokenType type, std::size_t at, std::size_t length) {
    tokens_.push_back({.type = type, .text = line_.substr(at, length), .place = PlaceAt(at)});
    return length;
  }

  void EndStatement() {
    if (tokens_.empty()) return;
    const Token& last = tokens_.back();
    const int quotes = last.type == TokenType::kString ? 2 : 0;
    const Place end{last.place.line,
                    last.place.column + static_cast<int>(last.text.size()) + quotes};
    tokens_.push_back({.type = TokenType::kEnd, .text = {}, .place = end});
    statements_.push_back(std::exchange(tokens_, {}));
  }

  std::string_view rest_;
  std::string file_;
  Problems& problems_;
  std::string_view line_;
  int line_number_ = 0;
  bool clean_ = true;  // the line holds no character that was reported
  Statement tokens_;
  std::vector<Statement> statements_;
};

}  // namespace

std::vector<Statement> Lex(std::string_view text, std::string_view file, Problems& problems) {
  return Lexer(text, file, problems).Run();
}

}  // namespace renkei::policy
