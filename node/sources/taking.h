// One run of one source: hands on what it brings, counts, and says when it is enough.
//
// Confined to one thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "node/net/cancel.h"
#include "node/sources/item.h"

namespace renkei::sources {

class Taking {
 public:
  // All outlive this.  `save` keeps the state so far; called now and then.
  Taking(const config::SourceConfig& source, Sink& sink, const net::Cancel& cancel,
         std::function<absl::Status()> save);

  // OK: the item is decided, however.  An error is this node's: the run ends.
  absl::Status Take(const Item& item) { return Hand(item).status(); }
  // The same, with what has become of it.
  absl::StatusOr<Taken> Hand(const Item& item);
  // One that could not be had; the run goes on.
  void CountUnreadable(std::string_view why);
  // Whether the run has taken what one run may: the rest is for the next.
  bool full() const;
  bool cancelled() const { return cancel_.asked(); }

  Counts& counts() { return counts_; }
  // The last thing that was refused or could not be read; empty: nothing.
  const std::string& complaint() const { return complaint_; }

 private:
  void Count(const Taken& taken, const std::string& name);

  const config::SourceConfig& source_;
  Sink& sink_;
  const net::Cancel& cancel_;
  const std::function<absl::Status()> save_;
  const std::chrono::steady_clock::time_point until_;
  Counts counts_{};
  std::string complaint_{};
  int taken_ = 0;
  int unsaved_ = 0;
};

}  // namespace renkei::sources
