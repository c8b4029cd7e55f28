// Events that a source lists with a timestamp: which of them are new, and taking those.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "node/sources/run.h"

namespace renkei::sources {

struct Listed {
  std::string uuid{};  // lower case
  std::int64_t timestamp = 0;
  std::string sha256{};  // hex, of the event's file; empty: not said
};

// What `manifest.json` of a MISP feed lists.  INVALID_ARGUMENT; RESOURCE_EXHAUSTED.
absl::StatusOr<std::vector<Listed>> ReadManifest(BytesView text);

// Those that are not known, or known with an older timestamp; oldest first.
std::vector<Listed> NewOnes(std::vector<Listed> listed, const SourceState& state);

// The event's file.  NOT_FOUND, INVALID_ARGUMENT and the like are the event's, other errors end
// the run.
using FetchEvent = std::function<absl::StatusOr<Bytes>(const Listed&)>;

// Fetches and takes what is new, as much as a run may.  True: nothing is left.
absl::StatusOr<bool> TakeListed(Run& run, const std::vector<Listed>& wanted,
                                const FetchEvent& fetch);

// Checks that a file holds the one event that was asked for, and that its digest is as said.
absl::Status CheckEvent(BytesView payload, const Listed& wanted);

}  // namespace renkei::sources
