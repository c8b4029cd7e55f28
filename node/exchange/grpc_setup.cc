#include "node/exchange/grpc_setup.h"

#include <cstdlib>

#include <grpc/support/log.h>

#include "node/membership/openssl_setup.h"

namespace renkei::exchange {

void SetUpGrpc() {
  // gRPC's threads outlive main by a moment.
  membership::KeepOpenSslToTheEnd();
  // NOLINTBEGIN(concurrency-mt-unsafe): called before the first thread begins
  // gRPC accepts TLS 1.2 and offers no public setting.  This leaves it only a suite that needs an
  // RSA certificate, which we never have, so 1.2 has nothing to agree on; 1.3 has suites of its
  // own.
  setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES128-GCM-SHA256", /*overwrite=*/1);
  // Some of its lines come at every handshake, whatever its verbosity is set to.
  gpr_set_log_function([](gpr_log_func_args*) {});
  // Proxies from the environment would see who talks to whom.
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  unsetenv("grpc_proxy");
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace renkei::exchange
