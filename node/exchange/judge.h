// Who judges certificates, while gRPC shakes hands on threads of its own.
//
// gRPC may still shake hands for a moment after a channel or a server has been destroyed.  So what
// it holds is shared, and whoever the judge belongs to closes it before it goes.  Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/base/mutex.h"
#include "node/base/status.h"

namespace renkei::exchange {

// Judges the peer's certificate (PEM); anything but OK ends the handshake.
using JudgePeer = std::function<absl::Status(const std::string& pem)>;

// A judge that can be told to stop.
class ClosableJudge {
 public:
  explicit ClosableJudge(JudgePeer judge) : judge_(std::move(judge)) {}

  // UNAVAILABLE once closed.
  absl::Status Ask(const std::string& pem);
  // None is judged any more; returns when no judging is under way.  REQUIRES: not from the judge.
  void Close();

 private:
  const JudgePeer judge_;
  Mutex mutex_;
  CondVar changed_;
  int asking_ RENKEI_GUARDED_BY(mutex_) = 0;
  bool closed_ RENKEI_GUARDED_BY(mutex_) = false;
};

// The handshakes of one channel: why the last was refused, whom the last let in.
class Handshakes {
 public:
  explicit Handshakes(std::shared_ptr<ClosableJudge> judge) : judge_(std::move(judge)) {}

  // At a handshake.
  absl::Status Judge(const std::string& pem);
  // Asks about whom the last handshake let in: it may have been revoked since.  OK if there is
  // none.
  absl::Status JudgeAgain() const;
  // Of the last handshake; OK if it was not refused.
  absl::Status refusal() const;

 private:
  const std::shared_ptr<ClosableJudge> judge_;
  mutable Mutex mutex_;
  std::string let_in_ RENKEI_GUARDED_BY(mutex_);  // PEM
  absl::Status refusal_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::exchange
