#include "node/feed/policy_holder.h"

#include <algorithm>

#include "node/feed/limits.h"
#include "node/membership/community_state.h"

namespace renkei::feed {
namespace {

// Of a policy that was in force once: kPolicyCacheMax of them may be kept.
constexpr policy::TableLimits kPastTable{.shapes_max = std::size_t{1} << 11,
                                         .classes_max = std::size_t{1} << 8,
                                         .cell_bytes_max = std::size_t{1} << 20};

absl::StatusOr<std::shared_ptr<const ActivePolicy>> Compile(
    std::shared_ptr<const policy::Policy> parsed, const crypto::Digest& digest,
    const policy::TableLimits& limits = {}) {
  ASSIGN_OR_RETURN(policy::Evaluator evaluator, MakeEvaluator(std::move(parsed)));
  auto table = std::make_unique<policy::Table>(evaluator, limits);
  return std::make_shared<const ActivePolicy>(
      ActivePolicy{.digest = digest, .evaluator = std::move(evaluator), .table = std::move(table)});
}

}  // namespace

absl::StatusOr<policy::Evaluator> MakeEvaluator(std::shared_ptr<const policy::Policy> policy) {
  std::map<std::string, policy::Rung> rungs;
  const renkei::v1::Charter charter = membership::DefaultCharter("members");
  for (const auto& rung : charter.rungs()) {
    rungs[rung.name()] = static_cast<policy::Rung>(rung.number());
  }
  return policy::Evaluator::Make(std::move(policy), rungs);
}

Problems PolicyHolder::Apply(std::string_view text, const std::string& file, Timestamp now) {
  policy::ParseResult parsed = policy::Parse(text, file);
  if (parsed.policy == nullptr) return parsed.problems;
  const crypto::Digest digest = crypto::Sha256(text);
  auto compiled = Compile(parsed.policy, digest);
  if (!compiled.ok()) return {{.file = file, .message = Message(compiled.status())}};
  Problems failed;
  for (const policy::TestResult& test : (*compiled)->evaluator.RunTests()) {
    if (test.passed) continue;
    failed.push_back({.file = file,
                      .line = test.line,
                      .message = fmt::format("test \"{}\" fails: {}", test.name, test.text)});
  }
  if (!failed.empty()) return failed;
  const absl::Status stored = store_.Commit([&](store::Writer& writer) {
    return writer.PutPolicy({.digest = digest.str(), .text = Bytes(text), .applied = now});
  });
  if (!stored.ok() && !IsStored(digest)) return {{.file = file, .message = Message(stored)}};
  MutexLock lock(mutex_);
  current_ = *std::move(compiled);
  return {};
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
  MutexLock lock(mutex_);
  RENKEI_CHECK(current_ != nullptr);
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
  ASSIGN_OR_RETURN(auto compiled, Compile(parsed.policy, *key, kPastTable));
  MutexLock lock(mutex_);
  cache_.push_back(compiled);
  if (cache_.size() > kPolicyCacheMax) cache_.pop_front();
  return compiled;
}

}  // namespace renkei::feed
