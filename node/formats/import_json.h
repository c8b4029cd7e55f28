// Any JSON file that holds something to publish: told apart by content, not by name.
//
// Errors: those of misp_import.h, stix_import.h and record_json.h; INVALID_ARGUMENT if it is none
// of them. Thread-safe.
#pragma once

#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"

namespace renkei::formats {

absl::StatusOr<std::vector<Imported>> ImportJsonAuto(BytesView json,
                                                     const ImportOptions& options = {});

}  // namespace renkei::formats
