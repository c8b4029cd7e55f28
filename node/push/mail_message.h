// One mail as text: header and body as RFC 5322 wants them.
//
// Whatever a record, a circle or a team's name holds, it can't end a header line or begin another:
// control characters become `?`, and what is not plain ASCII goes as encoded words (RFC 2047).  The
// body is UTF-8, in base64 unless it is short plain lines.  Pure; thread-safe.
#pragma once

#include <string>

#include "node/base/clock.h"
#include "node/push/event.h"

namespace renkei::push {

struct MailParts {
  std::string from{};  // mailboxes, checked (config/push_config.h)
  std::string to{};
  std::string subject{};
  std::string body{};        // UTF-8, lines end with \n
  std::string message_id{};  // letters and digits; the same at every try
  Timestamp date{};
};

// With CRLF, as SMTP takes it; dots at the start of a line are the sender's affair.
std::string MailText(const MailParts& parts);

// The value of a header field, without its name.
std::string EncodeHeaderText(std::string_view text);

// What is said of records.
struct MailStyle {
  std::string link{};  // `{id}` stands for the id; empty: none
  bool full = false;   // title and description too, up to TLP:GREEN
};
// `[TLP:AMBER] incident 7f3a90c1 from energy`.
std::string MailSubject(const Event& event);
std::string MailBody(const Event& event, const MailStyle& style);

}  // namespace renkei::push
