#include "node/push/mail_message.h"

#include <algorithm>
#include <chrono>

#include "node/base/encoding.h"

namespace renkei::push {
namespace {

constexpr std::size_t kHeaderLineMax = 70;  // RFC 5322, 2.1.1: should be under 78
constexpr std::size_t kWordBytesMax = 42;   // of text in one encoded word: RFC 2047, 2
constexpr std::size_t kBodyLineMax = 76;    // RFC 2045, 6.8
constexpr std::size_t kPlainLineMax = 900;  // RFC 5322, 2.1.1: must be under 998
constexpr std::size_t kSubjectBytesMax = 200;
constexpr std::size_t kTextBytesMax = 16 * 1024;  // of a record's own words in one mail
constexpr std::size_t kShortDigits = 8;

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

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

std::string ShortId(const Event& event) {
  return record::ToString(event.id).substr(0, kShortDigits);
}

// The first of a list of texts, in whatever language; lines of it keep their ends.
template <class Texts>
std::string FirstText(const Texts& texts) {
  if (texts.empty()) return "";
  std::string text = texts.Get(0).value().substr(0, kTextBytesMax);
  std::string safe;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    safe += Printable(text.substr(from, end - from), kTextBytesMax) + "\n";
    from = end + 1;
  }
  return safe;
}

}  // namespace

std::string EncodeHeaderText(std::string_view text) {
  const std::string safe = Printable(text, kSubjectBytesMax);
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
  header("Auto-Submitted", "auto-generated");  // RFC 3834: nobody's holiday answers it
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", plain ? "7bit" : "base64");
  return text + "\r\n" + (plain ? WithCrlf(parts.body) : EncodedBody(WithCrlf(parts.body)));
}

std::string MailSubject(const Event& event) {
  if (event.type == EventType::kTest) return "a test of renkei push";
  // A withdrawal's own kind says nothing of the record that it ends.
  const bool ended = event.type == EventType::kWithdrawn;
  std::string subject =
      fmt::format("[TLP:{}] {} {}", Upper(policy::ToWord(event.tlp)),
                  ended ? "withdrawn:" : policy::ToWord(event.kind), ShortId(event));
  if (!event.circles.empty()) subject += " from " + event.circles.front();
  return subject;
}

std::string MailBody(const Event& event, const MailStyle& style) {
  if (event.type == EventType::kTest) {
    return "This is a test of `renkei push test`.  It tells of no record.\n";
  }
  const std::string id = record::ToString(event.id);
  std::string body = fmt::format("{}\n\n", id);
  if (event.type == EventType::kWithdrawn) body += "Its author has taken it back.\n\n";
  const bool open = event.tlp == policy::Tlp::kClear || event.tlp == policy::Tlp::kGreen;
  if (style.full && open && event.held) {
    const auto& summary = event.held->sections.summary();
    body += FirstText(summary.title()) + "\n" + FirstText(summary.description()) + "\n";
  }
  if (const std::size_t at = style.link.find("{id}"); at != std::string::npos) {
    body += std::string(style.link).replace(at, 4, id) + "\n\n";
  } else if (!style.link.empty()) {
    body += style.link + "\n\n";
  }
  return body + fmt::format("renkei show {}\nrenkei ack {}\n", ShortId(event), ShortId(event));
}

}  // namespace renkei::push
