// Brings a store file to the schema of this version; forward only.
#pragma once

#include "node/store/sqlite/connection.h"

namespace renkei::store {

// Marks a file as a store of ours: "RNKI", in the header's application id.
inline constexpr std::int64_t kApplicationId = 0x524e4b49;

// The newest schema this version knows.
int SchemaVersion();

// Makes an empty file at `path` if there is none; of one that is there, reads the header alone.
// FAILED_PRECONDITION: made by a newer version, or no store; DATA_LOSS: damaged.  Changes nothing
// then.
absl::Status CheckFile(const std::string& path);

// As CheckFile, by what SQLite reads (the newest may stand in the write-ahead log only).  The
// schema's version; 0: empty.
absl::StatusOr<int> CheckSchema(Connection& connection, const std::string& path);

// Applies the steps after `version`, each in its own transaction.
absl::Status Migrate(Connection& connection, int version);

}  // namespace renkei::store
