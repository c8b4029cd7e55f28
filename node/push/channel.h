// How events reach one target: a file, a SIEM, a web service.
//
// A channel delivers in order and says how far it came; the courier (courier.h) keeps the place,
// tries again, and decides what may be told.  Whatever was not done is offered again, so a target
// may get an event twice and never misses one.
// Confined to its courier's thread; waits end when the stop signal is set.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>

#include "node/push/event.h"

namespace renkei::push {

struct Delivered {
  std::size_t done = 0;                    // so many from the first are surely there
  absl::Status status = absl::OkStatus();  // why not all
  // The target takes everything but the first event that is not done.
  bool refused = false;
  std::optional<std::chrono::seconds> retry_after{};  // as the target asks
};

class Channel {
 public:
  virtual ~Channel() = default;

  // Never empty.  Errors: UNAVAILABLE (later), FAILED_PRECONDITION (the operator must act),
  // INVALID_ARGUMENT with `refused`.  Messages hold nothing of a record and no secret.
  virtual Delivered Deliver(std::span<const Event> events) = 0;

  // What it has to do by itself (a digest); before each delivery, and at least each minute.
  virtual absl::Status Tend() { return absl::OkStatus(); }
};

// For targets that take one event at a time: `deliver` answers of one event, 0 or 1 done.
template <class Deliver>
Delivered DeliverEach(std::span<const Event> events, Deliver deliver) {
  std::size_t done = 0;
  for (const Event& event : events) {
    Delivered one = deliver(event);
    if (one.done == 0) {
      one.done = done;
      return one;
    }
    ++done;
  }
  return {.done = done};
}

}  // namespace renkei::push
