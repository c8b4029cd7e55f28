// Publishing: from a draft to a sealed record in the store and, on a member, in the outbox to its
// hub.
//
// Anonymize (which may refuse), seal, ask our own policy whether it may leave, commit: durable
// before the first send, and never sealed again.  Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/node_config.h"
#include "node/anonymize/gate.h"
#include "node/anonymize/narrative.h"
#include "node/base/clock.h"
#include "node/feed/correlating.h"
#include "node/feed/items.h"
#include "node/feed/policy_holder.h"
#include "node/feed/said_before.h"
#include "node/feed/unnamed_author.h"
#include "node/feed/view.h"

namespace renkei::feed {

// What a person said on the command line over what the file says.
struct PublishOptions {
  std::vector<std::string> circles{};
  std::optional<policy::Tlp> tlp{};
  bool reviewed = false;  // a person has read the narratives
  std::optional<policy::SourceMode> source{};
  bool generalise = false;                       // leave out of the victim what too few teams share
  std::vector<anonymize::Override> overrides{};  // findings that a person lets pass
  std::optional<record::Correlation> correlate{};  // keyed names, if the circle asks for them
  // Not empty: each part is published once under this name, however often it is asked for (after a
  // kill), until ForgetOnce.  Holds no `/`.
  std::string once{};
};

enum class PublishResult {
  kPublished,  // sealed and committed
  kUnchanged,  // this source was published before, with the same content
  kRevised,    // this source was published before, with other content: a new revision
  kRefused,    // a finding, or our own policy; nothing changed
};

struct Published {
  PublishResult result = PublishResult::kRefused;
  record::RecordId id{};
  std::uint32_t revision = 0;
  std::vector<anonymize::Finding> findings{};
  std::vector<anonymize::Finding> allowed{};           // passed because a person said so
  std::vector<anonymize::Replacement> replacements{};  // shown locally only
  std::string refused_by{};                            // our policy's word, if it was the policy
  std::vector<anonymize::Narrative> unreviewed{};      // refused because nobody has read these
  std::size_t reviewed = 0;                            // narratives that a person has read
  record::Correlation correlation = record::Correlation::kNone;  // how own entities are named
  std::string why_not_correlated{};                              // if less than was wanted
};

Published RefusedByOwnPolicy(Published result);

// What each level of each circle would see of a draft.
struct AudienceRow {
  std::string circle{};
  std::string level{};
  policy::Rung rung = 0;
  policy::Mask mask{};
};

struct Preview {
  bool refused = false;
  std::vector<anonymize::Finding> findings{};
  std::vector<anonymize::Finding> allowed{};
  std::vector<anonymize::Replacement> replacements{};
  std::vector<anonymize::Narrative> narratives{};  // of `after`: what a person must read
  record::v1::Sections after{};                    // as it would be published
  record::DraftHeader header{};                    // with defaults filled in
  record::Correlation correlation = record::Correlation::kNone;
  std::string why_not_correlated{};
  std::vector<AudienceRow> audience{};
};

struct Beside;

class Publisher {
 public:
  // The gate in force: own assets may be read again while the node runs.
  using GateSource = std::function<std::shared_ptr<const anonymize::Gate>()>;

  // All outlive this.
  Publisher(store::Store& store, const PolicyHolder& policies, const Community& community,
            const Clock& clock, GateSource gate, const crypto::SigningKey& record_key,
            const membership::AnonMaster& anon, const config::NodeConfig& config)
      : store_(store),
        policies_(policies),
        community_(community),
        clock_(clock),
        gate_(std::move(gate)),
        record_key_(record_key),
        anon_(anon),
        unnamed_(anon),
        config_(std::make_shared<const config::NodeConfig>(config)) {}

  // Called after each commit that left something for the hub and no entry in our feed.  Set once,
  // before use.
  void OnQueued(std::function<void()> listener) { on_queued_ = std::move(listener); }

  // For what is published from now on.
  void SetConfig(const config::NodeConfig& config);

  // INVALID_ARGUMENT: the draft names a circle or level that is not, or breaks a limit, or a rule
  // of its source mode. RESOURCE_EXHAUSTED: disk or outbox is full.  A refusal is a value.
  absl::StatusOr<Published> Publish(record::Draft draft, const PublishOptions& options,
                                    int part = 0);
  // Whether Publish would find that this source was published before, with the same content.
  absl::StatusOr<bool> SaysTheSame(record::Draft draft, const PublishOptions& options,
                                   int part) const;
  // A new revision of a record of ours.
  absl::StatusOr<Published> Update(const record::RecordId& id, record::Draft draft,
                                   const PublishOptions& options);
  // The revision that a new one takes the place of.
  struct Revised {
    record::RecordId id{};
    crypto::Digest leaf{};
  };
  // What Update takes over of the record in place where the draft says nothing.
  absl::StatusOr<Revised> Inherit(const record::RecordId& id, const PublishOptions& options,
                                  record::DraftHeader& draft) const;
  // What Publish takes over of the record that the same source made before; nothing if it makes a
  // new record.
  absl::StatusOr<std::optional<Revised>> InheritOfSource(record::Draft& draft,
                                                         const PublishOptions& options,
                                                         int part) const;
  // For MakePreview; they live as long as this.
  NameSource Names() const;
  SaidQuestion SaidBefore() const;
  absl::StatusOr<Published> Withdraw(const record::RecordId& id, record::WithdrawalReason reason,
                                     const std::string& once = {});
  // "We saw it too" (or a false positive) about a record held here, to the circles it came in.
  absl::StatusOr<Published> Sight(const record::RecordId& id, const std::string& value,
                                  renkei::v1::Verdict verdict);

 private:
  // What was published under this name before.
  absl::StatusOr<std::optional<Published>> FindOnce(const std::string& once) const;
  absl::Status FillDefaults(const PublishOptions& options, record::DraftHeader& header) const;
  absl::StatusOr<record::SealPlan> Plan(const record::DraftHeader& header) const;
  // The newest revision of a record of ours.
  struct Own {
    record::Header header{};
    crypto::Digest leaf{};
    std::optional<store::UnnamedRow> unnamed{};  // if we published it without our name
  };
  absl::StatusOr<Published> SealAndCommit(record::Draft draft, record::SealPlan plan,
                                          std::optional<store::SourceRow> source,
                                          const std::optional<Own>& before,
                                          const PublishOptions& options);
  absl::StatusOr<Published> SealUnnamed(const record::AnonymizedDraft& draft,
                                        const record::SealPlan& plan, Published result,
                                        std::optional<store::SourceRow> source,
                                        const std::optional<Own>& before, const Beside& beside);
  absl::StatusOr<Published> CommitUnnamed(const record::Record& record, store::UnnamedRow kept,
                                          Published result, std::optional<store::SourceRow> source,
                                          const Beside& beside);
  // What our own policy lets the hub see; it may not exist for it.
  absl::StatusOr<policy::Mask> MaskToHub(const store::RecordRow& row) const;
  absl::Status PutToHub(store::Writer& writer, const record::Record& record,
                        policy::SectionMask to_hub) const;
  absl::StatusOr<Published> Commit(const record::Record& record, Published result,
                                   std::optional<store::SourceRow> source, const Beside& beside);
  absl::StatusOr<Own> FindOwn(const record::RecordId& id) const;
  absl::StatusOr<Own> InheritFrom(const record::RecordId& id, const PublishOptions& options,
                                  record::DraftHeader& draft) const;
  absl::Status KeepSource(const PublishOptions& options, const Own& own,
                          record::DraftHeader& header) const;
  std::shared_ptr<const config::NodeConfig> config() const;

  store::Store& store_;
  const PolicyHolder& policies_;
  const Community& community_;
  const Clock& clock_;
  const GateSource gate_;
  const crypto::SigningKey& record_key_;
  const membership::AnonMaster& anon_;
  const UnnamedAuthor unnamed_;
  std::function<void()> on_queued_{};
  mutable Mutex mutex_;
  std::shared_ptr<const config::NodeConfig> config_ RENKEI_GUARDED_BY(mutex_);
};

// What was published once, by name: the record, and which revision of it.
struct PublishedOnce {
  std::string once{};  // `NAME/PART`
  record::RecordId id{};
  std::uint32_t revision = 0;  // kUnchangedRevision: nothing left for it
};
inline constexpr std::uint32_t kUnchangedRevision = 0;
// Of all parts of `name`, in no order.
absl::StatusOr<std::vector<PublishedOnce>> FindPublishedOnce(const store::Reader& reader,
                                                             std::string_view name);
// All names but those in `kept`.  Waits for the disk.
absl::Status ForgetOnce(store::Store& store, const std::set<std::string>& kept);

// Whether enough teams of a circle are as a record says of its victim; none: no table.
using CrowdQuestion = decltype(anonymize::CrowdRules::fits);

// By option, else by the node's configuration.
record::Correlation WantedCorrelation(const PublishOptions& options,
                                      const config::NodeConfig& config);

// A draft as the policy would see it if it were published now, with what the node fills in.
policy::Marking DraftMarking(const record::DraftHeader& draft, const PublishOptions& options,
                             const std::vector<policy::Level>& levels,
                             const config::NodeConfig& config, Timestamp now);

// What a preview knows of the node and its community.
struct PreviewAsks {
  CrowdQuestion crowd{};
  NameSource names{};
  SaidQuestion said{};                        // none: nothing is known of that
  std::optional<record::RecordId> revises{};  // the record that it would be a revision of
};

// What `publish --dry-run` shows; needs neither a store nor a running node.
absl::StatusOr<Preview> MakePreview(const record::Draft& draft, const PublishOptions& options,
                                    const anonymize::Gate& gate, const policy::Evaluator& evaluator,
                                    const config::NodeConfig& config, Timestamp now,
                                    const PreviewAsks& asks = {});

}  // namespace renkei::feed
