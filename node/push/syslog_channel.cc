#include "node/push/syslog_channel.h"

#include <algorithm>

#include <unistd.h>

#include "node/base/encoding.h"
#include "node/formats/time_text.h"

namespace renkei::push {
namespace {

// The number is IANA's for documentation (RFC 5612): this program has none of its own.
constexpr std::string_view kDataId = "renkei@32473";
constexpr std::string_view kAppName = "renkei";
constexpr int kFacility = 13;  // log audit
constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kValueBytesMax = 256;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";  // RFC 5424, 6.4: the message is UTF-8

// RFC 5424, table 2.
int SeverityNumber(const Event& event) {
  switch (event.severity) {
    case policy::Severity::kCritical:
      return 2;
    case policy::Severity::kHigh:
      return 3;
    case policy::Severity::kMedium:
      return 4;
    case policy::Severity::kLow:
      return 5;
    case policy::Severity::kUnspecified:
      break;
  }
  return event.type == EventType::kTest ? 6 : 5;
}

// Printable ASCII without spaces, as a header field must be; `-`: there is none.
std::string HeaderField(std::string_view text) {
  std::string field;
  for (const char c : text.substr(0, kHostBytesMax)) {
    if (c > 0x20 && c < 0x7f) field += c;
  }
  return field.empty() ? "-" : field;
}

// RFC 5424, 6.3.3: what would end the value is escaped.
void AddParameter(std::string& data, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  data += fmt::format(" {}=\"", name);
  for (const char c : Printable(value, kValueBytesMax)) {
    if (c == '"' || c == '\\' || c == ']') data += '\\';
    data += c;
  }
  data += '"';
}

std::string StructuredData(const Event& event, bool cut) {
  std::string data = fmt::format("[{}", kDataId);
  AddParameter(data, "event", ToWord(event.type));
  AddParameter(data, "delivery", event.delivery);
  if (event.type != EventType::kTest) AddParameter(data, "id", record::ToString(event.id));
  if (event.kind != policy::Kind::kUnspecified) {
    AddParameter(data, "kind", policy::ToWord(event.kind));
    AddParameter(data, "tlp", policy::ToWord(event.tlp));
  }
  if (event.severity != policy::Severity::kUnspecified) {
    AddParameter(data, "severity", policy::ToWord(event.severity));
  }
  AddParameter(data, "author", event.author);
  if (cut) AddParameter(data, "cut", "true");
  return data + "]";
}

std::string HostName() {
  char name[kHostBytesMax + 1] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

std::string SyslogMessage(const Event& event, const std::string& host, Timestamp now,
                          std::size_t max_bytes) {
  const std::string head =
      fmt::format("<{}>1 {} {} {} {} {} ", kFacility * 8 + SeverityNumber(event),
                  formats::SecondsToText(UnixSeconds(now)).value_or("-"), HeaderField(host),
                  kAppName, getpid(), ToWord(event.type));
  const auto with = [&](const Json& line, bool cut) {
    return fmt::format("{}{} {}{}", head, StructuredData(event, cut), kUtf8Mark, ToText(line));
  };
  std::string message = with(event.line, false);
  if (message.size() <= max_bytes) return message;
  Json brief = event.line;
  brief.erase("sections");
  brief["cut"] = true;
  message = with(brief, true);
  if (message.size() <= max_bytes) return message;
  // A record in very many circles: what the structured data says is enough to ask for it.
  return head + StructuredData(event, true);
}

SyslogChannel::SyslogChannel(TlsPeer peer, std::size_t max_bytes, const Clock& clock,
                             const StopSignal& stop)
    : peer_(std::move(peer)),
      max_bytes_(max_bytes),
      clock_(clock),
      stop_(stop),
      host_(HostName()) {}

absl::Status SyslogChannel::Send(std::string_view bytes) {
  if (connection_ != nullptr && !connection_->CheckOpen().ok()) connection_.reset();
  if (connection_ == nullptr) {
    ASSIGN_OR_RETURN(connection_, TlsClient::Connect(peer_, stop_));
  }
  RETURN_IF_ERROR(connection_->Write(bytes));
  return connection_->Flush();
}

Delivered SyslogChannel::Deliver(std::span<const Event> events) {
  std::string bytes;
  for (const Event& event : events) {
    const std::string message = SyslogMessage(event, host_, clock_.Now(), max_bytes_);
    bytes += fmt::format("{} {}", message.size(), message);
  }
  if (absl::Status status = Send(bytes); !status.ok()) {
    // How much of it has arrived is not known: all of it comes again, on a fresh connection.
    connection_.reset();
    return {.status = std::move(status)};
  }
  return {.done = events.size()};
}

}  // namespace renkei::push
