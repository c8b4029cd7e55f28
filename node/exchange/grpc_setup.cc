#include "node/exchange/grpc_setup.h"

#include <cstdlib>

namespace renkei::exchange {

void SetUpGrpc() {
  // gRPC accepts TLS 1.2 and offers no public setting.  This leaves it only a suite that needs an
  // RSA certificate, which we never have, so 1.2 has nothing to agree on; 1.3 has suites of its
  // own.
  setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES128-GCM-SHA256", /*overwrite=*/1);
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/1);
  // Proxies from the environment would see who talks to whom.
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  unsetenv("grpc_proxy");
}

}  // namespace renkei::exchange
