// What OpenSSL must know before its first use.
#pragma once

namespace renkei::membership {

// Nothing of it is taken away when main ends: threads of others may outlive main by a moment, and
// what it holds for a thread is freed when that thread ends.  Call first in main; later calls do
// nothing.
void KeepOpenSslToTheEnd();

}  // namespace renkei::membership
