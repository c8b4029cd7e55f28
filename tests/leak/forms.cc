#include "tests/leak/forms.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "node/anonymize/punycode.h"
#include "node/base/encoding.h"

namespace renkei::leak {
namespace {

using Text = std::string;

std::u32string Decode(std::string_view text) {
  std::u32string codes;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
    }
    codes.push_back(code);
    at += length;
  }
  return codes;
}

void Put(char32_t c, Text& out) {
  const auto put = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

template <class Map>
Text EachCode(const Text& text, Map map) {
  Text out;
  for (const char32_t c : Decode(text)) Put(map(c), out);
  return out;
}

Text EachByte(const Text& text, const char* format) {
  Text out;
  for (const char c : text) {
    out += fmt::format(fmt::runtime(format), static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

// The middle of the text, between two characters.
Text Inserted(const Text& text, std::string_view piece) {
  std::u32string codes = Decode(text);
  Text out;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i == codes.size() / 2) out += piece;
    Put(codes[i], out);
  }
  return out;
}

Text Replaced(Text text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != Text::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

Text Plain(const Text& v) { return v; }
Text Upper(const Text& v) {
  return EachCode(v, [](char32_t c) { return c >= 'a' && c <= 'z' ? c - 0x20 : c; });
}
Text FullWidth(const Text& v) {
  return EachCode(v, [](char32_t c) { return c > 0x20 && c < 0x7f ? c + 0xfee0 : c; });
}
Text BoldLetters(const Text& v) {
  return EachCode(v, [](char32_t c) {
    if (c >= 'a' && c <= 'z') return U'\U0001d41a' + (c - 'a');
    if (c >= 'A' && c <= 'Z') return U'\U0001d400' + (c - 'A');
    return c >= '0' && c <= '9' ? U'\U0001d7ce' + (c - '0') : c;
  });
}
Text CircledLetters(const Text& v) {
  return EachCode(v, [](char32_t c) {
    if (c >= 'a' && c <= 'z') return U'\u24d0' + (c - 'a');
    return c >= 'A' && c <= 'Z' ? U'\u24b6' + (c - 'A') : c;
  });
}
Text LookAlikes(const Text& v) {
  return EachCode(v, [](char32_t c) {
    constexpr std::u32string_view kLatin = U"aeopcyxi";
    constexpr std::u32string_view kCyrillic = U"аеорсухі";
    const std::size_t at = kLatin.find(c);
    return at == std::u32string_view::npos ? c : kCyrillic[at];
  });
}
Text Defanged(const Text& v) { return Replaced(v, ".", "[.]"); }
Text DefangedWord(const Text& v) { return Replaced(v, ".", "(dot)"); }
Text DefangedSpaced(const Text& v) { return Replaced(v, ".", " [dot] "); }
Text DefangedUrl(const Text& v) { return "hxxps://" + Replaced(v, ".", "[.]") + "/a"; }
Text RegexEscaped(const Text& v) { return Replaced(v, ".", "\\."); }
Text InUrl(const Text& v) { return "https://" + v + ":8443/x?y=1"; }
Text InQuery(const Text& v) {
  return "http://cdn.bad.example/r?u=http%3A%2F%2F" + EachByte(v, "%{:02x}") + "%2F";
}
Text ZeroWidth(const Text& v) { return Inserted(v, "\u200b"); }
Text SoftHyphen(const Text& v) { return Inserted(v, "\u00ad"); }
Text LineBreak(const Text& v) { return Inserted(v, "\r\n"); }
Text IndentedBreak(const Text& v) { return Inserted(v, "\n    "); }
Text Spaced(const Text& v) {
  Text out;
  for (const char32_t c : Decode(v)) {
    if (c == ' ') continue;
    Put(c, out);
    out += ' ';
  }
  return out;
}
Text Concatenated(const Text& v) { return "\"" + Inserted(v, "\" + \"") + "\""; }
Text UrlEncoded(const Text& v) { return EachByte(v, "%{:02X}"); }
Text UrlTwice(const Text& v) { return EachByte(v, "%25{:02x}"); }
Text JsonEscaped(const Text& v) {
  Text out;
  for (const char32_t c : Decode(v)) {
    if (c < 0x10000) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
  return out;
}
Text HexEscaped(const Text& v) { return EachByte(v, "\\x{:02x}"); }
Text OctalEscaped(const Text& v) { return EachByte(v, "\\{:03o}"); }
Text HtmlDecimal(const Text& v) {
  Text out;
  for (const char32_t c : Decode(v)) out += fmt::format("&#{};", static_cast<unsigned>(c));
  return out;
}
Text HtmlHex(const Text& v) {
  Text out;
  for (const char32_t c : Decode(v)) out += fmt::format("&#x{:X};", static_cast<unsigned>(c));
  return out;
}
Text QuotedPrintable(const Text& v) { return EachByte(v, "={:02X}"); }
Text QuotedSoftBreak(const Text& v) { return Inserted(v, "=\r\n"); }
Text EncodedWord(const Text& v) { return "=?UTF-8?B?" + Base64(v) + "?="; }
Text Base64Plain(const Text& v) { return Base64(v); }
Text Base64Sentence(const Text& v) { return Base64("the machine of " + v + " was hit"); }
Text Base64Url(const Text& v) {
  Text out = Replaced(Replaced(Base64("id?>" + v + "?>"), "+", "-"), "/", "_");
  while (out.ends_with('=')) out.pop_back();
  return out;
}
Text Base64Wrapped(const Text& v) {
  Text out = Base64("a line that goes before it, long enough: " + v + " and what is behind");
  for (std::size_t at = 40; at < out.size(); at += 42) out.insert(at, "\r\n");
  return out;
}
Text Base64Utf16(const Text& v) { return "powershell -enc " + Base64(Utf16("ping " + v, true)); }
Text Base64Utf16Big(const Text& v) { return Base64(Utf16("to " + v, false)); }
Text Base64OfUrl(const Text& v) { return Base64("q=" + UrlEncoded(v)); }
Text Base64Twice(const Text& v) { return Base64(Base64("to " + v)); }
Text UrlOfBase64(const Text& v) { return Replaced(Replaced(Base64(v), "=", "%3D"), "/", "%2F"); }
Text HexPlain(const Text& v) { return EachByte(v, "{:02x}"); }
Text HexSpaced(const Text& v) { return EachByte(v, "{:02X} "); }
Text HexList(const Text& v) { return EachByte(v, "0x{:02x}, "); }
Text HexOfBase64(const Text& v) { return HexPlain(Base64("for " + v)); }
Text HexUtf16(const Text& v) { return HexPlain(Utf16("on " + v, true)); }
Text DecimalList(const Text& v) { return "[char[]](" + EachByte(v, "{},") + "10)"; }
Text CharCalls(const Text& v) { return EachByte(v, "chr({})+") + "''"; }
Text Base32(const Text& v) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  Text out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : v + "\n") {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += kAlphabet[(bits >> (count - 5)) & 31U];
  }
  if (count > 0) out += kAlphabet[(bits << (5 - count)) & 31U];
  while (out.size() % 8 != 0) out += '=';
  return out;
}
Text Backwards(const Text& v) {
  std::u32string codes = Decode(v);
  std::reverse(codes.begin(), codes.end());
  Text out;
  for (const char32_t c : codes) Put(c, out);
  return out;
}
Text Rot13(const Text& v) {
  return EachCode(v, [](char32_t c) {
    if (c >= 'a' && c <= 'z') return U'a' + (c - 'a' + 13) % 26;
    return c >= 'A' && c <= 'Z' ? U'A' + (c - 'A' + 13) % 26 : c;
  });
}
Text Punycode(const Text& v) { return anonymize::DomainToAscii(v).value_or(v); }
Text Tagged(const Text& v) { return Inserted(v, "<b></b>"); }

// ---- addresses -------------------------------------------------------------------------------

std::array<unsigned, 4> Octets(const Text& v) {
  in_addr address{};
  inet_pton(AF_INET, v.c_str(), &address);
  const std::uint32_t number = ntohl(address.s_addr);
  return {number >> 24, (number >> 16) & 255, (number >> 8) & 255, number & 255};
}
Text WithOctets(const Text& v, const char* format) {
  const auto o = Octets(v);
  return fmt::format(fmt::runtime(format), o[0], o[1], o[2], o[3]);
}
Text DecimalNumber(const Text& v) {
  const auto o = Octets(v);
  return fmt::format("http://{}/", (o[0] << 24) | (o[1] << 16) | (o[2] << 8) | o[3]);
}
Text ReversedZone(const Text& v) {
  const auto o = Octets(v);
  return fmt::format("{}.{}.{}.{}.in-addr.arpa", o[3], o[2], o[1], o[0]);
}
Text Nibbles(const Text& v) {
  in6_addr address{};
  inet_pton(AF_INET6, v.c_str(), &address);
  Text out;
  for (int i = 15; i >= 0; --i) {
    out += fmt::format("{:x}.{:x}.", address.s6_addr[i] & 15, address.s6_addr[i] >> 4);
  }
  return out + "ip6.arpa";
}
Text LongForm(const Text& v) {
  in6_addr address{};
  inet_pton(AF_INET6, v.c_str(), &address);
  Text out;
  for (std::size_t i = 0; i < 16; i += 2) {
    out +=
        fmt::format("{}{:02X}{:02x}", i > 0 ? ":" : "", address.s6_addr[i], address.s6_addr[i + 1]);
  }
  return out;
}

}  // namespace

std::string Base64(std::string_view bytes) { return Base64Encode(bytes); }

std::string Utf16(std::string_view text, bool little) {
  Text out;
  for (char32_t c : Decode(text)) {
    std::array<unsigned, 2> units = {static_cast<unsigned>(c), 0};
    if (c >= 0x10000) {
      units = {0xd800U + ((static_cast<unsigned>(c) - 0x10000U) >> 10),
               0xdc00U + (static_cast<unsigned>(c) & 0x3ffU)};
    }
    for (const unsigned unit : units) {
      if (unit == 0) continue;
      const char low = static_cast<char>(unit & 255);
      const char high = static_cast<char>(unit >> 8);
      out += little ? Text{low, high} : Text{high, low};
    }
  }
  return out;
}

const std::vector<Form>& TextForms() {
  static const std::vector<Form> kForms = {
      {"plain", Plain},
      {"upper", Upper, Fits::kAscii},
      {"full-width", FullWidth, Fits::kAscii},
      {"bold-letters", BoldLetters, Fits::kAscii},
      {"circled-letters", CircledLetters, Fits::kAscii},
      {"look-alikes", LookAlikes, Fits::kAscii},
      {"defanged", Defanged, Fits::kDotted},
      {"defanged-word", DefangedWord, Fits::kDotted},
      {"defanged-spaced", DefangedSpaced, Fits::kDotted},
      {"defanged-url", DefangedUrl, Fits::kDotted},
      {"regex-escaped", RegexEscaped, Fits::kDotted},
      {"in-url", InUrl, Fits::kDotted},
      {"in-query", InQuery},
      {"zero-width", ZeroWidth},
      {"soft-hyphen", SoftHyphen},
      {"line-break", LineBreak},
      {"indented-break", IndentedBreak},
      {"spaced", Spaced},
      {"concatenated", Concatenated},
      {"url", UrlEncoded},
      {"url-twice", UrlTwice},
      {"json-escaped", JsonEscaped},
      {"hex-escaped", HexEscaped},
      {"octal-escaped", OctalEscaped},
      {"html-decimal", HtmlDecimal},
      {"html-hex", HtmlHex},
      {"quoted-printable", QuotedPrintable},
      {"quoted-soft-break", QuotedSoftBreak},
      {"encoded-word", EncodedWord},
      {"base64", Base64Plain},
      {"base64-sentence", Base64Sentence},
      {"base64url", Base64Url},
      {"base64-wrapped", Base64Wrapped},
      {"base64-utf16", Base64Utf16},
      {"base64-utf16-big", Base64Utf16Big},
      {"base64-of-url", Base64OfUrl},
      {"base64-twice", Base64Twice},
      {"url-of-base64", UrlOfBase64},
      {"hex", HexPlain},
      {"hex-spaced", HexSpaced},
      {"hex-list", HexList},
      {"hex-of-base64", HexOfBase64},
      {"hex-utf16", HexUtf16},
      {"decimal-list", DecimalList},
      {"char-calls", CharCalls},
      {"base32", Base32},
      {"backwards", Backwards},
      {"rot13", Rot13, Fits::kAscii},
      {"punycode", Punycode, Fits::kIdn},
      {"tagged", Tagged},
  };
  return kForms;
}

const std::vector<Form>& AddressForms() {
  static const std::vector<Form> kForms = {
      {"decimal", DecimalNumber, Fits::kIpv4},
      {"hexadecimal",
       [](const Text& v) { return WithOctets(v, "http://0x{:02x}{:02x}{:02x}{:02x}/"); },
       Fits::kIpv4},
      {"dotted-hex", [](const Text& v) { return WithOctets(v, "0x{:x}.0x{:x}.0x{:x}.0x{:x}"); },
       Fits::kIpv4},
      {"dotted-octal", [](const Text& v) { return WithOctets(v, "0{:o}.0{:o}.0{:o}.0{:o}"); },
       Fits::kIpv4},
      {"zero-padded", [](const Text& v) { return WithOctets(v, "{:03}.{:03}.{:03}.{:03}"); },
       Fits::kIpv4},
      {"reversed", ReversedZone, Fits::kIpv4},
      {"dashed", [](const Text& v) { return WithOctets(v, "ip-{}-{}-{}-{}.isp.example"); },
       Fits::kIpv4},
      {"mapped", [](const Text& v) { return "[::ffff:" + v + "]:443"; }, Fits::kIpv4},
      {"with-port", [](const Text& v) { return v + ":51443"; }, Fits::kIpv4},
      {"short-form",
       [](const Text& v) {
         const auto o = Octets(v);
         return fmt::format("http://{}.{}/", o[0], (o[1] << 16) | (o[2] << 8) | o[3]);
       },
       Fits::kIpv4},
      {"nibbles", Nibbles, Fits::kIpv6},
      {"long-form", LongForm, Fits::kIpv6},
      {"bracketed", [](const Text& v) { return "http://[" + v + "]:8080/"; }, Fits::kIpv6},
  };
  return kForms;
}

bool FitsValue(const Form& form, const std::string& value) {
  const bool ascii = std::none_of(value.begin(), value.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const bool blank = value.find_first_of(" \n") != Text::npos;
  in_addr v4{};
  in6_addr v6{};
  switch (form.fits) {
    case Fits::kAscii:
      return ascii;
    case Fits::kDotted:
      return !blank && value.find('.') != Text::npos && value.find('/') == Text::npos &&
             value.find('\\') == Text::npos;
    case Fits::kIpv4:
      return inet_pton(AF_INET, value.c_str(), &v4) == 1;
    case Fits::kIpv6:
      return inet_pton(AF_INET6, value.c_str(), &v6) == 1;
    case Fits::kIdn:
      return !ascii && !blank && value.find('.') != Text::npos && value.find('@') == Text::npos;
    case Fits::kAll:
      return true;
  }
  return true;
}

}  // namespace renkei::leak
