#include "node/net/smtp.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "node/net/curl_easy.h"

namespace renkei::net {
namespace {

constexpr std::chrono::seconds kMailTimeMax{60};

// What libcurl still has to read of one mail.
struct MailUpload {
  std::string_view rest{};

  static std::size_t Read(char* to, std::size_t size, std::size_t count, void* self) {
    std::string_view& rest = static_cast<MailUpload*>(self)->rest;
    const std::size_t n = std::min(size * count, rest.size());
    std::memcpy(to, rest.data(), n);
    rest.remove_prefix(n);
    return n;
  }
};

// The codes by which a server says that it will never take a mail (RFC 5321, 4.2.3); others of 5yz
// are of the session: syntax, authentication.
bool IsNeverTaken(long code) { return code >= 550 && code <= 556; }

}  // namespace

struct SmtpClient::Pool {
  CurlPool curl{};
};

SmtpClient::SmtpClient(SmtpServer server, const Cancel& cancel)
    : server_(std::move(server)), cancel_(cancel), pool_(std::make_unique<Pool>()) {}

SmtpClient::~SmtpClient() = default;

absl::Status SmtpClient::Send(const std::string& from, const std::string& to,
                              const std::string& text, SmtpReturn returned) {
  const std::size_t at = from.find('@');
  if (at == std::string::npos) return InvalidArgument("a sender without a domain");
  // The path is what we call ourselves: our domain, never the name of this machine.
  Url url = server_.url;
  url.path = "/" + from.substr(at + 1);
  CurlEasy easy(url.ToText(), "smtp,smtps", kMailTimeMax);
  const bool plain = url.scheme == "smtp" && IsLoopbackHost(url.host) && server_.ca_file.empty();
  easy.Set(CURLOPT_USE_SSL, static_cast<long>(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  easy.SetTls({server_.ca_file, server_.certificate_file, server_.key_file});
  if (!server_.user.empty()) {
    easy.Set(CURLOPT_USERNAME, server_.user.c_str());
    easy.Set(CURLOPT_PASSWORD, server_.password.Reveal().c_str());
  }
  const std::string sender = returned == SmtpReturn::kToNobody ? "<>" : "<" + from + ">";
  MailUpload upload{.rest = text};
  easy.Set(CURLOPT_MAIL_FROM, sender.c_str());
  easy.SetList(CURLOPT_MAIL_RCPT, {"<" + to + ">"});
  easy.Set(CURLOPT_UPLOAD, 1L);
  easy.Set(CURLOPT_READFUNCTION, &MailUpload::Read);
  easy.Set(CURLOPT_READDATA, static_cast<void*>(&upload));
  easy.Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(text.size()));
  absl::Status sent = easy.Perform(pool_->curl, cancel_);
  if (sent.ok()) return sent;
  const long code = easy.Number(CURLINFO_RESPONSE_CODE);
  const std::string doing = "send mail by " + server_.url.Shown();
  if (sent.code() == absl::StatusCode::kUnavailable && IsNeverTaken(code)) {
    return InvalidArgument(fmt::format("{}: the server refuses it with {}", doing, code));
  }
  return Annotate(sent, doing);
}

}  // namespace renkei::net
