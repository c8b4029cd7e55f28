// Mail out by SMTP (RFC 5321), one mail to one mailbox at a time.
//
// TLS is required: from the first byte (smtps) or by STARTTLS (RFC 3207) before anything but the
// greeting is said, with the server's certificate verified.  Only a server that can be no other
// machine is spoken to without it.  Errors: INVALID_ARGUMENT: the server will never take this mail
// (5yz to a mailbox or a text); FAILED_PRECONDITION: TLS, user or password; UNAVAILABLE: all else.
// No message holds what stands in a mail.  Confined to one thread.
#pragma once

#include <memory>
#include <string>

#include "node/base/status.h"
#include "node/net/cancel.h"
#include "node/net/secret.h"
#include "node/net/url.h"

namespace renkei::net {

struct SmtpServer {
  Url url{};  // smtp or smtps, without a path
  std::string ca_file{};
  std::string certificate_file{};
  std::string key_file{};
  std::string user{};  // empty: no authentication
  Secret password{};
};

// Who learns that a mail could not be delivered.
enum class SmtpReturn {
  kToSender,
  kToNobody,  // the null sender `<>` (RFC 3834, 3.3): what answers by itself can't make a loop
};

class SmtpClient {
 public:
  // `cancel` outlives this.
  SmtpClient(SmtpServer server, const Cancel& cancel);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  // `text`: header and body, with CRLF.  REQUIRES: mailboxes without spaces or control characters.
  absl::Status Send(const std::string& from, const std::string& to, const std::string& text,
                    SmtpReturn returned = SmtpReturn::kToSender);

 private:
  struct Pool;
  const SmtpServer server_;
  const Cancel& cancel_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace renkei::net
