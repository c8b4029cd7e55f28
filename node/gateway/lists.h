// Lists and feeds by URL: which there are, and how each is made of the records that a reader may
// see.  Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/indicators_config.h"
#include "node/anonymize/gate.h"
#include "node/gateway/files.h"
#include "node/gateway/showing.h"
#include "node/gateway/target.h"
#include "node/store/shown.h"

namespace renkei::gateway {

// The own assets in force.
struct OwnAssets {
  std::shared_ptr<const anonymize::Gate> gate{};
  crypto::Digest digest{};
};

// What a gateway is made of.  All outlive it.
struct Parts {
  store::Store& store;
  store::ShownStore& shown;  // the same
  const feed::PolicyHolder& policies;
  const feed::Community& community;
  const Clock& clock;
  std::function<OwnAssets()> assets{};
  std::function<config::IndicatorsConfig()> indicators{};  // none: the defaults
};

class Lists {
 public:
  explicit Lists(const Parts& parts) : parts_(parts), files_(parts.clock) {}

  struct Answer {
    // NOT_FOUND: no such list; or why it could not be made.
    absl::Status status = absl::OkStatus();
    std::optional<WrongFilter> wrong{};
    std::string media_type{};
    ServedFile served{};
  };
  // `/lists/...` and `/feeds/...` for a reader.
  Answer Get(const Target& target, const std::string& see);

 private:
  struct Wanted;

  // Of one snapshot: all that is shown, wanted, and found by the saved search.
  absl::Status ForEachRecord(const Wanted& wanted, const Showing& showing,
                             const store::Reader& reader,
                             const std::function<void(formats::HeldRecord&)>& each) const;
  absl::StatusOr<Files::Made> Make(const Wanted& wanted, const Showing& showing,
                                   const OwnAssets& assets, const MadeFile* before) const;
  // The bytes of a file, from its records.
  static Files::Made Write(const Wanted& wanted, const formats::HeldRecords& records,
                           formats::ExportOptions options, const MadeFile* before);
  // Takes in what the saved search asks for now.  NOT_FOUND.
  absl::Status FindSearch(Wanted& wanted) const;
  absl::StatusOr<ServedFile> Serve(const Wanted& wanted, const std::string& see);
  absl::StatusOr<ServedFile> ServeEvent(const Wanted& wanted, const std::string& see,
                                        const std::string& uuid);

  const Parts parts_;
  Files files_;
};

}  // namespace renkei::gateway
