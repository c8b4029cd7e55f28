// The changes of Writer, for one piece of work within a transaction.
#pragma once

#include "node/store/sqlite/reads.h"

namespace renkei::store {

// What a piece of work did that matters after the commit.
struct Effects {
  Offset newest = 0;    // largest offset it made; 0: none
  bool erased = false;  // it deleted or replaced content
  bool judged = false;  // it may have changed what verdicts say of indicators
};

// Confined to the store thread.
class SqliteWriter : public Reads<Writer> {
 public:
  // `connection` outlives this.
  SqliteWriter(Connection& connection, std::int64_t community, Timestamp now)
      : Reads<Writer>(connection, community), now_(now) {}

  const Effects& effects() const { return effects_; }

  absl::StatusOr<Offset> PutRecord(const RecordRow& row) override;
  absl::Status UpdateStored(const RecordId& id, BytesView stored, BytesView attestations) override;
  absl::Status PutRevision(const RevisionRow& row) override;
  absl::StatusOr<Offset> Touch(const RecordId& id, EntryType type) override;
  absl::Status MarkEmbargoEnded(const RecordId& id) override;
  absl::StatusOr<Offset> PutTakenBack(const RecordId& id) override;
  absl::Status DropRecord(const RecordId& id) override;
  absl::Status PutHeld(const HeldRow& row) override;
  absl::Status DropHeld(const RecordId& id, std::string_view link) override;
  absl::StatusOr<std::int64_t> PutOutbox(const OutboxRow& row) override;
  absl::Status DropOutbox(std::string_view link, std::int64_t sequence) override;
  absl::Status PutCursor(const CursorRow& row) override;
  absl::Status PutAccess(const AccessRow& row) override;
  absl::Status DropAccess(std::string_view peer, std::int64_t generation) override;
  absl::Status PutPolicy(const PolicyRow& row) override;
  absl::StatusOr<bool> PutReceipt(const ReceiptRow& row) override;
  absl::Status PutSource(const SourceRow& row) override;
  absl::Status PutUnnamed(const UnnamedRow& row) override;
  absl::Status PutUnreleased(const UnreleasedRow& row) override;
  absl::Status DropUnreleased(const RecordId& id) override;
  absl::Status PutPseudonym(const PseudonymRow& row) override;
  absl::StatusOr<int> DropPseudonyms(Timestamp before, int limit) override;
  absl::StatusOr<int> DropExpired(Timestamp before, int limit) override;
  absl::Status PutObject(std::string_view kind, BytesView key, BytesView value) override;
  absl::Status DropObject(std::string_view kind, BytesView key) override;

 private:
  // The row of the record that a new revision meets.
  struct Present {
    std::int64_t number = 0;
    Digest leaf{};
  };
  absl::StatusOr<std::optional<Present>> FindPresent(const RecordId& id);
  absl::Status InsertRecord(const RecordRow& row);
  absl::Status ReplaceRecord(std::int64_t number, const RecordRow& row);
  // What a reader of the feed must know of a record before it reads it.
  struct Marks {
    TupleNumber tuple = 0;
    bool fresh = false;
  };
  // Appends an entry in place of the record's entry of that type.
  absl::StatusOr<Offset> AppendEntry(std::int64_t number, EntryType type, const Marks& marks);
  absl::StatusOr<bool> HasRevisions(const RecordId& id);
  // What views of HTTP readers show of the record may be more now.
  absl::Status SeeAgain(const RecordId& id);
  // Notes that `row` is the newest revision since `offset`, and that no other is.
  absl::Status OpenRevision(const RecordRow& row, bool is_new_leaf, Offset offset);
  // For what is found by the id of its record: `sql` has it as ?2.
  absl::Status RunById(const char* sql, const RecordId& id);
  // The ids that `sql` finds; ?2 is `before`, ?3 `limit`.
  absl::StatusOr<std::vector<RecordId>> ExpiredIds(const char* sql, Timestamp before, int limit);
  // The index follows what is held of the record.
  absl::Status IndexAgain(const RecordId& id, BytesView stored);
  absl::Status Index(std::int64_t number, BytesView stored, RecordState state,
                     std::string_view author);
  // NOT_FOUND if the last statement changed no row.
  absl::Status RequireRecord(const RecordId& id);

  Timestamp now_;
  Effects effects_;
  Offset first_entry_ = 0;  // of those that this work appended; 0: none
};

}  // namespace renkei::store
