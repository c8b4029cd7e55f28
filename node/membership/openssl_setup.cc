#include "node/membership/openssl_setup.h"

#include <openssl/crypto.h>

namespace renkei::membership {

void KeepOpenSslToTheEnd() { OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr); }

}  // namespace renkei::membership
