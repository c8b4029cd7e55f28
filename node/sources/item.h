// One thing that a source brought, who takes it, and what has become of it.
#pragma once

#include <cstdint>
#include <string>

#include "config/source_config.h"
#include "node/base/status.h"

namespace renkei::sources {

struct Item {
  std::string key{};      // tells it from the others of its source, whatever its version
  std::string name{};     // for people: `UUID.json`
  std::string payload{};  // a file as `renkei publish` takes it
};

enum class Outcome {
  kPublished,   // a new record
  kRevised,     // a newer revision of one
  kUnchanged,   // was published before, with the same content
  kDraft,       // waits for a person
  kWaiting,     // waited already
  kRefused,     // by the leak lint or our own policy
  kUnreadable,  // can't be imported
};

struct Taken {
  Outcome outcome = Outcome::kUnreadable;
  std::string why{};         // of what was refused or is unreadable; without its content
  std::size_t left_out = 0;  // records of it that were refused, where others were not
  std::uint64_t draft = 0;   // its number, if it waits
};

// Publishes, or keeps as a draft.  Thread-safe; waits for the disk.
class Sink {
 public:
  virtual ~Sink() = default;
  // An error is this node's (a full disk, too many drafts, a circle that is none), never the
  // item's: nothing was taken, and the same is tried again later.
  virtual absl::StatusOr<Taken> Take(const config::SourceConfig& source, const Item& item) = 0;
};

// What a run did.
struct Counts {
  std::uint64_t listed = 0;  // what the source has, or has since last time
  std::uint64_t published = 0;
  std::uint64_t revised = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t drafts = 0;  // made; also those that waited already
  std::uint64_t refused = 0;
  std::uint64_t unreadable = 0;  // also what could not be had
  std::uint64_t gone = 0;        // known, and not listed any more
  std::uint64_t left = 0;        // for the next run

  bool operator==(const Counts&) const = default;
};

}  // namespace renkei::sources
