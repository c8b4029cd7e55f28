// Lists of indicators into a draft: plain lists, one value a line, and tables (CSV).
//
// A value's type is that of its column or of its form; defanged values are read.  What a line says
// that is no indicator is counted and named by line; a file of which less than half is recognised
// is no list and is refused, naming the first such line.
//
// Errors: INVALID_ARGUMENT with the line, RESOURCE_EXHAUSTED above a limit (64 MiB, kListValuesMax
// values), NOT_FOUND for a mapping that nobody wrote.  Pure; thread-safe.  Reference:
// docs/formats.md.
#pragma once

#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"

namespace renkei::formats {

inline constexpr std::uint64_t kListValuesMax = 400'000;

// `file` is UTF-8 or refused.  A table if a mapping fits or its first line has well-known names of
// columns, else a plain list.
absl::StatusOr<std::vector<Imported>> ImportList(BytesView file, const ImportOptions& options);

}  // namespace renkei::formats
