// What a mail of a push target says: subject and body.  Its text is node/net/mail_text.h's.  Pure;
// thread-safe.
#pragma once

#include <string>

#include "node/net/mail_text.h"
#include "node/push/event.h"

namespace renkei::push {

using net::EncodeHeaderText;
using net::MailParts;
using net::MailText;

// What is said of records.
struct MailStyle {
  std::string link{};  // `{id}` stands for the id; empty: none
  bool full = false;   // title and description too, up to TLP:GREEN
};
// `[TLP:AMBER] incident 7f3a90c1 from energy`.
std::string MailSubject(const Event& event);
std::string MailBody(const Event& event, const MailStyle& style);

}  // namespace renkei::push
