#include "node/feed/policy_holder.h"

#include <algorithm>

#include "node/feed/limits.h"
#include "policy/changes.h"

namespace renkei::feed {
namespace {

// Of a policy that was in force once: kPolicyCacheMax of them may be kept.
constexpr policy::TableLimits kPastTable{.shapes_max = std::size_t{1} << 11,
                                         .classes_max = std::size_t{1} << 8,
                                         .cell_bytes_max = std::size_t{1} << 20};

}  // namespace

Problems PolicyHolder::Apply(std::string_view text, const std::string& file, Timestamp now) {
  const CheckedPolicy checked = CheckPolicy(text, file);
  if (checked.policy == nullptr) return checked.problems;
  const auto before = CurrentIfAny();
  const absl::Status done =
      Install(checked, MakeChange(checked, before.get(), PolicyHow::kStart, now));
  if (!done.ok()) return {{.file = file, .message = Message(done)}};
  return {};
}

absl::Status PolicyHolder::Announce(const PolicyChange& change) {
  return store_.Commit([&](store::Writer& writer) { return AnnounceChange(writer, change); });
}

absl::Status PolicyHolder::DropAnnounced() {
  return store_.Commit([](store::Writer& writer) { return DropAnnouncedChange(writer); });
}

absl::Status PolicyHolder::Install(const CheckedPolicy& checked, const PolicyChange& change) {
  RENKEI_CHECK(checked.policy != nullptr);
  absl::Status stored = store_.Commit([&](store::Writer& writer) -> absl::Status {
    RETURN_IF_ERROR(writer.PutPolicy(
        {.digest = change.digest.str(), .text = Bytes(checked.text), .applied = change.applied}));
    return RecordChange(writer, change);
  });
  if (!stored.ok() && !IsStored(change.digest)) return stored;
  MutexLock lock(mutex_);
  current_ = checked.policy;
  return absl::OkStatus();
}

// One that was applied before can be in force again while the disk is full.
bool PolicyHolder::IsStored(const crypto::Digest& digest) const {
  bool found = false;
  const absl::Status read = store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto row, reader.FindPolicy(digest.view()));
    found = row.has_value();
    return absl::OkStatus();
  });
  return read.ok() && found;
}

std::shared_ptr<const ActivePolicy> PolicyHolder::Current() const {
  auto current = CurrentIfAny();
  RENKEI_CHECK(current != nullptr);
  return current;
}

std::shared_ptr<const ActivePolicy> PolicyHolder::CurrentIfAny() const {
  MutexLock lock(mutex_);
  return current_;
}

absl::StatusOr<std::shared_ptr<const ActivePolicy>> PolicyHolder::Find(const store::Reader& reader,
                                                                       BytesView digest) const {
  {
    MutexLock lock(mutex_);
    if (current_ != nullptr && current_->digest.view() == digest) return current_;
    const auto it = std::find_if(cache_.begin(), cache_.end(),
                                 [&](const auto& p) { return p->digest.view() == digest; });
    if (it != cache_.end()) return *it;
  }
  ASSIGN_OR_RETURN(const auto row, reader.FindPolicy(digest));
  const auto key = crypto::Digest::From(digest);
  if (!row || !key) return DataLoss("a policy that was in force is missing from the store");
  policy::ParseResult parsed = policy::Parse(row->text, "stored policy");
  if (parsed.policy == nullptr) return DataLoss("a stored policy does not parse");
  ASSIGN_OR_RETURN(auto compiled, CompilePolicy(parsed.policy, *key, kPastTable));
  MutexLock lock(mutex_);
  cache_.push_back(compiled);
  if (cache_.size() > kPolicyCacheMax) cache_.pop_front();
  return compiled;
}

PolicyChange MakeChange(const CheckedPolicy& checked, const ActivePolicy* before, PolicyHow how,
                        Timestamp now) {
  RENKEI_CHECK(checked.policy != nullptr);
  const policy::Policy& after = checked.policy->evaluator.policy();
  PolicyChange change{.digest = checked.policy->digest,
                      .applied = now,
                      .how = how,
                      .name = after.name(),
                      .version = after.version()};
  if (before != nullptr) change.changes = policy::Changes(before->evaluator.policy(), after);
  return change;
}

}  // namespace renkei::feed
