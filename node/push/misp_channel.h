// Events of a MISP instance, made, changed and deleted through its REST API.
//
// A record is the event of `renkei export misp`, under the same uuid at every node: first
// POST /events/edit/UUID, and where that is not there POST /events/add.  An event that MISP has in
// the same or a newer version is as good as done.  Withdrawn and retracted: DELETE
// /events/delete/UUID; MISP then blocks that uuid, unless its administrator says otherwise.  A test
// asks GET /servers/getVersion.  Exercises are in no export and are passed over.
// Source: MISP 2.4 and 2.5, app/Controller/EventsController.php.
#pragma once

#include <string>

#include "node/base/clock.h"
#include "node/net/http.h"
#include "node/push/channel.h"

namespace renkei::push {

class MispChannel : public Channel {
 public:
  struct Settings {
    net::Url url{};           // of the instance
    net::HttpPeer peer{};     // with its key
    std::string community{};  // stands for an author who is not named
  };
  // Both references outlive this.
  MispChannel(Settings settings, const Clock& clock, const net::Cancel& cancel);

  Delivered Deliver(std::span<const Event> events) override;

 private:
  Delivered One(const Event& event);
  Delivered Put(const Event& event);
  Delivered Delete(const Event& event);
  absl::StatusOr<net::HttpResponse> Call(const std::string& method, const std::string& path,
                                         std::string body);

  const Settings settings_;
  const Clock& clock_;
  net::HttpClient client_;
};

}  // namespace renkei::push
