#include "node/exchange/judge.h"

namespace renkei::exchange {

absl::Status ClosableJudge::Ask(const std::string& pem) {
  {
    MutexLock lock(mutex_);
    if (closed_) return Unavailable("this connection is closed");
    ++asking_;
  }
  absl::Status judged = judge_(pem);
  MutexLock lock(mutex_);
  --asking_;
  changed_.NotifyAll();
  return judged;
}

void ClosableJudge::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  while (asking_ > 0) changed_.Wait(mutex_);
}

absl::Status Handshakes::Judge(const std::string& pem) {
  absl::Status judged = judge_->Ask(pem);
  MutexLock lock(mutex_);
  refusal_ = judged;
  if (judged.ok()) let_in_ = pem;
  return judged;
}

absl::Status Handshakes::JudgeAgain() const {
  std::string pem;
  {
    MutexLock lock(mutex_);
    pem = let_in_;
  }
  return pem.empty() ? absl::OkStatus() : judge_->Ask(pem);
}

absl::Status Handshakes::refusal() const {
  MutexLock lock(mutex_);
  return refusal_;
}

}  // namespace renkei::exchange
