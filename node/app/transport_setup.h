// Settings of the transport that hold for the whole process.
#pragma once

#include "node/exchange/grpc_setup.h"

namespace renkei::app {

// TLS 1.3 only, and no log that a peer could fill.  Call first in main, before any thread.
inline void SetUpTransport() { exchange::SetUpGrpc(); }

}  // namespace renkei::app
