// What a hub does with records that a member submits without its name (docs/membership.md).
//
// It checks, vouches and alters nothing.  Pseudonymous ones enter the feed at once; anonymous ones
// wait for the end of the period in which they came, and enter together, in an order of chance.  No
// row and no log line joins the team and the record: a day's numbers per team, and for a pseudonym
// its team as sealed to the escrow officers, are all that is kept, in places that say nothing of
// each other.
//
// Thread-safe.  Take is for the store thread.  Errors: PERMISSION_DENIED (not of the circle,
// charter, accept rules, lint), FAILED_PRECONDITION (too few to hide among, no officers),
// INVALID_ARGUMENT (breaks a rule of revisions, a pseudonym past its time), RESOURCE_EXHAUSTED (the
// submitter's quotas).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "config/node_config.h"
#include "node/anonymize/gate.h"
#include "node/base/clock.h"
#include "node/feed/items.h"
#include "node/feed/policy_holder.h"
#include "node/feed/quotas.h"
#include "node/feed/unnamed_counts.h"
#include "node/store/store.h"

namespace renkei::feed {

struct SubmissionEntrance;

class Submissions {
 public:
  // All outlive this.
  Submissions(const PolicyHolder& policies, const Community& community, const Clock& clock,
              QuotaCounts& quotas);

  // What Take would refuse the submitter, whatever is in the record: circle, charter, accept rules,
  // quota.  False if Take would store nothing, so that there is nothing to look through.
  absl::StatusOr<bool> Foresee(const store::Reader& reader, const std::string& team,
                               const record::Record& record,
                               const config::LimitsConfig& limits) const;

  // The leak lint once more, on what it can find without knowing the author's own names, and the
  // crowd once more: an author that asks neither is refused here.  The hub knows no overrides.
  // Not for the store thread: it may search many megabytes.
  absl::Status Check(const record::Record& record) const;

  // REQUIRES: checked; opened and timely; its source is not attributed.
  absl::StatusOr<Outcome> Take(store::Writer& writer, const std::string& team,
                               const record::Record& record,
                               const config::LimitsConfig& limits) const;

 private:
  absl::Status CheckItsCrowd(const record::Record& record, record::DraftHeader& marks) const;
  struct Before;  // what is known of the record already
  absl::StatusOr<Before> Look(const store::Reader& reader, const record::Record& record) const;
  absl::StatusOr<SubmissionEntrance> Judge(const store::Reader& reader, const std::string& team,
                                           const record::Record& record,
                                           const Before& before) const;
  absl::Status CheckQuota(const store::Reader& reader, const std::string& team,
                          const record::Record& record, const config::LimitsConfig& limits) const;
  // None: it is new, and the team may bring it.  Errors say why it may not be used.
  absl::StatusOr<std::optional<store::PseudonymRow>> FindPseudonym(const store::Reader& reader,
                                                                   const std::string& team,
                                                                   const record::Header& header,
                                                                   bool known) const;
  absl::Status KeepPseudonym(store::Writer& writer, const std::string& team,
                             const record::Header& header, bool known) const;

  const PolicyHolder& policies_;
  const Community& community_;
  const Clock& clock_;
  QuotaCounts& quotas_;
  const anonymize::OwnAssets nothing_own_;
  const anonymize::LeakLint lint_;
};

// The period of ReleasePeriod (node/base/fault.h) in which `now` lies.
std::int64_t PeriodOf(Timestamp now, std::chrono::seconds period);

// Gives what came in periods that are over its place in the feed, shuffled; answers how many.
// Waits for commits.  REQUIRES: not on the store thread.
absl::StatusOr<int> ReleaseUnnamed(store::Store& store, Timestamp now, std::chrono::seconds period);

// Forgets the sealed mappings of pseudonyms whose records are all past, a portion at a time, and
// the numbers of a day that is over.  Waits likewise.
absl::Status ForgetUnnamed(store::Store& store, Timestamp now);

// The sealed mapping of a pseudonym; nothing if it is not known here.
absl::StatusOr<std::optional<Bytes>> FindSealedPseudonym(const store::Reader& reader,
                                                         const crypto::PublicKey& pseudonym);

// Names neither link nor record.
void LogSubmissionRefused(const absl::Status& why);

}  // namespace renkei::feed
