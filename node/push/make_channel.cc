#include "node/push/make_channel.h"

#include "config/node_config.h"
#include "node/base/file.h"
#include "node/net/smtp.h"
#include "node/push/fresh_secret.h"
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

// The secret is read at once, so that what is wrong with its file is said at the start.
Made Begun(FreshSecret<Channel> inner) {
  RETURN_IF_ERROR(inner.Get().status());
  return std::make_unique<FreshChannel>(std::move(inner));
}

Made MakeWebhook(const Parts& parts, const std::string& folder, const config::PushTarget& target,
                 const StopSignal& stop) {
  ASSIGN_OR_RETURN(const net::Url url, net::ParseUrl(target.url));
  const auto make = [&clock = parts.clock, &cancel = stop.cancel(), url, named = target.secret,
                     peer = PeerOf(folder, target)](net::Secret secret) -> Made {
    if (secret.Reveal().size() < kSecretBytesMin) {
      return FailedPrecondition(fmt::format(
          "`{}` holds fewer than {} characters: too short to sign", named, kSecretBytesMin));
    }
    return std::make_unique<WebhookChannel>(
        WebhookChannel::Settings{.url = url, .peer = peer, .secret = std::move(secret)}, clock,
        cancel);
  };
  return Begun({PathIn(folder, target.secret), make});
}

Made MakeMisp(const Parts& parts, const std::string& folder, const config::PushTarget& target,
              const StopSignal& stop) {
  MispChannel::Settings settings{.peer = PeerOf(folder, target),
                                 .community = parts.community.name()};
  ASSIGN_OR_RETURN(settings.url, net::ParseUrl(target.url));
  settings.peer.auth = net::AuthKind::kPlain;
  const auto make = [&clock = parts.clock, &cancel = stop.cancel(),
                     settings](net::Secret secret) -> Made {
    MispChannel::Settings with = settings;
    with.peer.secret = std::move(secret);
    return std::make_unique<MispChannel>(std::move(with), clock, cancel);
  };
  return Begun({PathIn(folder, target.key_file), make});
}

// By a server that is told the password as its file has it now.
absl::StatusOr<MailSender> SenderWithPassword(const std::string& file,
                                              const net::SmtpServer& server,
                                              const net::Cancel& cancel) {
  using Client = std::unique_ptr<net::SmtpClient>;
  const auto make = [server, &cancel](net::Secret password) -> absl::StatusOr<Client> {
    net::SmtpServer with = server;
    with.password = std::move(password);
    return std::make_unique<net::SmtpClient>(std::move(with), cancel);
  };
  const auto client = std::make_shared<FreshSecret<net::SmtpClient>>(file, make);
  RETURN_IF_ERROR(client->Get().status());
  return [client](const std::string& from, const std::string& to,
                  const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(net::SmtpClient* const now, client->Get());
    return now->Send(from, to, text);
  };
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
  MailSender send;
  if (target.user.empty()) {
    const auto client = std::make_shared<net::SmtpClient>(std::move(server), stop.cancel());
    send = [client](const std::string& from, const std::string& to, const std::string& text) {
      return client->Send(from, to, text);
    };
  } else {
    ASSIGN_OR_RETURN(
        send, SenderWithPassword(PathIn(folder, target.password_file), server, stop.cancel()));
  }
  return std::make_unique<MailChannel>(target, parts.store, parts.clock, std::move(send));
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
