// One run of one source, of whatever kind.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "config/source_config.h"
#include "node/base/clock.h"
#include "node/net/cancel.h"
#include "node/sources/item.h"
#include "node/sources/reach.h"
#include "node/sources/state.h"
#include "node/sources/taking.h"

namespace renkei::sources {

// What a kind of source works with.
struct Run {
  const config::SourceConfig& source;
  Reach& reach;
  SourceState& state;
  Taking& taking;
};

// Each fetches what is new, hands it to `taking`, and notes in `state` what need not be fetched
// again.  An error ends the run; what was taken until then is noted.
absl::Status RunMispFeed(Run& run);
absl::Status RunMispInstance(Run& run);
absl::Status RunTaxii(Run& run);
absl::Status RunFile(Run& run);

// Mail: what it works with.  `save` keeps `state` on disk.
struct MailRun {
  const config::SourceConfig& source;
  const std::string& folder;
  const Clock& clock;
  const net::Cancel& cancel;
  SourceState& state;
  Taking& taking;
  std::function<absl::Status()> save{};
};
absl::Status RunMail(MailRun& run);

struct RunResult {
  absl::Status status = absl::OkStatus();
  std::optional<std::chrono::seconds> retry_after{};  // what a busy server said
};

// Runs it, and keeps its state, counts and error in the file and in `state`.  Never throws; waits
// for the network and the disk.
RunResult RunSource(const config::SourceConfig& source, const std::string& folder,
                    const Clock& clock, Sink& sink, const net::Cancel& cancel, SourceState& state);

}  // namespace renkei::sources
