// Lists and feeds by URL: which there are, and how each is made of the records that a reader may
// see.  Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

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

  absl::StatusOr<Files::Made> Make(const Wanted& wanted, const Showing& showing,
                                   const OwnAssets& assets, const MadeFile* before) const;
  absl::StatusOr<ServedFile> Serve(const Wanted& wanted, const std::string& see);
  absl::StatusOr<ServedFile> ServeEvent(const Wanted& wanted, const std::string& see,
                                        const std::string& uuid);

  const Parts parts_;
  Files files_;
};

}  // namespace renkei::gateway
