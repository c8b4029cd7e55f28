// The files that are read from the gateway again and again: made once per change, kept, and served
// as they last were if they can't be made now.
//
// A file is known by its name (format, filter, reader).  It is made again when records, policy or
// own assets have changed, and once a minute for what depends on the time alone; equal bytes keep
// their ETag and their date.  At most kFilesKept files and kFileBytesKept bytes are kept, those
// used last.  Thread-safe; while one makes a file the others get it as it was, if that is no longer
// ago than kFileAgeMax.  What can't be made is served as it was for kFileStaleMax.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/record/ids.h"

namespace renkei::gateway {

struct MadeFile {
  std::shared_ptr<const std::string> bytes{};
  std::string etag{};   // strong, quoted
  Timestamp changed{};  // when the bytes became these
  std::uint32_t serial = 0;
  std::map<std::string, record::RecordId> parts{};  // files that this one names
};

// What a file was made of; equal: it is as it would be now.
struct FileBasis {
  std::uint64_t changes = 0;  // of the store
  crypto::Digest reader{};    // of policy and facts
  crypto::Digest rules{};     // of own assets

  bool operator==(const FileBasis&) const = default;
  // Whether only the records may differ.
  bool SameRules(const FileBasis& other) const {
    return reader == other.reader && rules == other.rules;
  }
};

struct ServedFile {
  std::shared_ptr<const MadeFile> file{};
  // How old it is, if it could not be made again: 0 otherwise.
  std::chrono::seconds stale{0};
};

class Files {
 public:
  explicit Files(const Clock& clock) : clock_(clock) {}

  struct Made {
    std::string bytes{};
    std::uint32_t serial = 0;
    std::map<std::string, record::RecordId> parts{};
  };
  // Makes the file; `before` is what was there (null: nothing).
  using Maker = std::function<absl::StatusOr<Made>(const MadeFile* before)>;

  // The maker's error if there is nothing to serve in its place, or it says NOT_FOUND.  What was
  // made for other facts or by another policy is never served.
  absl::StatusOr<ServedFile> Get(const std::string& name, const FileBasis& basis,
                                 const Maker& maker);

 private:
  class AtWork;
  struct Kept {
    std::string name{};
    std::shared_ptr<const MadeFile> file{};
    FileBasis basis{};
    Timestamp made{};
  };

  std::shared_ptr<const MadeFile> Keep(const std::string& name, const FileBasis& basis, Made made,
                                       const std::shared_ptr<const MadeFile>& before);

  const Clock& clock_;
  Mutex mutex_;
  std::list<Kept> order_ RENKEI_GUARDED_BY(mutex_);  // used last first
  std::map<std::string, std::list<Kept>::iterator> by_name_ RENKEI_GUARDED_BY(mutex_);
  std::multiset<std::string> making_ RENKEI_GUARDED_BY(mutex_);
  std::size_t bytes_ RENKEI_GUARDED_BY(mutex_) = 0;
};

}  // namespace renkei::gateway
