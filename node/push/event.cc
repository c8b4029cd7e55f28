#include "node/push/event.h"

#include <array>

#include "node/base/encoding.h"
#include "node/formats/time_text.h"

namespace renkei::push {
namespace {

constexpr std::size_t kDeliveryBytes = 16;
constexpr auto kEventWords =
    std::to_array<std::string_view>({"", "record", "withdrawn", "retracted", "test"});

}  // namespace

std::string_view ToWord(EventType type) { return kEventWords[static_cast<std::size_t>(type)]; }

Event TestEvent(const std::string& org, Timestamp now) {
  Event event{.type = EventType::kTest,
              .delivery = HexEncode(crypto::RandomBytes(kDeliveryBytes)),
              .expires = now};
  event.line = {{"event", ToWord(event.type)},
                {"delivery", event.delivery},
                {"org", org},
                {"sent", formats::SecondsToText(UnixSeconds(now)).value_or("")},
                {"text", "a test of `renkei push test`: it tells of no record"}};
  return event;
}

}  // namespace renkei::push
