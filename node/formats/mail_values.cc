// What stands in a field of a mail's header: parameters and dates.

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/mail_decode.h"
#include "node/formats/mail_header.h"

namespace renkei::formats {
namespace {

// ---- parameters --------------------------------------------------------------------------------

// `name="value"`, `name*0*=utf-8'en'...`; from behind a semicolon to before the next.
std::string_view NextParam(std::string_view value, std::size_t& at) {
  bool quoted = false;
  const std::size_t begin = at;
  while (at < value.size() && (quoted || value[at] != ';')) {
    if (value[at] == '"') quoted = !quoted;
    at += value[at] == '\\' && quoted && at + 1 < value.size() ? 2 : 1;
  }
  at = std::min(at, value.size());
  const std::string_view one = value.substr(begin, at - begin);
  if (at < value.size()) ++at;
  return TrimmedText(one);
}

std::string Unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"') return std::string(text);
  text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain.push_back(text[i]);
  }
  return plain;
}

// `%E2%82%AC` of RFC 2231.
Bytes UnescapedParam(std::string_view text, bool& flawed) {
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto hex = text[i] == '%' ? HexDecode(text.substr(i + 1, 2)) : std::nullopt;
    if (text[i] == '%' && (!hex || hex->size() != 1)) flawed = true;
    if (hex && hex->size() == 1) {
      bytes += *hex;
      i += 2;
    } else {
      bytes.push_back(text[i]);
    }
  }
  return bytes;
}

// The pieces of one parameter, put together by number.
struct ParamPieces {
  std::map<int, std::pair<std::string, bool>> pieces{};  // number -> text, whether it is escaped
};

void AddParam(std::map<std::string, ParamPieces>& params, std::string_view one) {
  const std::size_t equals = one.find('=');
  if (equals == std::string_view::npos) return;
  std::string name = AsciiLower(TrimmedText(one.substr(0, equals)));
  const bool escaped = name.ends_with('*');
  if (escaped) name.pop_back();
  int number = 0;
  if (const std::size_t star = name.find('*'); star != std::string::npos) {
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data() + star + 1, end, number).ptr != end || number < 0) return;
    name.resize(star);
  }
  params[name].pieces.try_emplace(number, Unquoted(TrimmedText(one.substr(equals + 1))), escaped);
}

std::string ValueOfParam(const ParamPieces& param, bool& flawed) {
  std::string charset;
  std::string value;
  bool first = true;
  bool any_escaped = false;
  for (const auto& [number, piece] : param.pieces) {
    std::string_view text = piece.first;
    any_escaped = any_escaped || piece.second;
    if (first && piece.second) {
      const std::size_t a = text.find('\'');
      const std::size_t b = a == std::string_view::npos ? a : text.find('\'', a + 1);
      if (b != std::string_view::npos) {
        charset = std::string(text.substr(0, a));
        text.remove_prefix(b + 1);
      }
    }
    first = false;
    value += piece.second ? UnescapedParam(text, flawed) : std::string(text);
  }
  if (any_escaped) return MailOnOneLine(MailToUtf8(value, charset, flawed));
  // Many writers put encoded words where RFC 2231 would be right.
  return DecodeMailWords(value, flawed);
}

// ---- dates -------------------------------------------------------------------------------------

std::vector<std::string_view> DateWords(std::string_view value) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < value.size() && words.size() < 8) {
    const std::size_t end = std::min(value.find_first_of(" \t,:(", at), value.size());
    if (end > at) words.push_back(value.substr(at, end - at));
    if (end < value.size() && value[end] == '(') break;
    at = end + 1;
  }
  return words;
}

std::optional<int> NumberOfWord(std::string_view word) {
  int number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// `+0930`; names of zones are UTC, as RFC 5322 4.3 would have most of them.
std::chrono::minutes ZoneOf(std::string_view word) {
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return std::chrono::minutes(0);
  const auto hours = NumberOfWord(word.substr(1, 2));
  const auto minutes = NumberOfWord(word.substr(3, 2));
  if (!hours || !minutes || *hours < 0 || *minutes < 0) return std::chrono::minutes(0);
  const std::chrono::minutes zone(*hours * 60 + *minutes);
  return word[0] == '-' ? -zone : zone;
}

}  // namespace

std::string MailValue::Param(const std::string& name) const {
  const auto found = params.find(name);
  return found == params.end() ? std::string() : found->second;
}

MailValue ReadMailValue(std::string_view value, bool& flawed) {
  MailValue read;
  std::size_t at = 0;
  read.word = AsciiLower(MailOnOneLine(std::string(NextParam(value, at))));
  std::map<std::string, ParamPieces> params;
  for (std::size_t count = 0; at < value.size() && count < kMailParamsMax; ++count) {
    AddParam(params, NextParam(value, at));
  }
  flawed = flawed || at < value.size();
  for (const auto& [name, pieces] : params) read.params[name] = ValueOfParam(pieces, flawed);
  return read;
}

std::optional<Timestamp> ReadMailDate(std::string_view value) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  std::vector<std::string_view> words = DateWords(value);
  if (!words.empty() && !NumberOfWord(words.front())) words.erase(words.begin());
  if (words.size() < 5) return std::nullopt;
  const std::string month = AsciiLower(words[1].substr(0, 3));
  const auto found = std::find(kMonths.begin(), kMonths.end(), month);
  const auto day = NumberOfWord(words[0]);
  auto year = NumberOfWord(words[2]);
  const auto hour = NumberOfWord(words[3]);
  const auto minute = NumberOfWord(words[4]);
  if (found == kMonths.end() || !day || !year || !hour || !minute) return std::nullopt;
  if (*year >= 0 && *year < 100) *year += *year < 50 ? 2000 : 1900;
  const std::chrono::year_month_day date(
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(found - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(std::clamp(*day, 0, 32))));
  const bool well = date.ok() && *year >= 1970 && *year <= 9999 && *hour >= 0 && *hour < 24 &&
                    *minute >= 0 && *minute < 60;
  if (!well) return std::nullopt;
  const auto second = words.size() > 5 ? NumberOfWord(words[5]) : std::nullopt;
  const std::string_view zone = words.size() > 5 ? words[second && words.size() > 6 ? 6 : 5] : "";
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(std::clamp(second.value_or(0), 0, 59)) - ZoneOf(zone);
}

}  // namespace renkei::formats
