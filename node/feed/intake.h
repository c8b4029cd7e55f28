// Intake: everything that comes from another node, verified again, judged, and committed.
//
// Order: limits and signature (record::Open), who vouches for the author (Community), times,
// revision rules (RECORD section 5), the policy's `accept`, then one transaction.  A peer learns a
// code and nothing else.  What comes without its author's name is looked through by the leak lint
// on threads of its own, after its circle and quota were checked, and of one team one at a time.
// Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "config/node_config.h"
#include "node/base/clock.h"
#include "node/base/turns.h"
#include "node/feed/items.h"
#include "node/feed/limits.h"
#include "node/feed/policy_holder.h"
#include "node/feed/quotas.h"
#include "node/feed/submissions.h"

namespace renkei::feed {

// The link something came over.
struct Sender {
  std::string link{};        // name of the link: a slug, or `hub`
  std::string team{};        // slug of the peer
  bool author_only = false;  // a hub takes records from their authors alone
};

// One batch's result, for status and log.
struct IntakeReport {
  int stored = 0;
  int upgraded = 0;
  int held = 0;
  int refused = 0;
  int retracted = 0;
};

class Intake {
 public:
  // All outlive this.
  Intake(store::Store& store, const PolicyHolder& policies, const Community& community,
         const Clock& clock, const config::LimitsConfig& limits)
      : store_(store),
        policies_(policies),
        community_(community),
        clock_(clock),
        submissions_(policies, community, clock, quotas_),
        limits_(limits) {}

  // What waits for the lint is refused (UNAVAILABLE), what comes without a name from now on too;
  // returns when its threads are gone.  Before the store closes.  May be called twice.
  void Stop() {
    stopping_ = true;
    linters_.Stop();
  }

  // For what comes from now on.
  void SetLimits(const config::LimitsConfig& limits) {
    MutexLock lock(mutex_);
    limits_ = limits;
  }

  // One publication from a peer.  `done` runs on the store thread after the commit, or with the
  // refusal, at once or on a thread of the lint.  Doesn't touch the disk on this thread.
  void Take(const Sender& sender, const OfferedRecord& offered,
            std::function<void(absl::StatusOr<Outcome>)> done);
  // A peer's receipt for a withdrawal or retraction.
  void TakeReceipt(const Sender& sender, const Receipt& receipt,
                   std::function<void(absl::Status)> done);

  // One batch of a feed we subscribe to: its records, retractions and the cursor in one
  // transaction. A record that is refused is counted and left out; the rest goes on.  Waits.
  absl::StatusOr<IntakeReport> TakeBatch(const Sender& sender, FeedBatch batch);

 private:
  struct Verified;
  struct Taking;  // one publication on its way

  config::LimitsConfig limits() const {
    MutexLock lock(mutex_);
    return limits_;
  }

  absl::StatusOr<Verified> Verify(const Sender& sender, const OfferedRecord& offered);
  void LintThenCommit(const Sender& sender, const std::shared_ptr<Taking>& taking);
  absl::Status Lint(const std::string& team, const record::Record& record);
  void CommitTaken(const Sender& sender, const std::shared_ptr<Taking>& taking);
  absl::StatusOr<Outcome> Apply(store::Writer& writer, const Sender& sender, Verified& verified);
  absl::StatusOr<Outcome> ApplySame(store::Writer& writer, const Sender& sender,
                                    const Verified& verified, store::RecordRow row) const;
  absl::StatusOr<Outcome> ApplyNew(store::Writer& writer, const Sender& sender,
                                   const Verified& verified, bool known);
  // Whether it may be counted against a quota, and which.
  absl::StatusOr<std::optional<QuotaCounts::Of>> CheckQuota(store::Writer& writer,
                                                            const Sender& sender,
                                                            const Verified& verified, bool known);
  absl::Status ApplyConfirmation(store::Writer& writer, const Sender& sender,
                                 const Confirmation& confirmation) const;
  absl::Status ApplyRetraction(store::Writer& writer, const Sender& sender,
                               const Retraction& retraction) const;
  absl::Status QueueReceipt(store::Writer& writer, const Sender& sender, const record::RecordId& id,
                            const crypto::Digest& leaf) const;

  store::Store& store_;
  const PolicyHolder& policies_;
  const Community& community_;
  const Clock& clock_;
  QuotaCounts quotas_;
  const Submissions submissions_;
  LintRefusals lint_refusals_;
  mutable Mutex mutex_;
  config::LimitsConfig limits_ RENKEI_GUARDED_BY(mutex_);
  record::VerifiedBatches batches_;
  std::atomic<bool> stopping_ = false;
  Turns linters_{"lint", kLinters, kLintTeamsMax, kLintWaitingPerTeamMax};  // last: uses the above
};

}  // namespace renkei::feed
