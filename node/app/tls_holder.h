// The TLS key and certificate that this node shows now.
//
// They are renewed while others read them, so they are handed out together, as one value that never
// changes.  Thread-safe.
#pragma once

#include <memory>
#include <optional>

#include "node/base/mutex.h"
#include "node/membership/node_keys.h"

namespace renkei::app {

struct TlsIdentity {
  membership::TlsKey key;
  std::optional<membership::Certificate> certificate{};     // of `key`; absent before it joined
  std::optional<membership::Certificate> ca_certificate{};  // absent before it joined
};

class TlsHolder {
 public:
  explicit TlsHolder(const membership::NodeKeys& keys) {
    Set({keys.tls, keys.certificate, keys.ca_certificate});
  }

  std::shared_ptr<const TlsIdentity> Get() const {
    MutexLock lock(mutex_);
    return identity_;
  }
  void Set(TlsIdentity identity) {
    auto next = std::make_shared<const TlsIdentity>(std::move(identity));
    MutexLock lock(mutex_);
    identity_ = std::move(next);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const TlsIdentity> identity_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::app
