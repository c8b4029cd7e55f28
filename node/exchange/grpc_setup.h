// Settings that gRPC, and OpenSSL below it, read once, before they start.
#pragma once

namespace renkei::exchange {

// TLS 1.3 only, and no log of its own that a peer could fill.  Call first in main, before any
// thread; later calls do nothing.
void SetUpGrpc();

}  // namespace renkei::exchange
