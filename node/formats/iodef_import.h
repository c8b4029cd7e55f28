// IODEF v2 documents, XML or JSON, into drafts: one Incident, one draft; the mapping, row by row,
// stands in docs/formats.md.
//
// Errors: INVALID_ARGUMENT naming place and rule, RESOURCE_EXHAUSTED above a limit (64 MiB, 64
// levels, kIodefNodesMax, kIodefValuesMax), FAILED_PRECONDITION for version 1.  One bad incident
// refuses the whole file.
//
// Pure; thread-safe.  Sources: RFC 7970 (XML), RFC 8727 (JSON).
#pragma once

#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"

namespace renkei::formats {

absl::StatusOr<std::vector<Imported>> ImportIodefXml(BytesView xml, const ImportOptions& options);
// REQUIRES: of a document for which LooksLikeIodef (iodef_tree.h) is true.
absl::StatusOr<std::vector<Imported>> ImportIodefJson(const JsonDocument& document,
                                                      const ImportOptions& options);

}  // namespace renkei::formats
