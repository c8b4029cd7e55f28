#include "node/push/webhook_channel.h"

#include "node/base/encoding.h"
#include "node/crypto/hmac.h"
#include "node/push/limits.h"

namespace renkei::push {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 * 1024;  // read and thrown away

}  // namespace

std::string Signature(const net::Secret& secret, Timestamp time, std::string_view body) {
  const std::string seconds = std::to_string(UnixSeconds(time));
  const crypto::Digest mac = crypto::HmacSha256(secret.Reveal(), {seconds, ".", body});
  return fmt::format("t={},v1={}", seconds, HexEncode(mac.view()));
}

Delivered Judge(const net::HttpResponse& response) {
  if (response.ok()) return {.done = 1};
  const int status = response.status;
  const bool refused = status == 400 || status == 413 || status == 415 || status == 422;
  if (refused) {
    return {.status = InvalidArgument(fmt::format("it refuses this one with {}", status)),
            .refused = true,
            .retry_after = response.retry_after};
  }
  if (status >= 300 && status < 400) {
    return {.status = FailedPrecondition(fmt::format(
                "it answers {}, a redirect, which is not followed: name the new address", status))};
  }
  return {.status = net::StatusOf(response), .retry_after = response.retry_after};
}

WebhookChannel::WebhookChannel(Settings settings, const Clock& clock, const net::Cancel& cancel)
    : settings_(std::move(settings)), clock_(clock), client_(settings_.peer, cancel) {}

Delivered WebhookChannel::Post(const Event& event) {
  std::string body = ToText(event.line);
  const std::string signature = Signature(settings_.secret, clock_.Now(), body);
  const auto response =
      client_.Fetch({.method = "POST",
                     .url = settings_.url,
                     .headers = {{"Content-Type", "application/json"},
                                 {"Renkei-Delivery", event.delivery},
                                 {"Renkei-Signature", signature}},
                     .body = std::move(body),
                     .limits = {.bytes_max = kAnswerBytesMax, .within = kSendTimeMax}});
  if (response.ok()) return Judge(*response);
  return {.status = response.status()};
}

Delivered WebhookChannel::Deliver(std::span<const Event> events) {
  return DeliverEach(events, [this](const Event& event) { return Post(event); });
}

}  // namespace renkei::push
