// One mail as text: header and body as RFC 5322 wants them.
//
// Whatever a record, a circle or a team's name holds, it can't end a header line or begin another:
// control characters become `?`, and what is not plain ASCII goes as encoded words (RFC 2047).  The
// body is UTF-8, in base64 unless it is short plain lines.  Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "node/base/clock.h"

namespace renkei::net {

struct MailParts {
  std::string from{};  // mailboxes, checked (config/push_config.h, node/formats/mail_header.h)
  std::string to{};
  std::string subject{};
  std::string body{};        // UTF-8, lines end with \n
  std::string message_id{};  // letters and digits; the same at every try
  Timestamp date{};
  std::string in_reply_to{};  // `<...>` in plain ASCII: it answers that; empty: no mail
};

// With CRLF, as SMTP takes it; dots at the start of a line are the sender's affair.
std::string MailText(const MailParts& parts);

// The value of a header field, without its name.
std::string EncodeHeaderText(std::string_view text);

}  // namespace renkei::net
