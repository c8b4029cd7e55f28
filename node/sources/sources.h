// All standing sources of a node: fetched from when they are due, a few at once, until the node
// stops.
//
// A source that fails is tried again later and later; the others go on.  Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "config/source_config.h"
#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/net/cancel.h"
#include "node/sources/item.h"
#include "node/sources/state.h"

namespace renkei::sources {

// What a person is told of one source.
struct SourceStatus {
  std::string name{};
  config::SourceKind kind = config::SourceKind::kFile;
  std::string place{};  // URL without its query, or path
  bool automatic = false;
  std::chrono::seconds every{};
  bool running = false;
  std::uint64_t runs = 0;
  std::uint64_t taken = 0;
  int failures = 0;
  std::optional<Timestamp> last_run{};
  std::optional<Timestamp> last_success{};
  std::optional<Timestamp> next_run{};  // nothing while it runs
  std::string last_error{};
  Counts last{};
};

class Sources {
 public:
  // All outlive this.  `folder`: the node's.
  Sources(std::string folder, const Clock& clock, Sink& sink);
  ~Sources();
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

  // Begins with these, or goes on with them: those that have changed begin anew, those that are
  // gone end after the run they are in.
  void Set(const std::vector<config::SourceConfig>& sources);
  // Ends what runs, and all threads.  May be called twice.
  void Stop();

  std::vector<SourceStatus> Status() const;  // in the order of node.toml
  // Runs it now, or once more after the run it is in; answers how many runs it will have had then.
  // `anew`: as if nothing of it was known.  NOT_FOUND.
  absl::StatusOr<std::uint64_t> RunNow(const std::string& name, bool anew);

 private:
  using Steady = std::chrono::steady_clock;

  struct Entry {
    config::SourceConfig config{};
    SourceState state{};
    Steady::time_point due{};
    bool again = false;  // asked for while it ran
    bool anew = false;
  };

  void Work();
  // The entry to run, whose name is busy from then on; nothing once stopping.
  std::shared_ptr<Entry> AwaitDue();
  void RunEntry(Entry& entry);
  Steady::time_point FirstDue(const SourceState& state, std::chrono::seconds every) const;

  const std::string folder_;
  const Clock& clock_;
  Sink& sink_;
  net::Cancel cancel_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ RENKEI_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Entry>> entries_ RENKEI_GUARDED_BY(mutex_);
  std::set<std::string> busy_ RENKEI_GUARDED_BY(mutex_){};  // names of those that run
  std::vector<std::jthread> threads_;
};

}  // namespace renkei::sources
