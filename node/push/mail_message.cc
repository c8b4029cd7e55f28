#include "node/push/mail_message.h"

#include <algorithm>

#include "node/base/encoding.h"

namespace renkei::push {
namespace {

constexpr std::size_t kTextBytesMax = 16 * 1024;  // of a record's own words in one mail
constexpr std::size_t kShortDigits = 8;

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
