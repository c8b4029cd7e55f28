#include "node/anonymize/fold_table.h"

#include <algorithm>
#include <array>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/fold.h"
#include "node/base/status.h"

namespace renkei::anonymize {
namespace {

bool Within(char32_t c, char32_t from, char32_t to) { return from <= c && c <= to; }

bool IsBlank(char32_t c) {
  return Within(c, 0x09, 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         Within(c, 0x2000, 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

const icu::Normalizer2& CaseFold() {
  static const icu::Normalizer2* const kInstance = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFKCCasefoldInstance(error);
    RENKEI_CHECK(U_SUCCESS(error));
    return instance;
  }();
  return *kInstance;
}

const icu::Normalizer2& Canonical() {
  static const icu::Normalizer2* const kInstance = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(error);
    RENKEI_CHECK(U_SUCCESS(error));
    return instance;
  }();
  return *kInstance;
}

std::string FoldOf(char32_t code) {
  if (IsBlank(code)) return " ";
  if (code < 0x20 || code == 0x7f) return "";
  // Variation selectors and tags, which NFKC_Casefold drops too, and what only looks like a sign.
  if (Within(code, 0x2010, 0x2015) || code == 0x2212 || code == 0xfe63) return "-";
  if (code == 0x2024 || code == 0xfe52) return ".";
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString folded =
      CaseFold().normalize(icu::UnicodeString(static_cast<UChar32>(code)), error);
  std::string text;
  if (U_FAILURE(error)) return text;
  folded.toUTF8String(text);
  return text;
}

}  // namespace

const FoldTable& FoldTable::Get() {
  static const FoldTable kTable;
  return kTable;
}

FoldTable::FoldTable() {
  for (char32_t code = 0; code < 0xd800; ++code) {
    const bool is_hangul_or_kanji = Within(code, 0x3400, 0x9fff) || Within(code, 0xac00, 0xd7a3);
    if (!is_hangul_or_kanji) Add(code);
  }
  for (char32_t code = 0xf900; code <= 0xffff; ++code) Add(code);
  for (char32_t code = 0x10400; code < 0x1f300; ++code) Add(code);
  for (char32_t code = 0x2f800; code < 0x2fa20; ++code) Add(code);
  for (char32_t code = 0xe0000; code < 0xe0200; ++code) Add(code);
  direct_.resize(kDirect);
  for (const auto& [code, text] : others_) {
    if (code < kDirect) direct_[code] = text;
  }
  stays_.resize(kDirect / 64);
  for (char32_t code = 0x80; code < kDirect; ++code) {
    // An ideographic full stop is now a dot, now none.
    const bool stays =
        direct_[code].data() == nullptr && code != 0x3002 && code != 0xff61 && !Joins(code);
    if (stays) stays_[code / 64] |= std::uint64_t{1} << (code % 64);
  }
}

void FoldTable::Add(char32_t code) {
  std::string bytes;
  AppendUtf8(code, bytes);
  std::string folded = FoldOf(code);
  if (folded != bytes) others_.emplace(code, std::move(folded));
}

bool FoldTable::Joins(char32_t code) const {
  if (code < 0x300) return false;
  const bool common = Within(code, 0x300, 0x36f) || code == 0x3099 || code == 0x309a ||
                      code == 0xff9e || code == 0xff9f || Within(code, 0x1161, 0x11c2);
  if (common) return true;
  const bool kanji_or_kana = Within(code, 0x3000, 0x9fff) || Within(code, 0xff00, 0xff9d);
  return !kanji_or_kana && u_getCombiningClass(static_cast<UChar32>(code)) != 0;
}

char32_t FoldTable::Composed(char32_t base, char32_t mark) const {
  const UChar32 composed =
      Canonical().composePair(static_cast<UChar32>(base), static_cast<UChar32>(mark));
  return composed < 0 ? 0 : static_cast<char32_t>(composed);
}

std::string WithoutAccents(std::string_view folded) {
  std::string text;
  for (std::size_t at = 0; at < folded.size();) {
    const Utf8Char c = DecodeUtf8(folded, at);
    icu::UnicodeString parts;
    const bool latin = c.code >= 0xc0 && c.code < 0x250;
    if (latin && Canonical().getDecomposition(static_cast<UChar32>(c.code), parts)) {
      AppendUtf8(static_cast<char32_t>(parts.char32At(0)), text);
    } else {
      text += folded.substr(at, std::max<std::size_t>(c.length, 1));
    }
    at += std::max<std::size_t>(c.length, 1);
  }
  return text;
}

std::optional<std::string> WithoutLookAlikes(std::string_view folded) {
  struct Pair {
    char32_t code;
    char latin;
  };
  static constexpr std::array<Pair, 34> kPairs = {
      {{U'а', 'a'}, {U'в', 'b'}, {U'е', 'e'}, {U'к', 'k'}, {U'м', 'm'}, {U'н', 'h'}, {U'о', 'o'},
       {U'р', 'p'}, {U'с', 'c'}, {U'т', 't'}, {U'у', 'y'}, {U'х', 'x'}, {U'і', 'i'}, {U'ј', 'j'},
       {U'ѕ', 's'}, {U'ԁ', 'd'}, {U'ɡ', 'g'}, {U'һ', 'h'}, {U'ԛ', 'q'}, {U'ԝ', 'w'}, {U'ո', 'n'},
       {U'α', 'a'}, {U'β', 'b'}, {U'ε', 'e'}, {U'ι', 'i'}, {U'κ', 'k'}, {U'ν', 'v'}, {U'ο', 'o'},
       {U'ρ', 'p'}, {U'τ', 't'}, {U'υ', 'u'}, {U'χ', 'x'}, {U'ӏ', 'l'}, {U'ɩ', 'i'}}};
  MaskWalker leads(folded, [](const ByteBlock& block) { return block.Between(0xc9, 0xd6); });
  if (leads.Next(0) == folded.size()) return std::nullopt;
  std::string text;
  bool any = false;
  for (std::size_t at = 0; at < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[at]);
    if (lead < 0xc9 || lead > 0xd6) {
      text.push_back(folded[at++]);
      continue;
    }
    const Utf8Char c = DecodeUtf8(folded, at);
    char latin = 0;
    for (const Pair& pair : kPairs) latin = pair.code == c.code ? pair.latin : latin;
    any = any || latin != 0;
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    if (latin != 0) {
      text.push_back(latin);
    } else {
      text += folded.substr(at, length);
    }
    at += length;
  }
  if (!any) return std::nullopt;
  return text;
}

}  // namespace renkei::anonymize
