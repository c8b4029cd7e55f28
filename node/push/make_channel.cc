#include "node/push/make_channel.h"

#include "config/node_config.h"
#include "node/base/file.h"
#include "node/net/smtp.h"
#include "node/push/jsonl_channel.h"
#include "node/push/limits.h"
#include "node/push/mail_channel.h"
#include "node/push/misp_channel.h"
#include "node/push/syslog_channel.h"
#include "node/push/webhook_channel.h"

namespace renkei::push {
namespace {

using Made = absl::StatusOr<std::unique_ptr<Channel>>;

config::PushTls FilesOf(const std::string& folder, const config::PushTls& tls) {
  return {.ca = PathIn(folder, tls.ca),
          .certificate = PathIn(folder, tls.certificate),
          .key = PathIn(folder, tls.key)};
}

net::HttpPeer PeerOf(const std::string& folder, const config::PushTarget& target) {
  const config::PushTls files = FilesOf(folder, target.tls);
  return {.ca_file = files.ca, .certificate_file = files.certificate, .key_file = files.key};
}

Made MakeSyslog(const Parts& parts, const std::string& folder, const config::PushTarget& target,
                const StopSignal& stop) {
  const auto at = config::ParseHostPort(target.address);
  if (!at) return FailedPrecondition("`address` is no host:port");
  return std::make_unique<SyslogChannel>(
      TlsPeer{.host = at->host, .port = at->port, .files = FilesOf(folder, target.tls)},
      static_cast<std::size_t>(target.max_bytes), parts.clock, stop);
}

Made MakeWebhook(const Parts& parts, const std::string& folder, const config::PushTarget& target,
                 const StopSignal& stop) {
  WebhookChannel::Settings settings{.peer = PeerOf(folder, target)};
  ASSIGN_OR_RETURN(settings.url, net::ParseUrl(target.url));
  ASSIGN_OR_RETURN(settings.secret, net::ReadSecretFile(PathIn(folder, target.secret)));
  if (settings.secret.Reveal().size() < kSecretBytesMin) {
    return FailedPrecondition(fmt::format("`{}` holds fewer than {} characters: too short to sign",
                                          target.secret, kSecretBytesMin));
  }
  return std::make_unique<WebhookChannel>(std::move(settings), parts.clock, stop.cancel());
}

Made MakeMisp(const Parts& parts, const std::string& folder, const config::PushTarget& target,
              const StopSignal& stop) {
  MispChannel::Settings settings{.peer = PeerOf(folder, target),
                                 .community = parts.community.name()};
  ASSIGN_OR_RETURN(settings.url, net::ParseUrl(target.url));
  settings.peer.auth = net::AuthKind::kPlain;
  ASSIGN_OR_RETURN(settings.peer.secret, net::ReadSecretFile(PathIn(folder, target.key_file)));
  return std::make_unique<MispChannel>(std::move(settings), parts.clock, stop.cancel());
}

Made MakeMail(const Parts& parts, const std::string& folder, const config::PushTarget& target,
              const StopSignal& stop) {
  const config::PushTls files = FilesOf(folder, target.tls);
  net::SmtpServer server{.ca_file = files.ca,
                         .certificate_file = files.certificate,
                         .key_file = files.key,
                         .user = target.user};
  ASSIGN_OR_RETURN(
      server.url,
      net::ParseUrl(fmt::format("{}://{}", target.tls_first ? "smtps" : "smtp", target.address)));
  if (!target.user.empty()) {
    ASSIGN_OR_RETURN(server.password, net::ReadSecretFile(PathIn(folder, target.password_file)));
  }
  const auto client = std::make_shared<net::SmtpClient>(std::move(server), stop.cancel());
  return std::make_unique<MailChannel>(
      target, parts.store, parts.clock,
      [client](const std::string& from, const std::string& to, const std::string& text) {
        return client->Send(from, to, text);
      });
}

}  // namespace

Made MakeChannel(const Parts& parts, const std::string& folder, const config::PushTarget& target,
                 const StopSignal& stop) {
  switch (target.kind) {
    case config::PushKind::kJsonl:
      return std::make_unique<JsonlChannel>(PathIn(folder, target.file), target.rotate_bytes,
                                            target.keep);
    case config::PushKind::kSyslog:
      return MakeSyslog(parts, folder, target, stop);
    case config::PushKind::kWebhook:
      return MakeWebhook(parts, folder, target, stop);
    case config::PushKind::kMisp:
      return MakeMisp(parts, folder, target, stop);
    case config::PushKind::kMail:
      break;
  }
  return MakeMail(parts, folder, target, stop);
}

}  // namespace renkei::push
