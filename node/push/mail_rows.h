// What the store keeps of a mail target: who was told of which record, and who is to be told of it
// in a digest.  Rows go when the record is taken back or has expired, and with the target.
//
// Errors as in store.h.  Confined to one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/push/event.h"

namespace renkei::push {

struct MailRow {
  Timestamp expires{};            // of the record
  std::set<std::string> told{};   // mailboxes
  std::set<std::string> daily{};  // to be told in the next daily digest
  std::set<std::string> soon{};   // over their limit: told together when that is past
  std::string line{};             // of a digest

  bool operator==(const MailRow&) const = default;
};

class MailRows {
 public:
  // `store` outlives this.
  MailRows(store::Store& store, std::string target) : store_(store), target_(std::move(target)) {}

  absl::StatusOr<std::optional<MailRow>> Find(const record::RecordId& id) const;
  absl::Status Put(const record::RecordId& id, const MailRow& row) const;
  absl::Status Drop(const record::RecordId& id) const;
  absl::StatusOr<std::map<record::RecordId, MailRow>> All() const;

  // The day (since 1970) of the last daily digest; nothing: there was none.
  absl::StatusOr<std::optional<std::int64_t>> LastDay() const;
  absl::Status SetLastDay(std::int64_t day) const;

  // Forgets all of it.
  absl::Status Forget() const;

 private:
  std::string Kind() const { return "push-mail:" + target_; }

  store::Store& store_;
  const std::string target_;
};

}  // namespace renkei::push
