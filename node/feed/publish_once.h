// What is committed beside a record of ours.  Internal to node/feed; for others see publisher.h.
#pragma once

#include <string>
#include <vector>

#include "node/feed/said_before.h"
#include "node/record/ids.h"
#include "node/store/store.h"

namespace renkei::feed {

struct Beside {
  std::string once{};        // published once under this name, also if the node is killed meanwhile
  std::vector<Said> said{};  // under our own name
};

// In the transaction that publishes; nothing to do for an empty name.
absl::Status KeepOnce(store::Writer& writer, const std::string& once, const record::RecordId& id,
                      std::uint32_t revision);

// Of a part that was published before as it is: it is done, too.
absl::Status NoteUnchanged(store::Store& store, const std::string& once,
                           const record::RecordId& id);

}  // namespace renkei::feed
