// The channel of a target, by its kind.
#pragma once

#include <memory>
#include <string>

#include "node/push/channel.h"
#include "node/push/selecting.h"
#include "node/push/stop_signal.h"

namespace renkei::push {

// `folder`: of the node, where files are looked for; all outlive the channel.
// FAILED_PRECONDITION: a file that is missing, wrong, or that others may read.
absl::StatusOr<std::unique_ptr<Channel>> MakeChannel(const Parts& parts, const std::string& folder,
                                                     const config::PushTarget& target,
                                                     const StopSignal& stop);

}  // namespace renkei::push
