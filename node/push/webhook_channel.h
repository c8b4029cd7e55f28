// Events as signed POST requests, one each, in order.
//
//   POST /path
//   Content-Type: application/json
//   Renkei-Delivery: 5f0c...                   the same at every try
//   Renkei-Signature: t=1790000000,v1=HEX      HMAC-SHA-256 of `t`, `.` and the body, by the secret
//
// 2xx: it is there.  400, 413, 415 and 422: refused.  All else is tried again, Retry-After
// honoured; redirects are not followed.  The answer's body is not looked at.
#pragma once

#include <memory>
#include <string>

#include "node/base/clock.h"
#include "node/net/http.h"
#include "node/push/channel.h"

namespace renkei::push {

// The value of Renkei-Signature.  Pure.
std::string Signature(const net::Secret& secret, Timestamp time, std::string_view body);

// What an answer means for the first event that is not done; OK for 2xx.
Delivered Judge(const net::HttpResponse& response);

class WebhookChannel : public Channel {
 public:
  struct Settings {
    net::Url url{};
    net::HttpPeer peer{};
    net::Secret secret{};
  };
  // Both references outlive this.
  WebhookChannel(Settings settings, const Clock& clock, const net::Cancel& cancel);

  Delivered Deliver(std::span<const Event> events) override;

 private:
  Delivered Post(const Event& event);

  const Settings settings_;
  const Clock& clock_;
  net::HttpClient client_;
};

}  // namespace renkei::push
