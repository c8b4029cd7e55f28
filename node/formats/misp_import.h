// MISP events into drafts; the mapping, row by row, stands in docs/formats.md.
//
// Errors: INVALID_ARGUMENT naming place and rule (not JSON, wrong types, no event in it),
// RESOURCE_EXHAUSTED (too large), FAILED_PRECONDITION (an event marked for its author's
// organisation or a sharing group only).  One bad event refuses the whole file: nothing is imported
// by halves.
//
// Pure; thread-safe.  Source: MISP core format.
#pragma once

#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"

namespace renkei::formats {

// Reads `{"Event": {...}}`, `{"response": ...}` and lists of either.  An event that is larger than
// a record becomes several drafts.
absl::StatusOr<std::vector<Imported>> ImportMisp(BytesView json, const ImportOptions& options = {});

// The same, of a document that is parsed already.
absl::StatusOr<std::vector<Imported>> ImportMisp(const JsonDocument& document,
                                                 const ImportOptions& options);

}  // namespace renkei::formats
