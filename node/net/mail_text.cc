#include "node/net/mail_text.h"

#include <algorithm>
#include <chrono>

#include "node/base/encoding.h"
#include "node/base/status.h"

namespace renkei::net {
namespace {

constexpr std::size_t kHeaderLineMax = 70;  // RFC 5322, 2.1.1: should be under 78
constexpr std::size_t kWordBytesMax = 42;   // of text in one encoded word: RFC 2047, 2
constexpr std::size_t kBodyLineMax = 76;    // RFC 2045, 6.8
constexpr std::size_t kPlainLineMax = 900;  // RFC 5322, 2.1.1: must be under 998
constexpr std::size_t kSubjectBytesMax = 200;

bool IsPlainAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// A body that needs no encoding: ASCII, no control characters but line ends, no long line.
bool IsPlainBody(std::string_view body) {
  std::size_t line = 0;
  for (const char c : body) {
    line = c == '\n' ? 0 : line + 1;
    if ((c != '\n' && (c < 0x20 || c >= 0x7f)) || line > kPlainLineMax) return false;
  }
  return true;
}

std::string WithCrlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

std::string DateText(Timestamp time) {
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::string EncodedBody(std::string_view body) {
  const std::string all = Base64Encode(body);
  std::string lines;
  for (std::size_t at = 0; at < all.size(); at += kBodyLineMax) {
    lines += all.substr(at, kBodyLineMax) + "\r\n";
  }
  return lines;
}

}  // namespace

std::string EncodeHeaderText(std::string_view text) {
  std::string safe = Printable(text, kSubjectBytesMax);
  if (IsPlainAscii(safe) && safe.size() <= kHeaderLineMax && safe.find("=?") == std::string::npos) {
    return safe;
  }
  std::string words;
  std::size_t from = 0;
  while (from < safe.size()) {
    std::size_t end = std::min(from + kWordBytesMax, safe.size());
    // No character is cut: each word stands for whole ones.
    while (end < safe.size() && (static_cast<unsigned char>(safe[end]) & 0xc0) == 0x80) --end;
    words += fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\r\n ",
                         Base64Encode(std::string_view(safe).substr(from, end - from)));
    from = end;
  }
  return words;
}

std::string MailText(const MailParts& parts) {
  RENKEI_CHECK(IsPlainAscii(parts.in_reply_to) && parts.in_reply_to.size() <= kPlainLineMax);
  const bool plain = IsPlainBody(parts.body);
  const std::string domain = parts.from.substr(parts.from.find('@') + 1);
  std::string text;
  const auto header = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{}: {}\r\n", name, value);
  };
  header("Date", DateText(parts.date));
  header("From", parts.from);
  header("To", parts.to);
  header("Subject", EncodeHeaderText(parts.subject));
  header("Message-ID", fmt::format("<{}@{}>", parts.message_id, domain));
  // RFC 3834: nobody's holiday answers it.
  header("Auto-Submitted", parts.in_reply_to.empty() ? "auto-generated" : "auto-replied");
  if (!parts.in_reply_to.empty()) {
    header("In-Reply-To", parts.in_reply_to);
    header("References", parts.in_reply_to);
  }
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", plain ? "7bit" : "base64");
  return text + "\r\n" + (plain ? WithCrlf(parts.body) : EncodedBody(WithCrlf(parts.body)));
}

}  // namespace renkei::net
