#include "node/formats/mail_decode.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <iconv.h>

#include "node/base/encoding.h"
#include "node/formats/iodef_tree.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Their name -> libc's.  What mail is written in; Latin-1 is read as browsers do.
constexpr std::pair<std::string_view, const char*> kMailCharsets[] = {
    {"iso-8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-9", "CP1254"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"koi8-r", "KOI8-R"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"cp932", "CP932"},
    {"euc-jp", "EUC-JP"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5"},
    {"euc-kr", "EUC-KR"},
    {"ks_c_5601-1987", "EUC-KR"},
    {"utf-16", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
};

int HexDigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

int Base64DigitOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

bool IsMailSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string WithIconv(BytesView bytes, const char* charset, bool& flawed) {
  // iconv_t is a pointer, and -1 where there is none.
  const iconv_t open = iconv_open("UTF-8", charset);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX says so
  if (open == reinterpret_cast<iconv_t>(-1)) {
    flawed = true;
    return std::string(kReplacement);
  }
  std::string text;
  Bytes copy(bytes);  // iconv takes no const
  char* in = copy.data();
  std::size_t left = copy.size();
  std::array<char, 4096> chunk{};
  while (left > 0) {
    char* out = chunk.data();
    std::size_t room = chunk.size();
    const std::size_t result = iconv(open, &in, &left, &out, &room);
    const int why = errno;
    text.append(chunk.data(), chunk.size() - room);
    if (result != static_cast<std::size_t>(-1) || why == E2BIG) continue;
    // A byte that is nothing in this set, or the half of a character at the end.
    flawed = true;
    text += kReplacement;
    ++in;
    --left;
  }
  iconv_close(open);
  return text;
}

}  // namespace

Bytes DecodeMailBase64(std::string_view text, bool& flawed) {
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int digit = Base64DigitOf(c);
    if (digit < 0) {
      flawed = flawed || !IsMailSpace(c);
      continue;
    }
    held = (held << 6) | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>((held >> bits) & 0xff));
  }
  return bytes;
}

Bytes DecodeQuotedPrintable(std::string_view text, bool in_header, bool& flawed) {
  Bytes bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_header && text[i] == '_') {
      bytes.push_back(' ');
      continue;
    }
    if (text[i] != '=') {
      bytes.push_back(text[i]);
      continue;
    }
    if (i + 2 < text.size() && HexDigitOf(text[i + 1]) >= 0 && HexDigitOf(text[i + 2]) >= 0) {
      bytes.push_back(static_cast<char>(HexDigitOf(text[i + 1]) * 16 + HexDigitOf(text[i + 2])));
      i += 2;
      continue;
    }
    // A soft line end, with white space that was added on the way.
    std::size_t end = i + 1;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
    if (end < text.size() && text[end] == '\r') ++end;
    if (end == text.size() || text[end] == '\n') {
      i = end;
      continue;
    }
    flawed = true;
    bytes.push_back('=');
  }
  return bytes;
}

std::string MailToUtf8(BytesView bytes, std::string_view charset, bool& flawed) {
  const std::string name = AsciiLower(charset);
  for (const auto& [theirs, ours] : kMailCharsets) {
    if (name == theirs) return WithIconv(bytes, ours, flawed);
  }
  const bool known = name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii";
  flawed = flawed || !known;
  if (IsUtf8(bytes)) return std::string(bytes);
  flawed = true;
  return WithIconv(bytes, "CP1252", flawed);
}

std::string CleanMailText(std::string_view utf8, bool& flawed) {
  std::string text;
  text.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    if (c == '\r') {
      if (i + 1 == utf8.size() || utf8[i + 1] != '\n') text.push_back('\n');
    } else if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) {
      text.push_back(c);
    } else {
      flawed = true;
    }
  }
  return text;
}

std::string MailOnOneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return std::string(TrimmedText(text));
}

}  // namespace renkei::formats
