#include "node/anonymize/fold.h"

#include <array>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/fold_table.h"

namespace renkei::anonymize {
namespace {

// ASCII as it is folded, white space as a blank; 0 where more than one byte must be looked at.
constexpr std::array<char, 256> MakePlain() {
  std::array<char, 256> table{};
  for (unsigned char c = 0x21; c < 0x7f; ++c) {
    const bool more = c == '[' || c == '(' || c == '{' || c == '\\';
    table[c] = more ? '\0' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
  }
  for (const char c : {' ', '\t', '\n', '\v', '\f', '\r'})
    table[static_cast<unsigned char>(c)] = ' ';
  return table;
}
constexpr std::array<char, 256> kPlain = MakePlain();

bool In(char32_t c, char32_t from, char32_t to) { return from <= c && c <= to; }

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
    const bool escaped =
        at + 1 < text.size() && text[at + 1] == '.' && ScriptBefore(text, at) != Script::kNone;
    return escaped ? Defanged{2, "."} : Defanged{};
  }
  const char close = open == '[' ? ']' : open == '(' ? ')' : open == '{' ? '}' : '\0';
  constexpr std::string_view kFirst = ".dD@aA:";
  if (close == '\0' || at + 1 >= text.size() ||
      kFirst.find(text[at + 1]) == std::string_view::npos) {
    return {};
  }
  for (const Sign& sign : kSigns) {
    const std::size_t end = at + 1 + sign.inside.size();
    if (end < text.size() && text[end] == close && text.substr(at + 1).starts_with(sign.inside)) {
      return {sign.inside.size() + 2, sign.means};
    }
  }
  return {};
}

template <bool kOffsets>
class Folder {
 public:
  explicit Folder(std::string_view text) : text_(text), table_(FoldTable::Get()) {
    out_.text.reserve(text.size());
    if (kOffsets) out_.offset.reserve(text.size() + 1);
  }

  Folded Run() {
    while (at_ < text_.size()) Step();
    if (kOffsets) out_.offset.push_back(static_cast<std::uint32_t>(text_.size()));
    return std::move(out_);
  }

 private:
  void Emit(char c) {
    out_.text.push_back(c);
    if (kOffsets) out_.offset.push_back(static_cast<std::uint32_t>(at_));
  }

  void Emit(std::string_view bytes) {
    out_.text.append(bytes);
    if (kOffsets)
      out_.offset.insert(out_.offset.end(), bytes.size(), static_cast<std::uint32_t>(at_));
  }

  void Step() {
    const char c = text_[at_];
    if (kPlain[static_cast<unsigned char>(c)] != 0) {
      EmitPlain();
      return;
    }
    if (c > ' ' && c < 0x7f) {
      if (const Defanged sign = DefangedAt(text_, at_); sign.length > 0) {
        EmitDefanged(sign);
        return;
      }
      Emit(c);
      ++at_;
      return;
    }
    const Utf8Char code = DecodeUtf8(text_, at_);
    if (code.length == 0) {
      Emit(text_.substr(at_, 1));
      ++at_;
      return;
    }
    if (table_.Stays(code.code)) {
      EmitStaying(code.length);
      return;
    }
    EmitFolded(code.code, code.length);
    at_ += code.length;
  }

  // Most kanji and kana, of which many stand in a row; the first has `length` bytes.
  void EmitStaying(std::size_t length) {
    std::size_t end = at_ + length;
    while (!kOffsets && end < text_.size() && static_cast<unsigned char>(text_[end]) >= 0x80) {
      if (IsKanji(end)) {
        end += 3;
        continue;
      }
      const Utf8Char next = DecodeUtf8(text_, end);
      if (next.length == 0 || !table_.Stays(next.code)) break;
      end += next.length;
    }
    Emit(text_.substr(at_, end - at_));
    at_ = end;
  }

  // U+4000 to U+9FFF: of these none is folded.
  bool IsKanji(std::size_t at) const {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text_.data()) + at;
    return text_.size() - at >= 3 && bytes[0] >= 0xe4 && bytes[0] <= 0xe9 &&
           (bytes[1] & 0xc0U) == 0x80U && (bytes[2] & 0xc0U) == 0x80U;
  }

  // Printable ASCII without brackets, backslashes and blanks in a row, which only loses its
  // capitals: as many bytes as stand before anything else.
  bool EmitBlock() {
    if (text_.size() - at_ < kBlockBytes) return false;
    const ByteBlock block(text_, at_);
    const std::uint64_t line = block.Between('\t', '\r');
    const std::uint64_t blank = block.Of(' ') | line;
    const bool again = !out_.text.empty() && out_.text.back() == ' ';
    const std::uint64_t more = ~(block.Between(' ', '~') | line) | block.Of('(') | block.Of('{') |
                               block.Between('[', '\\') |
                               (blank & ((blank << 1) | (again ? 1U : 0U)));
    const auto size = static_cast<std::size_t>(std::countr_zero(more));
    if (size < kBlockMin) return false;
    char small[kBlockBytes];
    block.Lower(small);
    for (std::uint64_t left = line; left != 0; left &= left - 1) {
      small[std::countr_zero(left)] = ' ';
    }
    out_.text.append(small, size);
    at_ += size;
    return true;
  }

  // Nearly all of most texts.
  void EmitPlain() {
    if (!kOffsets && EmitBlock()) return;
    std::size_t end = at_ + 1;
    while (end < text_.size() && kPlain[static_cast<unsigned char>(text_[end])] != 0) ++end;
    const std::size_t size = out_.text.size();
    char last = size > 0 ? out_.text.back() : '\0';
    out_.text.resize(size + end - at_);
    char* out = out_.text.data() + size;
    for (std::size_t i = at_; i < end; ++i) {
      const char folded = kPlain[static_cast<unsigned char>(text_[i])];
      const bool again = folded == ' ' && last == ' ';
      *out = folded;
      out += again ? 0 : 1;
      last = folded;
      if (kOffsets && !again) out_.offset.push_back(static_cast<std::uint32_t>(i));
    }
    out_.text.resize(static_cast<std::size_t>(out - out_.text.data()));
    at_ = end;
  }

  // `alpha [dot] example` is `alpha[dot]example`.
  void EmitDefanged(const Defanged& sign) {
    const bool bracketed = text_[at_] != '\\';
    std::string& out = out_.text;
    if (bracketed && out.size() >= 2 && out.back() == ' ' && IsAsciiAlnum(out[out.size() - 2])) {
      out.pop_back();
      if (kOffsets) out_.offset.pop_back();
    }
    Emit(sign.means);
    at_ += sign.length;
    const bool blank =
        bracketed && at_ + 1 < text_.size() && text_[at_] == ' ' && IsAsciiAlnum(text_[at_ + 1]);
    if (blank) ++at_;
  }

  void EmitFolded(char32_t code, std::size_t length) {
    if (code == 0x3002 || code == 0xff61) {
      Emit(IsDotBetween(length) ? "." : "。");
      return;
    }
    const std::string_view folded = table_.Of(code, text_.substr(at_, length));
    if (folded == " ") {
      if (out_.text.empty() || out_.text.back() != ' ') Emit(' ');
      return;
    }
    if (table_.Joins(code) && !out_.text.empty() && Compose(folded)) return;
    Emit(folded);
  }

  // A mark makes one character with what stands before it.
  bool Compose(std::string_view mark) {
    std::size_t start = out_.text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(out_.text[start]) & 0xc0U) == 0x80U) --start;
    const Utf8Char base = DecodeUtf8(out_.text, start);
    const Utf8Char joined = DecodeUtf8(mark, 0);
    if (start + base.length != out_.text.size() || joined.length != mark.size()) return false;
    const char32_t composed = table_.Composed(base.code, joined.code);
    if (composed == 0) return false;
    out_.text.resize(start);
    const std::size_t was = at_;
    if (kOffsets) {
      at_ = out_.offset[start];
      out_.offset.resize(start);
    }
    std::string bytes;
    AppendUtf8(composed, bytes);
    Emit(bytes);
    at_ = was;
    return true;
  }

  // An ideographic full stop is a dot in a host name, and the end of a sentence before a number.
  bool IsDotBetween(std::size_t length) const {
    if (out_.text.empty() || at_ + length >= text_.size()) return false;
    const char before = out_.text.back();
    const char after = text_[at_ + length];
    return IsAsciiAlnum(before) && IsAsciiAlnum(after) && !(IsDigit(before) && IsDigit(after));
  }

  static constexpr std::size_t kBlockMin = 8;  // fewer bytes are done sooner one by one

  std::string_view text_;
  const FoldTable& table_;
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

Folded Fold(std::string_view text) { return Folder<true>(text).Run(); }
Folded FoldText(std::string_view text) { return Folder<false>(text).Run(); }

Utf8Char DecodeUtf8(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned lead = bytes[at];
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || at + length > text.size()) return {};
  char32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((bytes[at + i] & 0xc0U) != 0x80U) return {};
    code = (code << 6) | (bytes[at + i] & 0x3fU);
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
