#include "node/formats/json_place.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace renkei::formats {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Scanner {
 public:
  Scanner(std::string_view text, int depth_max)
      : text_(text), depth_max_(static_cast<std::size_t>(depth_max)) {}

  std::optional<JsonFlaw> Scan() {
    while (!flaw_ && Step()) {
    }
    return flaw_;
  }

 private:
  enum class Want { kValue, kValueOrEnd, kKey, kKeyOrEnd, kSeparator };

  // One token; false at the end of the document.
  bool Step() {
    SkipSpace();
    if (want_ == Want::kSeparator && open_.empty()) {
      if (at_ < text_.size()) Fail("there is more text after the end of the document");
      return false;
    }
    if (at_ >= text_.size()) return FailAtEnd();
    switch (want_) {
      case Want::kValueOrEnd:
        if (text_[at_] == ']') return Close();
        return Value();
      case Want::kValue:
        return Value();
      case Want::kKeyOrEnd:
        if (text_[at_] == '}') return Close();
        return Key();
      case Want::kKey:
        return Key();
      case Want::kSeparator:
        return Separator();
    }
    return false;
  }

  bool Value() {
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (open_.size() >= depth_max_) {
        return Fail(fmt::format("nested deeper than {} levels", depth_max_));
      }
      open_.push_back(c);
      ++at_;
      want_ = c == '{' ? Want::kKeyOrEnd : Want::kValueOrEnd;
      return true;
    }
    want_ = Want::kSeparator;
    if (c == '"') return Text();
    if (c == '-' || IsDigit(c)) return Number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return true;
    }
    return Fail("expected a value");
  }

  bool Key() {
    if (text_[at_] != '"') return Fail("expected a key in quotes");
    if (!Text()) return false;
    SkipSpace();
    if (at_ >= text_.size()) return FailAtEnd();
    if (text_[at_] != ':') return Fail("expected `:` after the key");
    ++at_;
    want_ = Want::kValue;
    return true;
  }

  bool Separator() {
    const bool in_object = open_.back() == '{';
    const char c = text_[at_];
    if (c == (in_object ? '}' : ']')) return Close();
    if (c != ',') return Fail(in_object ? "expected `,` or `}`" : "expected `,` or `]`");
    ++at_;
    want_ = in_object ? Want::kKey : Want::kValue;
    return true;
  }

  bool Close() {
    open_.pop_back();
    ++at_;
    want_ = Want::kSeparator;
    return true;
  }

  bool Text() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return Fail("control character inside a text");
      if (c == '\\' && !Escape()) return false;
    }
    return FailAtEnd();
  }

  bool Escape() {
    ++at_;
    if (at_ >= text_.size()) return FailAtEnd();
    if (text_[at_] == 'u') {
      const std::string_view digits = text_.substr(at_ + 1, 4);
      if (digits.size() < 4 || !std::all_of(digits.begin(), digits.end(), IsHex)) {
        return Fail("expected four hex digits after `\\u`");
      }
      at_ += 4;
      return true;
    }
    if (std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos) return true;
    return Fail("unknown escape in a text");
  }

  bool Number() {
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
      if (at_ < text_.size() && IsDigit(text_[at_])) return Fail("a number starts with 0");
    } else if (!Digits()) {
      return false;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!Digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      return Digits();
    }
    return true;
  }

  bool Digits() {
    if (at_ >= text_.size()) return FailAtEnd();
    if (!IsDigit(text_[at_])) return Fail("expected a digit");
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return true;
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool Fail(std::string what) {
    flaw_ = JsonFlaw{at_, std::move(what)};
    return false;
  }

  bool FailAtEnd() {
    at_ = text_.size();
    return Fail("the file ends in the middle of a value; it is cut short");
  }

  std::string_view text_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
  Want want_ = Want::kValue;
  std::vector<char> open_{};
  std::optional<JsonFlaw> flaw_{};
};

}  // namespace

std::optional<JsonFlaw> FindJsonFlaw(std::string_view text, int depth_max) {
  return Scanner(text, depth_max).Scan();
}

std::string PlaceInText(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

}  // namespace renkei::formats
