// How failure travels: absl::Status and StatusOr, and only those of abseil.
//
// Messages read outside in, lower case, no period: `open store: migrate to v3: disk I/O error`.
// Codes say what the caller should do: kInvalidArgument (sender must fix), kPermissionDenied (never
// retry), kFailedPrecondition (operator must act), kResourceExhausted / kUnavailable (retry later),
// kDataLoss (bytes on disk are wrong), kInternal (our bug).  A peer gets the code and no message.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

namespace renkei {

// The message of `status`, as the rest of the code knows text.
std::string Message(const absl::Status& status);

// `status` with what was being done put in front of its message; OK stays OK.
absl::Status Annotate(const absl::Status& status, std::string_view doing);

absl::Status MakeStatus(absl::StatusCode code, std::string_view message);

inline absl::Status InvalidArgument(std::string_view m) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, m);
}
inline absl::Status NotFound(std::string_view m) {
  return MakeStatus(absl::StatusCode::kNotFound, m);
}
inline absl::Status AlreadyExists(std::string_view m) {
  return MakeStatus(absl::StatusCode::kAlreadyExists, m);
}
inline absl::Status PermissionDenied(std::string_view m) {
  return MakeStatus(absl::StatusCode::kPermissionDenied, m);
}
inline absl::Status FailedPrecondition(std::string_view m) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition, m);
}
inline absl::Status OutOfRange(std::string_view m) {
  return MakeStatus(absl::StatusCode::kOutOfRange, m);
}
inline absl::Status ResourceExhausted(std::string_view m) {
  return MakeStatus(absl::StatusCode::kResourceExhausted, m);
}
inline absl::Status Unavailable(std::string_view m) {
  return MakeStatus(absl::StatusCode::kUnavailable, m);
}
inline absl::Status Unauthenticated(std::string_view m) {
  return MakeStatus(absl::StatusCode::kUnauthenticated, m);
}
inline absl::Status DataLoss(std::string_view m) {
  return MakeStatus(absl::StatusCode::kDataLoss, m);
}
inline absl::Status Internal(std::string_view m) {
  return MakeStatus(absl::StatusCode::kInternal, m);
}

// The result of `value_or` with `doing` put in front of its error.
template <class T>
absl::StatusOr<T> Annotate(absl::StatusOr<T> value_or, std::string_view doing) {
  if (value_or.ok()) return value_or;
  return Annotate(value_or.status(), doing);
}

}  // namespace renkei

#define RENKEI_JOIN_2_(a, b) a##b
#define RENKEI_JOIN_(a, b) RENKEI_JOIN_2_(a, b)

// Returns from the calling function if `expr` (an absl::Status) is an error.
#define RETURN_IF_ERROR(expr)                                      \
  do {                                                             \
    if (absl::Status failed = (expr); !failed.ok()) return failed; \
  } while (false)

#define RENKEI_ASSIGN_OR_RETURN_(result, lhs, expr) \
  auto result = (expr);                             \
  if (!result.ok()) return result.status();         \
  lhs = *std::move(result)

// Unwraps `expr` (an absl::StatusOr) into `lhs`, or returns its error.
#define ASSIGN_OR_RETURN(lhs, expr) \
  RENKEI_ASSIGN_OR_RETURN_(RENKEI_JOIN_(result_at_line_, __LINE__), lhs, expr)

// Ends the process if `condition` is false: for bugs only, never for input.
#define RENKEI_CHECK(condition)                                                         \
  do {                                                                                  \
    if (!(condition)) {                                                                 \
      std::fprintf(stderr, "renkei: bug: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                     \
    }                                                                                   \
  } while (false)
