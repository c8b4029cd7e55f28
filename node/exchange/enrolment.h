// The enrolment plane, on a port of its own: the hub shows its enrolment key, the team that joins
// pins it by the token and proves itself inside.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/membership/enrolment.h"
#include "node/membership/hub_roster.h"

namespace renkei::exchange {

// What answers; called on a worker thread, may wait.
struct EnrolmentDesk {
  std::function<absl::StatusOr<renkei::v1::EnrolReply>(const renkei::v1::EnrolRequest&)> enrol;
  std::function<absl::StatusOr<membership::EnrolNonce>()> challenge;
  std::function<absl::StatusOr<renkei::v1::EnrolReply>(const renkei::v1::RenewRequest&)> renew;
};

class EnrolmentServer {
 public:
  static absl::StatusOr<std::unique_ptr<EnrolmentServer>> Start(const std::string& listen,
                                                                const std::string& key_pem,
                                                                const std::string& certificate_pem,
                                                                EnrolmentDesk desk);
  virtual ~EnrolmentServer() = default;     // stops
  virtual std::string address() const = 0;  // really bound
};

// The joining side.  UNAVAILABLE: nobody there; PERMISSION_DENIED: refused, or not the hub that the
// token names.
class EnrolmentClient {
 public:
  static std::unique_ptr<EnrolmentClient> Dial(const std::string& address,
                                               const crypto::Digest& enrol_key_hash);
  virtual ~EnrolmentClient() = default;
  virtual absl::StatusOr<renkei::v1::EnrolReply> Enrol(const renkei::v1::EnrolRequest& request) = 0;
  // For a certificate that has run out: a nonce to sign, then the renewal itself.
  virtual absl::StatusOr<Bytes> Challenge() = 0;
  virtual absl::StatusOr<renkei::v1::EnrolReply> Renew(const renkei::v1::RenewRequest& request) = 0;
};

}  // namespace renkei::exchange
