// What the store keeps of one target: its place in the feed, and which records it was given, so
// that it is told when one of them is taken back, and of no other.
//
// Both change in one transaction, and go with the store into a backup: a place can't disagree with
// the feed that it is in.  Rows of a record that has expired go.  Errors as in store.h.
// Confined to one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/push/event.h"

namespace renkei::push {

struct Place {
  store::Offset offset = 0;  // all entries up to here were delivered or passed over
  std::uint64_t delivered = 0;
  std::uint64_t passed_over = 0;
  std::uint64_t refused = 0;  // of these, because the target refused them
  std::optional<Timestamp> last_success{};

  bool operator==(const Place&) const = default;
};

struct Given {
  record::RecordId id{};
  Timestamp expires{};
};

class Book {
 public:
  static constexpr int kShards = 256;  // of what was given

  // `store` outlives this.
  Book(store::Store& store, std::string name) : store_(store), name_(std::move(name)) {}

  // Nothing: a new target.  DATA_LOSS.
  absl::StatusOr<std::optional<Place>> Load() const;
  // Moves to `place`: `done` were delivered, `gone` have expired.
  absl::Status Save(const Place& place, std::span<const Event> done,
                    std::span<const record::RecordId> gone) const;

  absl::StatusOr<bool> WasGiven(const store::Reader& reader, const record::RecordId& id) const;
  // One of kShards parts of what was given.
  absl::StatusOr<std::vector<Given>> AllGiven(const store::Reader& reader, int shard) const;

  // Targets that the store knows.
  static absl::StatusOr<std::vector<std::string>> Names(const store::Store& store);
  // Forgets all of it.
  absl::Status Forget() const;

 private:
  store::Store& store_;
  const std::string name_;
};

}  // namespace renkei::push
