// Any file that holds something to publish: told apart by content, not by name.
//
// Errors: those of misp_import.h, stix_import.h, iodef_import.h, list_import.h, mail_import.h and
// record_json.h; INVALID_ARGUMENT for other encodings than UTF-8, and UTF-16 with its
// mark.  Thread-safe.
#pragma once

#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"

namespace renkei::formats {

absl::StatusOr<std::vector<Imported>> ImportAny(BytesView file, const ImportOptions& options = {});

}  // namespace renkei::formats
