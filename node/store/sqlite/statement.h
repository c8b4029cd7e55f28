// A prepared statement in use.  Its error sticks: binds, steps and columns after a failure do
// nothing, so a query reads straight down and asks status() once.
//
// Columns are counted from 0 and parameters from 1, as SQLite does.  A column whose value can't be
// what was stored (wrong size, number out of range) makes status() DATA_LOSS naming table and
// column. Confined to the thread of its connection.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include "node/base/bytes.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/store/sqlite/connection.h"

namespace renkei::store {

class Statement {
 public:
  // REQUIRES: `sql` is a literal.
  Statement(Connection& connection, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Bound text and blobs are borrowed until the statement ends.
  Statement& Bind(int parameter, std::int64_t value);
  Statement& Bind(int parameter, std::optional<std::int64_t> value);  // nothing: NULL
  Statement& BindTime(int parameter, Timestamp time) { return Bind(parameter, UnixSeconds(time)); }
  Statement& BindTime(int parameter, const std::optional<Timestamp>& time) {
    return Bind(parameter, time ? std::optional(UnixSeconds(*time)) : std::nullopt);
  }
  Statement& BindBlob(int parameter, BytesView bytes);
  Statement& BindText(int parameter, std::string_view text);

  // True if there is a row (or another one).
  bool Step();
  // Steps to the end.
  absl::Status Run();
  const absl::Status& status() const { return status_; }

  bool IsNull(int column) const;
  std::int64_t Int64(int column) const;
  BytesView Blob(int column) const;  // until the next Step
  Bytes BlobCopy(int column) const { return Bytes(Blob(column)); }
  std::string Text(int column) const;
  Timestamp Time(int column) const { return FromUnixSeconds(Int64(column)); }
  bool Flag(int column) { return Number<std::uint8_t>(column, 1) != 0; }

  // A number of 0 to `max`.
  template <std::integral T>
  T Number(int column, T max = std::numeric_limits<T>::max()) {
    const std::int64_t value = Int64(column);
    if (value >= 0 && std::cmp_less_equal(value, max)) return static_cast<T>(value);
    Damaged(column, fmt::format("is {}", value));
    return T{};
  }
  // An enum whose values are 0 to `last`.
  template <class Enum>
  Enum Word(int column, Enum last) {
    using Int = std::underlying_type_t<Enum>;
    return static_cast<Enum>(Number<Int>(column, static_cast<Int>(last)));
  }
  template <class Fixed>
  Fixed Id(int column) {
    const std::optional<Fixed> id = Fixed::From(Blob(column));
    if (!id)
      Damaged(column, fmt::format("has {} bytes, not {}", Blob(column).size(), Fixed::kSize));
    return id.value_or(Fixed{});
  }

 private:
  void Damaged(int column, std::string_view how);
  void Keep(int code);

  Connection& connection_;
  const char* sql_;
  sqlite3_stmt* statement_ = nullptr;
  absl::Status status_;
};

}  // namespace renkei::store
