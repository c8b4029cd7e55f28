#include "node/sources/receipts.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "node/base/encoding.h"
#include "node/base/fault.h"
#include "node/base/file.h"
#include "node/base/log.h"
#include "node/crypto/digest.h"
#include "node/net/mail_text.h"
#include "node/net/smtp.h"
#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 60 * 60;
constexpr std::size_t kAddressDigits = 32;

// Addresses are people's: what is only compared is kept as a digest.
std::string DigestOfAddress(std::string_view address) {
  return HexEncode(crypto::Sha256(AsciiLower(address)).view()).substr(0, kAddressDigits);
}

}  // namespace

Receipts::Receipts(const config::SourceConfig& source, ReceiptBook& book, const Clock& clock,
                   std::function<absl::Status()> save, ReceiptSender send)
    : source_(source), book_(book), clock_(clock), save_(std::move(save)), send_(std::move(send)) {}

bool Receipts::MayAnswer(const formats::MailEnvelope& envelope, const std::string& key) {
  if (source_.receipt.empty() || envelope.automatic || envelope.from_address.empty()) return false;
  if (book_.answered.contains(key)) return false;
  const std::string to = AsciiLower(envelope.from_address);
  // Our own, and those behind which machines sit.
  if (to == AsciiLower(source_.receipt_by.from)) return false;
  const std::string local = to.substr(0, to.find('@'));
  for (const std::string_view name : {"mailer-daemon", "postmaster", "noreply", "no-reply"}) {
    if (local == name) return false;
  }
  return !local.starts_with("owner-") && !local.ends_with("-request");
}

void Receipts::Owe(const formats::MailEnvelope& envelope, const std::string& key,
                   std::uint64_t draft) {
  const std::int64_t now = UnixSeconds(clock_.Now());
  if (!MayAnswer(envelope, key)) return;
  book_.answered[key] = now;
  std::erase_if(book_.owed, [&](std::int64_t time) { return time + kDaySeconds <= now; });
  std::erase_if(book_.told, [&](const auto& one) {
    return one.second + std::int64_t{kReceiptPause.count()} <= now;
  });
  const std::string who = DigestOfAddress(envelope.from_address);
  if (book_.told.contains(who) || book_.owed.size() >= kReceiptsPerDayMax) {
    LogEvent(LogLevel::kInfo, "receipt.withheld", {{"source", LogSafe(source_.name)}});
    return;
  }
  book_.told[who] = now;
  book_.owed.push_back(now);
  book_.waiting.push_back({.key = key,
                           .to = envelope.from_address,
                           .in_reply_to = envelope.message_id,
                           .draft = draft});
}

std::string Receipts::TextOf(const Receipt& receipt) const {
  const crypto::Digest name = crypto::Sha256({"receipt", source_.name, receipt.key});
  return net::MailText(
      {.from = source_.receipt_by.from,
       .to = receipt.to,
       .subject = fmt::format("Received: your report has the number {}", receipt.draft),
       .body = fmt::format("We have received your report.  It has the number {}.\n\n"
                           "A person will look at it.  This mail was written by a machine, and "
                           "nobody\nreads answers to it.\n",
                           receipt.draft),
       .message_id = HexEncode(name.view()).substr(0, kAddressDigits),
       .date = clock_.Now(),
       .in_reply_to = receipt.in_reply_to});
}

absl::Status Receipts::SendAll() {
  // Those that a kill interrupted may have been sent: not twice.
  std::erase_if(book_.waiting, [](const Receipt& one) { return one.begun; });
  int failures = 0;
  for (std::size_t left = book_.waiting.size(); left > 0 && failures < kReceiptFailuresMax;
       --left) {
    book_.waiting.front().begun = true;
    ++book_.waiting.front().tries;
    RETURN_IF_ERROR(save_());
    RETURN_IF_ERROR(FaultPoint("receipt.begun"));
    Receipt receipt = book_.waiting.front();
    book_.waiting.erase(book_.waiting.begin());
    const absl::Status sent = send_(receipt.to, TextOf(receipt));
    const bool never = sent.code() == absl::StatusCode::kInvalidArgument;
    if (!sent.ok()) {
      LogEvent(LogLevel::kWarn, "receipt.failed",
               {{"source", LogSafe(source_.name)}, {"why", LogSafe(Message(sent))}});
    }
    if (!sent.ok() && !never && receipt.tries < kReceiptTriesMax) {
      // To the end: an address that its server won't take holds up no other.
      ++failures;
      receipt.begun = false;
      book_.waiting.push_back(std::move(receipt));
    }
    RETURN_IF_ERROR(save_());
  }
  return absl::OkStatus();
}

absl::StatusOr<ReceiptSender> MakeReceiptSender(const config::SourceConfig& source,
                                                const std::string& folder,
                                                const net::Cancel& cancel) {
  const config::PushTarget& by = source.receipt_by;
  net::SmtpServer server{.ca_file = PathIn(folder, by.tls.ca),
                         .certificate_file = PathIn(folder, by.tls.certificate),
                         .key_file = PathIn(folder, by.tls.key),
                         .user = by.user};
  ASSIGN_OR_RETURN(server.url, net::ParseUrl(fmt::format("{}://{}", by.tls_first ? "smtps" : "smtp",
                                                         by.address)));
  if (!by.user.empty()) {
    auto password = net::ReadSecretFile(PathIn(folder, by.password_file));
    if (!password.ok()) return FailedPrecondition(Message(password.status()));
    server.password = *std::move(password);
  }
  const auto client = std::make_shared<net::SmtpClient>(std::move(server), cancel);
  return ReceiptSender([client, from = by.from](const std::string& to, const std::string& text) {
    return client->Send(from, to, text, net::SmtpReturn::kToNobody);
  });
}

}  // namespace renkei::sources
