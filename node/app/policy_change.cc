// How a policy comes into force: what a node is started with, `reload`, and `policy apply`.

#include "node/app/policy_change.h"

#include <sstream>

#include "node/app/running_node.h"
#include "node/base/encoding.h"
#include "node/base/fault.h"
#include "node/base/file.h"
#include "node/base/log.h"
#include "node/feed/stored_diff.h"
#include "node/membership/known_circles.h"
#include "policy/lint.h"

namespace renkei::app {
namespace {

constexpr std::size_t kEffectsShown = 4;  // gains, and as many losses
constexpr std::size_t kHistoryWidth = 74;

// Names of other policies stand in the node's folder, beside its own.
policy::Loader FolderLoader(const std::string& folder) {
  return [folder](std::string_view name) -> absl::StatusOr<std::string> {
    if (name.find('/') != std::string_view::npos) {
      return InvalidArgument(
          "a policy to compare with stands in the node's folder, named without "
          "a path");
    }
    return ReadFile(InFolder(folder, name), policy::kFileBytesMax);
  };
}

bool IsText(const feed::ActivePolicy* policy, std::string_view text) {
  return policy != nullptr && crypto::Sha256(text) == policy->digest;
}

// Two texts of one name and version can't be told apart by people.
void WarnOfVersion(const PolicyRequest& request, PolicyOutcome& outcome) {
  if (request.how != feed::PolicyHow::kApply) return;
  const policy::Policy& now = outcome.before->evaluator.policy();
  const policy::Policy& next = outcome.checked.policy->evaluator.policy();
  if (outcome.checked.policy->digest == outcome.before->digest) return;
  if (next.name() != now.name() || next.version() > now.version()) return;
  outcome.checked.warnings.push_back(
      {.file = request.file,
       .line = 1,
       .message = fmt::format("version {} is not above version {}, which is in force",
                              next.version(), now.version()),
       .hint = "raise it, so that people can tell the two apart"});
}

// What the file says and surely does not mean refuses nothing, but is not kept from the operator.
absl::Status WarnOfFindings(const store::Store& store, const std::string& community,
                            const std::string& file, feed::CheckedPolicy& checked) {
  policy::LintOptions options;
  RETURN_IF_ERROR(store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(auto known, membership::ReadKnownCircles(reader, community));
    if (!known) return absl::OkStatus();
    options.rungs = std::move(known->rungs);
    options.circles_with_members = std::move(known->with_members);
    return absl::OkStatus();
  }));
  for (Problem& finding : policy::Lint(checked.policy->evaluator.policy(), file, options)) {
    checked.warnings.push_back(std::move(finding));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> EffectLines(const policy::PolicyDiff& diff, std::size_t width) {
  if (diff.peers == 0) return {"no peer was served yet: nobody gains or loses anything now"};
  // Some of both: losses stand behind all gains.
  policy::PolicyDiff head = diff;
  std::size_t gains = 0;
  std::size_t losses = 0;
  std::erase_if(head.changes, [&](const policy::Change& change) {
    return ++(change.gain ? gains : losses) > kEffectsShown;
  });
  std::vector<std::string> lines;
  std::istringstream text(policy::ToText(head, width));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  const std::size_t more = diff.changes.size() - head.changes.size();
  if (more > 0) lines.push_back(fmt::format("and {} more: `renkei policy diff` says all", more));
  return lines;
}

feed::CheckedPolicy RunningNode::CheckPolicyText(const std::string& text,
                                                 const std::string& file) const {
  return feed::CheckPolicy(text, file, FolderLoader(folder_));
}

Problems RunningNode::ApplyPolicy(const std::string& text, feed::PolicyHow how,
                                  const std::string& author) {
  const std::string file = InFolder(folder_, kPolicyFile);
  feed::CheckedPolicy checked = CheckPolicyText(text, file);
  if (checked.policy == nullptr) return std::move(checked.problems);
  const auto before = policies_.CurrentIfAny();
  feed::PolicyChange change = feed::MakeChange(checked, before.get(), how, clock_.Now());
  change.author = author;
  const absl::Status done = policies_.Install(checked, change);
  if (!done.ok()) return {{.file = file, .message = Message(done)}};
  return {};
}

PolicyOutcome RunningNode::ChangePolicy(const PolicyRequest& request) {
  PolicyOutcome outcome;
  MutexLock changing(reload_mutex_);  // a reload would read the file while it is replaced
  outcome.status = PrepareChange(request, outcome);
  if (!outcome.status.ok() || outcome.checked.policy == nullptr || request.dry_run) return outcome;
  feed::PolicyChange change =
      feed::MakeChange(outcome.checked, outcome.before.get(), request.how, clock_.Now());
  change.author = request.author;
  change.note = request.note;
  change.effects = EffectLines(outcome.diff, kHistoryWidth);
  outcome.status = CarryOut(outcome, change);
  if (pushing_) pusher_->Notify();  // what was given may be for less now
  return outcome;
}

absl::Status RunningNode::PrepareChange(const PolicyRequest& request, PolicyOutcome& outcome) {
  RETURN_IF_ERROR(feed::CheckPolicyAuthor(request.author));
  RETURN_IF_ERROR(feed::CheckPolicyNote(request.note));
  outcome.before = policies_.Current();
  if (!request.base.empty() && request.base != HexEncode(outcome.before->digest.view())) {
    return FailedPrecondition("another policy came into force since the two were compared");
  }
  outcome.checked = CheckPolicyText(request.text, request.file);
  if (outcome.checked.policy == nullptr) return absl::OkStatus();
  WarnOfVersion(request, outcome);
  RETURN_IF_ERROR(WarnOfFindings(*store_, community_name_, request.file, outcome.checked));
  outcome.unchanged = outcome.checked.policy->digest == outcome.before->digest;
  outcome.changes =
      feed::MakeChange(outcome.checked, outcome.before.get(), request.how, {}).changes;
  ASSIGN_OR_RETURN(outcome.diff, DiffWithStored(*outcome.before, *outcome.checked.policy));
  const auto kept = ReadFile(InFolder(folder_, kPolicyFile), policy::kFileBytesMax);
  outcome.unapplied_edits =
      kept.ok() && !IsText(outcome.before.get(), *kept) && *kept != request.text;
  return absl::OkStatus();
}

// Over what this node holds, for the peers that it has served.
absl::StatusOr<policy::PolicyDiff> RunningNode::DiffWithStored(
    const feed::ActivePolicy& before, const feed::ActivePolicy& after) const {
  policy::PolicyDiff diff;
  RETURN_IF_ERROR(store_->Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto peers, feed::PeersServed(reader));
    if (peers.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(diff, feed::DiffOverStored(reader, community_name_, peers, before.evaluator,
                                                after.evaluator, clock_.Now()));
    return absl::OkStatus();
  }));
  return diff;
}

// The file is replaced between two commits: killed before it, the next start finds the old policy
// and forgets the announcement; killed after it, it finds the new one and records it as announced.
absl::Status RunningNode::CarryOut(const PolicyOutcome& outcome, const feed::PolicyChange& change) {
  const std::string path = InFolder(folder_, kPolicyFile);
  const std::string& text = outcome.checked.text;
  // In force already: only edits that never were in force give way.
  if (outcome.unchanged) return WriteFile(path, text, FileMode::kSecret);
  const auto kept = ReadFile(path, policy::kFileBytesMax);
  RETURN_IF_ERROR(policies_.Announce(change));
  absl::Status done = FaultPoint("policy.before_file");
  if (done.ok()) {
    done = Annotate(WriteFile(path, text, FileMode::kSecret), fmt::format("write {}", kPolicyFile));
  }
  if (done.ok()) done = FaultPoint("policy.after_file");
  if (done.ok()) done = policies_.Install(outcome.checked, change);
  if (!done.ok()) {
    const absl::Status back =
        kept.ok() ? WriteFile(path, *kept, FileMode::kSecret) : absl::OkStatus();
    // Left behind, an announcement does nothing: the file decides.
    const absl::Status dropped = policies_.DropAnnounced();
    for (const absl::Status& also : {back, dropped}) {
      if (also.ok()) continue;
      LogEvent(LogLevel::kError, "policy.undo.failed", {{"why", LogSafe(Message(also))}});
    }
    return done;
  }
  LogEvent(LogLevel::kInfo, "policy.applied", {{"version", change.version}});
  return Annotate(EndAccessPeriods(), "the policy is in force, but peers were not told");
}

absl::Status RunningNode::EndAccessPeriods() {
  // A period of access ends when the policy changes, not when a team next looks.
  for (const std::string& slug : community().Teams()) {
    const auto peer = FindPeer(slug);
    if (!peer) continue;
    RETURN_IF_ERROR(feed::CurrentGeneration(*store_, policies_, *peer, clock_.Now()).status());
  }
  // Every stream is asked again: what a peer gained is sent, what it lost is taken back.
  if (server_ != nullptr) server_->WakeAll();
  return absl::OkStatus();
}

}  // namespace renkei::app
