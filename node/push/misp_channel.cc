#include "node/push/misp_channel.h"

#include "node/formats/export.h"
#include "node/formats/uuid.h"
#include "node/push/limits.h"
#include "node/push/webhook_channel.h"

namespace renkei::push {
namespace {

constexpr std::size_t kMispAnswerBytesMax = 16 * 1024 * 1024;  // the whole event comes back
constexpr int kForbidden = 403;
constexpr int kNotThere = 404;

// As node/formats names the event of a record.
std::string EventUuid(const record::RecordId& id) {
  return formats::UuidFromName(record::ToString(id) + ":event");
}

// MISP says 403 for what it will not save, too, and why.
bool IsNotNewer(const net::HttpResponse& response) {
  return response.status == kForbidden &&
         response.body.find("not newer than the local copy") != std::string::npos;
}

// 403 with MISP's own answer to a save: of this event, not of the key.
bool IsRefusedEvent(const net::HttpResponse& response) {
  if (response.status != kForbidden) return false;
  const Json json = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.contains("errors") && json.contains("saved");
}

Delivered JudgeSave(const net::HttpResponse& response) {
  if (IsNotNewer(response)) return {.done = 1};
  if (!IsRefusedEvent(response)) return Judge(response);
  return {.status = InvalidArgument("MISP does not save this event"), .refused = true};
}

}  // namespace

MispChannel::MispChannel(Settings settings, const Clock& clock, const net::Cancel& cancel)
    : settings_(std::move(settings)), clock_(clock), client_(settings_.peer, cancel) {}

absl::StatusOr<net::HttpResponse> MispChannel::Call(const std::string& method,
                                                    const std::string& path, std::string body) {
  net::Url url = settings_.url;
  while (url.path.ends_with('/')) url.path.pop_back();
  url.path += path;
  return client_.Fetch(
      {.method = method,
       .url = std::move(url),
       .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
       .body = std::move(body),
       .limits = {.bytes_max = kMispAnswerBytesMax, .within = kSendTimeMax}});
}

Delivered MispChannel::Put(const Event& event) {
  const std::string body = formats::ExportMispEvent(
      *event.held, {.now = clock_.Now(), .community = settings_.community});
  if (body.empty()) return {.done = 1};
  auto response = Call("POST", "/events/edit/" + EventUuid(event.id), body);
  if (response.ok() && response->status == kNotThere) response = Call("POST", "/events/add", body);
  if (!response.ok()) return {.status = response.status()};
  return JudgeSave(*response);
}

Delivered MispChannel::Delete(const Event& event) {
  const auto response = Call("DELETE", "/events/delete/" + EventUuid(event.id), "");
  if (!response.ok()) return {.status = response.status()};
  if (response->status == kNotThere) return {.done = 1};
  return Judge(*response);
}

Delivered MispChannel::One(const Event& event) {
  switch (event.type) {
    case EventType::kRecord:
      return Put(event);
    case EventType::kWithdrawn:
    case EventType::kRetracted:
      return Delete(event);
    case EventType::kTest:
      break;
  }
  const auto response = Call("GET", "/servers/getVersion", "");
  if (!response.ok()) return {.status = response.status()};
  return Judge(*response);
}

Delivered MispChannel::Deliver(std::span<const Event> events) {
  return DeliverEach(events, [this](const Event& event) { return One(event); });
}

}  // namespace renkei::push
