// A store in memory that keeps opaque rows only: quick, for tests of what lives in such rows.
//
// Work that fails is rolled back; FailNextCommit makes a commit itself fail.  Everything about
// records answers UNIMPLEMENTED.  Thread-safe: work runs under one lock, on the caller's thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/store/store.h"

namespace renkei::testing_support {

using ObjectRows = std::map<std::pair<std::string, Bytes>, Bytes>;

inline absl::Status ObjectsOnly() {
  return MakeStatus(absl::StatusCode::kUnimplemented, "this store keeps opaque rows only");
}

class ObjectWriter : public store::Writer {
 public:
  explicit ObjectWriter(ObjectRows& rows) : rows_(rows) {}

  absl::StatusOr<std::optional<Bytes>> FindObject(std::string_view kind,
                                                  BytesView key) const override {
    const auto found = rows_.find({std::string(kind), Bytes(key)});
    if (found == rows_.end()) return std::optional<Bytes>();
    return std::optional(found->second);
  }
  absl::StatusOr<std::vector<std::pair<Bytes, Bytes>>> ListObjects(
      std::string_view kind) const override {
    std::vector<std::pair<Bytes, Bytes>> found;
    for (const auto& [name, value] : rows_) {
      if (name.first == kind) found.emplace_back(name.second, value);
    }
    return found;
  }
  absl::Status PutObject(std::string_view kind, BytesView key, BytesView value) override {
    rows_[{std::string(kind), Bytes(key)}] = Bytes(value);
    return absl::OkStatus();
  }
  absl::Status DropObject(std::string_view kind, BytesView key) override {
    rows_.erase({std::string(kind), Bytes(key)});
    return absl::OkStatus();
  }

  // clang-format off
  absl::StatusOr<std::optional<store::RecordRow>> FindRecord(const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::RecordId>> FindByPrefix(std::string_view, int) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::RecordRow>> ListRecords(const store::RecordQuery&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::RevisionRow>> Revisions(const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::HeldRow>> Held(const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::EntryRow>> Entries(store::Offset, store::Offset, int) const override { return ObjectsOnly(); }
  absl::StatusOr<store::EntryPage> WantedEntries(store::Offset, store::Offset, int, int, const store::EntryFilter&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::AccessRow>> NewestAccess() const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::TupleRow>> FindTuple(store::TupleNumber) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::TupleRow>> Tuples(Timestamp) const override { return ObjectsOnly(); }
  absl::StatusOr<std::map<store::TupleNumber, std::vector<store::RecordId>>> TupleExamples(const std::vector<store::TupleNumber>&, std::size_t) const override { return ObjectsOnly(); }
  absl::StatusOr<store::Offset> Newest() const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::OutboxRow>> Outbox(std::string_view, std::int64_t, int) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::OutboxRow>> UrgentOutbox(std::string_view, int) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::OutboxRow>> OutboxOf(std::string_view, const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::int64_t> OutboxCount(std::string_view) const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::CursorRow>> FindCursor(std::string_view) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::AccessRow>> Access(std::string_view) const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::PolicyRow>> FindPolicy(BytesView) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::PolicyRow>> Policies() const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::ReceiptRow>> Receipts(const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::SourceRow>> FindSource(std::string_view, std::string_view, int) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::RecordId>> EmbargoesEnded(Timestamp, int) const override { return ObjectsOnly(); }
  absl::StatusOr<store::Counts> Count() const override { return ObjectsOnly(); }
  absl::StatusOr<std::int64_t> ReceivedSince(std::string_view, Timestamp) const override { return ObjectsOnly(); }
  absl::StatusOr<std::int64_t> Tombstones(std::string_view) const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::UnnamedRow>> FindUnnamed(const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::UnreleasedRow>> FindUnreleased(const store::RecordId&) const override { return ObjectsOnly(); }
  absl::StatusOr<std::vector<store::RecordId>> UnreleasedBefore(std::int64_t, int) const override { return ObjectsOnly(); }
  absl::StatusOr<std::optional<store::PseudonymRow>> FindPseudonym(const crypto::PublicKey&) const override { return ObjectsOnly(); }
  absl::Status PutPseudonym(const store::PseudonymRow&) override { return ObjectsOnly(); }
  absl::StatusOr<int> DropPseudonyms(Timestamp, int) override { return ObjectsOnly(); }
  absl::Status DropAccess(std::string_view, std::int64_t) override { return ObjectsOnly(); }
  absl::Status PutUnnamed(const store::UnnamedRow&) override { return ObjectsOnly(); }
  absl::Status PutUnreleased(const store::UnreleasedRow&) override { return ObjectsOnly(); }
  absl::Status DropUnreleased(const store::RecordId&) override { return ObjectsOnly(); }
  absl::StatusOr<store::Offset> PutRecord(const store::RecordRow&) override { return ObjectsOnly(); }
  absl::Status UpdateStored(const store::RecordId&, BytesView, BytesView) override { return ObjectsOnly(); }
  absl::Status PutRevision(const store::RevisionRow&) override { return ObjectsOnly(); }
  absl::StatusOr<store::Offset> Touch(const store::RecordId&, store::EntryType) override { return ObjectsOnly(); }
  absl::Status MarkEmbargoEnded(const store::RecordId&) override { return ObjectsOnly(); }
  absl::StatusOr<store::Offset> PutTakenBack(const store::RecordId&) override { return ObjectsOnly(); }
  absl::Status DropRecord(const store::RecordId&) override { return ObjectsOnly(); }
  absl::Status PutHeld(const store::HeldRow&) override { return ObjectsOnly(); }
  absl::Status DropHeld(const store::RecordId&, std::string_view) override { return ObjectsOnly(); }
  absl::StatusOr<std::int64_t> PutOutbox(const store::OutboxRow&) override { return ObjectsOnly(); }
  absl::Status DropOutbox(std::string_view, std::int64_t) override { return ObjectsOnly(); }
  absl::Status PutCursor(const store::CursorRow&) override { return ObjectsOnly(); }
  absl::Status PutAccess(const store::AccessRow&) override { return ObjectsOnly(); }
  absl::Status PutPolicy(const store::PolicyRow&) override { return ObjectsOnly(); }
  absl::StatusOr<bool> PutReceipt(const store::ReceiptRow&) override { return ObjectsOnly(); }
  absl::Status PutSource(const store::SourceRow&) override { return ObjectsOnly(); }
  absl::StatusOr<int> DropExpired(Timestamp, int) override { return ObjectsOnly(); }
  // clang-format on

 private:
  ObjectRows& rows_;
};

class MemoryStore : public store::Store {
 public:
  void CommitAsync(Work work, Done done) override { done(Commit(std::move(work))); }
  absl::Status Commit(Work work) override {
    const std::lock_guard lock(mutex_);
    ObjectRows changed = rows_;
    ObjectWriter writer(changed);
    RETURN_IF_ERROR(work(writer));
    if (fail_next_) {
      fail_next_ = false;
      return ResourceExhausted("disk full");
    }
    rows_ = std::move(changed);
    return absl::OkStatus();
  }
  absl::Status Read(const Query& query) const override {
    ObjectRows snapshot;
    {
      const std::lock_guard lock(mutex_);
      snapshot = rows_;
    }
    return query(ObjectWriter(snapshot));
  }
  void OnNewEntries(std::function<void(store::Offset)>) override {}
  const Bytes& epoch() const override { return epoch_; }

  void FailNextCommit() {
    const std::lock_guard lock(mutex_);
    fail_next_ = true;
  }
  ObjectRows rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  void SetRows(ObjectRows rows) {
    const std::lock_guard lock(mutex_);
    rows_ = std::move(rows);
  }

 private:
  mutable std::mutex mutex_;
  ObjectRows rows_;
  bool fail_next_ = false;
  const Bytes epoch_ = Bytes(16, '\x07');
};

}  // namespace renkei::testing_support
