#include "node/anonymize/fold.h"

#include <array>

namespace renkei::anonymize {
namespace {

constexpr char32_t kDropped = 0;

// U+FF66 to U+FF9D, in order.
constexpr std::u32string_view kKatakana =
    U"ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
    U"ヤ"
    U"ユヨラリルレロワン";

bool In(char32_t c, char32_t from, char32_t to) { return from <= c && c <= to; }

bool IsInvisible(char32_t c) {
  return c == 0xad || c == 0x34f || c == 0x180e || In(c, 0x200b, 0x200f) || In(c, 0x202a, 0x202e) ||
         In(c, 0x2060, 0x2069) || In(c, 0xfe00, 0xfe0f) || c == 0xfeff || In(c, 0xe0000, 0xe007f);
}

bool IsSpace(char32_t c) {
  return In(c, 0x09, 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         In(c, 0x2000, 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

char32_t LowerCase(char32_t c) {
  if (In(c, 'A', 'Z')) return c + 0x20;
  if (In(c, 0xc0, 0xde) && c != 0xd7) return c + 0x20;
  if (In(c, 0x100, 0x137) || In(c, 0x14a, 0x177)) return c | 1U;
  if ((In(c, 0x139, 0x148) || In(c, 0x179, 0x17e)) && c % 2 == 1) return c + 1;
  if (In(c, 0x391, 0x3a9)) return c + 0x20;
  if (In(c, 0x410, 0x42f)) return c + 0x20;
  if (In(c, 0x400, 0x40f)) return c + 0x50;
  return c;
}

// kDropped, ' ', or the character's folded form.
char32_t FoldCode(char32_t c) {
  if (IsSpace(c)) return ' ';
  if (c < 0x20 || c == 0x7f || IsInvisible(c)) return kDropped;
  if (In(c, 0xff01, 0xff5e)) return LowerCase(c - 0xfee0);
  if (In(c, 0xff66, 0xff9d)) return kKatakana[c - 0xff66];
  if (c == 0x2024 || c == 0xfe52) return '.';
  if (In(c, 0x2010, 0x2015) || c == 0x2212 || c == 0xfe63) return '-';
  return LowerCase(c);
}

// The character `base` with a half-width (semi-)voiced mark after it, or 0 if it takes none.
char32_t Voiced(char32_t base, char32_t mark) {
  const bool h_row = In(base, U'ハ', U'ホ') && (base - U'ハ') % 3 == 0;
  if (mark == 0xff9f) return h_row ? base + 2 : 0;
  const bool k_to_t = (In(base, U'カ', U'ヂ') && (base - U'カ') % 2 == 0) ||
                      (In(base, U'ツ', U'ド') && (base - U'ツ') % 2 == 0);
  if (h_row || k_to_t) return base + 1;
  return base == U'ウ' ? U'ヴ' : 0;
}

// Length of a defanged sign at `at` (`[.]`, `(dot)`, `[at]`, `[://]`, `\.`), and what it stands
// for.
struct Defanged {
  std::size_t length = 0;
  std::string_view means{};
};

Defanged DefangedAt(std::string_view text, std::size_t at) {
  struct Sign {
    std::string_view inside;
    std::string_view means;
  };
  static constexpr std::array<Sign, 8> kSigns = {{{".", "."},
                                                  {"dot", "."},
                                                  {"DOT", "."},
                                                  {"@", "@"},
                                                  {"at", "@"},
                                                  {"AT", "@"},
                                                  {":", ":"},
                                                  {"://", "://"}}};
  const char open = text[at];
  if (open == '\\') {
    const bool in_word = ScriptBefore(text, at) != Script::kNone;
    const bool escaped = in_word && at + 1 < text.size() && text[at + 1] == '.';
    return escaped ? Defanged{2, "."} : Defanged{};
  }
  const char close = open == '[' ? ']' : open == '(' ? ')' : open == '{' ? '}' : '\0';
  if (close == '\0') return {};
  for (const Sign& sign : kSigns) {
    const std::size_t end = at + 1 + sign.inside.size();
    if (end < text.size() && text[end] == close && text.substr(at + 1).starts_with(sign.inside)) {
      return {sign.inside.size() + 2, sign.means};
    }
  }
  return {};
}

class Folder {
 public:
  explicit Folder(std::string_view text) : text_(text) {
    out_.text.reserve(text.size());
    out_.offset.reserve(text.size() + 1);
  }

  Folded Run() {
    while (at_ < text_.size()) Step();
    out_.offset.push_back(static_cast<std::uint32_t>(text_.size()));
    return std::move(out_);
  }

 private:
  void Emit(char c) {
    out_.text.push_back(c);
    out_.offset.push_back(static_cast<std::uint32_t>(at_));
  }

  void Emit(std::string_view bytes) {
    for (const char c : bytes) Emit(c);
  }

  void Step() {
    if (const Defanged sign = DefangedAt(text_, at_); sign.length > 0) {
      Emit(sign.means);
      at_ += sign.length;
      return;
    }
    // Nearly all of most texts.
    if (const char c = text_[at_]; c > ' ' && c < 0x7f) {
      Emit(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c);
      ++at_;
      return;
    }
    const Utf8Char c = DecodeUtf8(text_, at_);
    if (c.length == 0) {
      Emit(text_.substr(at_, 1));
      ++at_;
      return;
    }
    EmitFolded(c.code, c.length);
    at_ += c.length;
  }

  void EmitFolded(char32_t code, std::size_t length) {
    if (code == 0xff9e || code == 0xff9f) {
      AddVoicedMark(code);
      return;
    }
    char32_t folded = FoldCode(code);
    if (code == 0x3002 || code == 0xff61) folded = IsDotBetween(length) ? U'.' : U'。';
    if (folded == kDropped) return;
    if (folded == ' ' && !out_.text.empty() && out_.text.back() == ' ') return;
    std::string bytes;
    AppendUtf8(folded, bytes);
    Emit(bytes);
  }

  // An ideographic full stop is a dot in a host name, and the end of a sentence before a number.
  bool IsDotBetween(std::size_t length) const {
    if (out_.text.empty() || at_ + length >= text_.size()) return false;
    const char before = out_.text.back();
    const char after = text_[at_ + length];
    return IsAsciiAlnum(before) && IsAsciiAlnum(after) && !(IsDigit(before) && IsDigit(after));
  }

  void AddVoicedMark(char32_t mark) {
    if (out_.text.size() >= 3) {
      const std::size_t start = out_.text.size() - 3;
      const Utf8Char base = DecodeUtf8(out_.text, start);
      const char32_t voiced = base.length == 3 ? Voiced(base.code, mark) : 0;
      if (voiced != 0) {
        std::string bytes;
        AppendUtf8(voiced, bytes);
        out_.text.replace(start, 3, bytes);
        return;
      }
    }
    std::string bytes;
    AppendUtf8(mark == 0xff9e ? 0x309b : 0x309c, bytes);
    Emit(bytes);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Folded out_{};
};

Script ScriptOf(char32_t c) {
  if (c < 0x80) return IsAsciiAlnum(static_cast<char>(c)) ? Script::kLetter : Script::kNone;
  if (In(c, 0xc0, 0x24f) || In(c, 0x370, 0x52f)) return Script::kLetter;
  if (In(c, 0x3400, 0x9fff) || In(c, 0xf900, 0xfaff) || c == 0x3005) return Script::kKanji;
  if (In(c, 0x3041, 0x309f)) return Script::kHiragana;
  if (c == 0x30fb) return Script::kNone;
  if (In(c, 0x30a0, 0x30ff)) return Script::kKatakana;
  const bool is_punctuation = c < 0xc0 || In(c, 0x2000, 0x2bff) || In(c, 0x3000, 0x303f) ||
                              In(c, 0xfe30, 0xfe4f) || In(c, 0xff00, 0xff0f);
  return is_punctuation ? Script::kNone : Script::kOther;
}

}  // namespace

Folded Fold(std::string_view text) { return Folder(text).Run(); }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Utf8Char DecodeUtf8(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || at + length > text.size()) return {};
  char32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return {};
    code = (code << 6) | (byte(at + i) & 0x3fU);
  }
  return {code, length};
}

void AppendUtf8(char32_t code, std::string& out) {
  const auto put = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

Script ScriptAt(std::string_view text, std::size_t at) {
  const Utf8Char c = DecodeUtf8(text, at);
  return c.length == 0 ? Script::kNone : ScriptOf(c.code);
}

Script ScriptBefore(std::string_view text, std::size_t at) {
  if (at == 0) return Script::kNone;
  std::size_t start = at - 1;
  while (start > 0 && at - start < 4 &&
         (static_cast<unsigned char>(text[start]) & 0xc0U) == 0x80U) {
    --start;
  }
  return ScriptAt(text, start);
}

}  // namespace renkei::anonymize
