#include "node/store/sqlite/statement.h"

#include <sqlite3.h>

namespace renkei::store {

Statement::Statement(Connection& connection, const char* sql) : connection_(connection), sql_(sql) {
  int error = SQLITE_OK;
  statement_ = connection_.Take(sql, error);
  Keep(error);
}

Statement::~Statement() {
  if (statement_ != nullptr) connection_.GiveBack(sql_, statement_);
}

Statement& Statement::Bind(int parameter, std::int64_t value) {
  if (status_.ok()) Keep(sqlite3_bind_int64(statement_, parameter, value));
  return *this;
}

Statement& Statement::Bind(int parameter, std::optional<std::int64_t> value) {
  if (value) return Bind(parameter, *value);
  if (status_.ok()) Keep(sqlite3_bind_null(statement_, parameter));
  return *this;
}

Statement& Statement::BindBlob(int parameter, BytesView bytes) {
  // A null pointer would bind NULL, not an empty blob.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  if (status_.ok()) {
    Keep(sqlite3_bind_blob64(statement_, parameter, data, bytes.size(), SQLITE_STATIC));
  }
  return *this;
}

Statement& Statement::BindText(int parameter, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  if (status_.ok()) {
    Keep(sqlite3_bind_text64(statement_, parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

bool Statement::Step() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(statement_);
  Keep(code);
  return code == SQLITE_ROW;
}

absl::Status Statement::Run() {
  while (Step()) {
  }
  return status_;
}

bool Statement::IsNull(int column) const {
  return status_.ok() && sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::Int64(int column) const {
  return status_.ok() ? sqlite3_column_int64(statement_, column) : 0;
}

BytesView Statement::Blob(int column) const {
  if (!status_.ok()) return {};
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Statement::Text(int column) const { return std::string(Blob(column)); }

void Statement::Damaged(int column, std::string_view how) {
  if (!status_.ok()) return;
  const char* table = sqlite3_column_table_name(statement_, column);
  const char* name = sqlite3_column_origin_name(statement_, column);
  if (name == nullptr) name = sqlite3_column_name(statement_, column);
  status_ =
      DataLoss(fmt::format("store is damaged: column `{}` of table `{}` {}",
                           name == nullptr ? "?" : name, table == nullptr ? "?" : table, how));
}

void Statement::Keep(int code) {
  if (status_.ok()) status_ = connection_.ToStatus(code);
}

}  // namespace renkei::store
