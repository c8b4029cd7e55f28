// What a reader of the gateway may see of the records that the node holds: the only way by which
// content gets there.
//
// Our own team reads all that is held.  Everybody else is a peer that is supposed: the policy in
// force answers for its facts, by the very functions that serve peers, and only the sections of
// that answer leave.  Facts that the policy does not understand (any more) see nothing. Value for
// one request; borrows what it is made of.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/feed/community.h"
#include "node/feed/policy_holder.h"
#include "node/feed/view.h"
#include "node/formats/export.h"
#include "node/gateway/list_filter.h"

namespace renkei::gateway {

// A record as a reader may see it.
struct ShownRecord {
  record::Record record;               // less what is not for them
  std::vector<std::string> circles{};  // those of it that they may know of
  bool whole = true;                   // ours, and nothing was left out
};

class Showing {
 public:
  // `see`: facts as in `renkei explain --peer`; empty: our own team.  All outlive this.
  Showing(const feed::PolicyHolder& policies, const feed::Community& community, std::string see,
          Timestamp now);

  // Problems of the facts; empty: they are understood.
  const Problems& problems() const { return problems_; }
  // Changes whenever another answer may follow from the same records.
  crypto::Digest basis() const;
  // Circles whose records it may be shown: ours, or those of ours that the facts name.
  std::vector<std::string> Circles() const;
  bool is_own_team() const { return see_.empty(); }
  Timestamp now() const { return now_; }

  // Nothing: not even that it exists.  Withdrawn records are not shown.  DATA_LOSS.
  absl::StatusOr<std::optional<ShownRecord>> Look(const store::Reader& reader,
                                                  const store::RecordRow& row) const;
  // The same as the exports take it.
  absl::StatusOr<std::optional<formats::HeldRecord>> Show(const store::Reader& reader,
                                                          const store::RecordRow& row) const;
  // Calls `each` for all that are shown and wanted, in the order of the feed, narrowed.
  absl::Status ShowEach(const store::Reader& reader, const ListFilter& filter,
                        const std::function<void(formats::HeldRecord&)>& each) const;

 private:
  const feed::Community& community_;
  const std::string see_;
  const Timestamp now_;
  std::shared_ptr<const feed::ActivePolicy> policy_;
  std::optional<feed::PeerContext> peer_{};  // nobody: if facts are not understood
  Problems problems_{};
};

// A stored record as the exports take it; `record` is that of `row`, perhaps with less in it.
formats::HeldRecord MakeHeld(const feed::Community& community, const store::RecordRow& row,
                             const record::Record& record, bool whole);

}  // namespace renkei::gateway
