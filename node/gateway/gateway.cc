#include "node/gateway/gateway.h"

#include <algorithm>
#include <set>

#include "config/node_config.h"
#include "node/base/file.h"
#include "node/base/log.h"
#include "node/gateway/answers.h"

namespace renkei::gateway {
namespace {

constexpr int kSecondsPerMinute = 60;

bool IsRead(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

// By the path as sent: what it says of itself before anything is known.
bool IsTaxii(const Request& request) {
  return request.target.starts_with(fmt::format("/{}/", kTaxiiRoot));
}

// 401, and how to do better.
Response AskForToken(bool taxii) {
  Response response = taxii ? TaxiiError(401, "token-needed") : Refusal(401, "token-needed");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"renkei\", charset=\"UTF-8\"");
  return response;
}

// The code of a status for a client: no message.
Response FailureAnswer(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kNotFound) return Refusal(404, "not-found");
  LogEvent(LogLevel::kError, "gateway.failed", {{"why", LogSafe(Message(status))}});
  Response response = Refusal(503, "unavailable");
  response.headers.emplace_back("Retry-After", "30");
  return response;
}

}  // namespace

Gateway::Gateway(const Parts& parts)
    : parts_(parts), tokens_(parts.store, parts.clock), lists_(parts), taxii_(parts) {}

Gateway::~Gateway() { Stop(); }

absl::Status Gateway::Start(const config::GatewayConfig& config, const std::string& folder) {
  RETURN_IF_ERROR(tokens_.Load());
  if (config.listen.empty()) return absl::OkStatus();
  const auto at = config::ParseHostPort(config.listen);
  if (!at) return InvalidArgument("[gateway] `listen` is no host:port");
  certificate_file_ = PathIn(folder, config.certificate);
  key_file_ = PathIn(folder, config.key);
  auto server = HttpServer::Start({.host = at->host,
                                   .port = at->port,
                                   .certificate_file = certificate_file_,
                                   .key_file = key_file_,
                                   .connections_max = config.connections_max,
                                   .requests_max = config.requests_max,
                                   .idle_seconds = config.idle_seconds,
                                   .clock = &parts_.clock},
                                  [this](const Request& request) { return Handle(request); });
  if (!server.ok()) return Annotate(server.status(), "start the gateway");
  server_ = *std::move(server);
  return absl::OkStatus();
}

void Gateway::Stop() { server_.reset(); }

absl::Status Gateway::ReloadCertificate() {
  return server_ == nullptr ? absl::OkStatus() : server_->ReloadCertificate();
}

absl::StatusOr<ServerCertificate> Gateway::ReadCertificate() const {
  if (!uses_tls()) return FailedPrecondition("plain HTTP: [gateway] names no certificate");
  return ReadServerCertificate(certificate_file_, key_file_);
}

Problems Gateway::CheckFacts(const std::string& see) const {
  return Showing(parts_.policies, parts_.community, see, parts_.clock.Now()).problems();
}

absl::Status Gateway::Tidy() {
  std::set<std::string> sees;
  for (const Token& token : tokens_.All()) {
    const bool counts = !token.expires || *token.expires > parts_.clock.Now();
    if (counts && token.Has(Scope::kTaxii)) sees.insert(token.see);
  }
  RETURN_IF_ERROR(taxii_.DropExpired().status());
  return taxii_.DropOldViews(sees).status();
}

void Gateway::Count(const Response& response) {
  const std::int64_t minute = UnixSeconds(parts_.clock.Now()) / kSecondsPerMinute;
  const std::size_t slot = static_cast<std::size_t>(minute) % kMinutes;
  MutexLock lock(mutex_);
  ++counts_.requests;
  if (response.status == 401) ++counts_.refused;
  if (minute_of_[slot] != minute) {
    minute_of_[slot] = minute;
    per_minute_[slot] = 0;
  }
  ++per_minute_[slot];
}

GatewayCounts Gateway::counts() const {
  const std::int64_t minute = UnixSeconds(parts_.clock.Now()) / kSecondsPerMinute;
  MutexLock lock(mutex_);
  GatewayCounts counts = counts_;
  for (std::size_t slot = 0; slot < kMinutes; ++slot) {
    const bool recent = minute - minute_of_[slot] < static_cast<std::int64_t>(kMinutes);
    if (recent) counts.last_hour += per_minute_[slot];
  }
  return counts;
}

Response Gateway::Handle(const Request& request) {
  Response response = Answer(request);
  Count(response);
  return response;
}

Response Gateway::Answer(const Request& request) {
  const auto credentials = ReadCredentials(request.Header("authorization"));
  const auto token =
      credentials ? tokens_.Check(credentials->token, credentials->name) : std::optional<Token>();
  if (!token) return AskForToken(IsTaxii(request));
  const auto target = ParseTarget(request.target);
  if (!target.ok()) {
    return IsTaxii(request) ? TaxiiError(400, "malformed-target")
                            : Refusal(400, "malformed-target");
  }
  const std::string first = target->segments.empty() ? "" : target->segments.front();
  if (first == kTaxiiRoot) return taxii_.Answer(request, *target, *token);
  if (first == "lists" || first == "feeds") return AnswerFile(request, *target, *token);
  return Refusal(404, "not-found");
}

Response Gateway::AnswerFile(const Request& request, const Target& target, const Token& token) {
  if (!token.Has(Scope::kLists)) return Refusal(403, "wrong-scope");
  if (!IsRead(request)) {
    Response response = Refusal(405, "read-only");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  const Lists::Answer answer = lists_.Get(target, token.see);
  if (answer.wrong) return WrongParameter(*answer.wrong);
  if (!answer.status.ok()) return FailureAnswer(answer.status);
  return FileAnswer(request, answer.served, answer.media_type);
}

}  // namespace renkei::gateway
