#include "node/gateway/files.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

constexpr std::size_t kEtagDigits = 32;

std::string EtagOf(std::string_view bytes) {
  return "\"" + HexEncode(crypto::Sha256(bytes).view()).substr(0, kEtagDigits) + "\"";
}

std::size_t SizeOf(const MadeFile& file) {
  return file.bytes->size() + file.parts.size() * kPartBytes;
}

}  // namespace

// Taken back however the maker ends: else others would be told for ever that it is at work.
class Files::AtWork {
 public:
  AtWork(Files& files, std::string name) : files_(files), name_(std::move(name)) {}
  ~AtWork() {
    MutexLock lock(files_.mutex_);
    files_.making_.erase(files_.making_.find(name_));
  }
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;

 private:
  Files& files_;
  const std::string name_;
};

absl::StatusOr<ServedFile> Files::Get(const std::string& name, const FileBasis& basis,
                                      const Maker& maker) {
  const Timestamp now = clock_.Now();
  std::optional<Kept> kept;
  {
    MutexLock lock(mutex_);
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      kept = *found->second;
    }
    const bool young = kept && now - kept->made < kFileAgeMax;
    const bool fresh = young && kept->basis == basis;
    // Somebody makes it: what was there until now does for the others.
    const bool in_work = young && kept->basis.SameRules(basis) && making_.count(name) > 0;
    if (fresh || in_work) return ServedFile{.file = kept->file};
    making_.insert(name);
  }
  const std::shared_ptr<const MadeFile> before = kept ? kept->file : nullptr;
  const AtWork at_work(*this, name);
  auto made = maker(before.get());
  if (made.ok()) return ServedFile{.file = Keep(name, basis, *std::move(made), before)};
  // What is gone is gone; else bytes that were right for this reader by these rules, late rather
  // than none.
  const bool gone = made.status().code() == absl::StatusCode::kNotFound;
  const bool usable = kept && kept->basis.SameRules(basis) && now - kept->made < kFileStaleMax;
  if (gone || !usable) return made.status();
  LogEvent(LogLevel::kError, "list.delayed", {{"why", LogSafe(Message(made.status()))}});
  return ServedFile{
      .file = kept->file,
      .stale = std::max<std::chrono::seconds>(now - kept->made, std::chrono::seconds(1))};
}

std::shared_ptr<const MadeFile> Files::Keep(const std::string& name, const FileBasis& basis,
                                            Made made,
                                            const std::shared_ptr<const MadeFile>& before) {
  auto fresh = std::make_shared<MadeFile>();
  fresh->etag = EtagOf(made.bytes);
  const bool same = before != nullptr && before->etag == fresh->etag;
  fresh->changed = same ? before->changed : clock_.Now();
  fresh->bytes = same ? before->bytes : std::make_shared<const std::string>(std::move(made.bytes));
  fresh->serial = made.serial;
  fresh->parts = std::move(made.parts);
  MutexLock lock(mutex_);
  const auto old = by_name_.find(name);
  if (old != by_name_.end()) {
    bytes_ -= SizeOf(*old->second->file);
    order_.erase(old->second);
  }
  order_.push_front({.name = name, .file = fresh, .basis = basis, .made = clock_.Now()});
  by_name_[name] = order_.begin();
  bytes_ += SizeOf(*fresh);
  while (order_.size() > 1 && (order_.size() > kFilesKept || bytes_ > kFileBytesKept)) {
    bytes_ -= SizeOf(*order_.back().file);
    by_name_.erase(order_.back().name);
    order_.pop_back();
  }
  return fresh;
}

}  // namespace renkei::gateway
