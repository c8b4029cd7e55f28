// STIX 2.1 bundles into drafts; the mapping stands in docs/formats.md.
//
// A report, grouping or incident makes one draft of what it names; objects that none names make one
// draft for each marking.  A bundle of 60 MB is read with the memory of its text, an index, and
// what is made of it.
//
// Errors: INVALID_ARGUMENT naming place and rule (not JSON, wrong types, nothing in it),
// RESOURCE_EXHAUSTED (a limit of stix_file.h).  One bad object refuses the whole file: nothing is
// imported by halves.
//
// Pure; thread-safe.  Source: STIX 2.1 with Errata 01.
#pragma once

#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"
#include "node/formats/json_split.h"

namespace renkei::formats {

// The pieces of `json` if it is a bundle, or an envelope of TAXII; nothing if it is anything else
// or broken on the outside.
std::optional<JsonSplit> SplitStixBundle(BytesView json);

absl::StatusOr<std::vector<Imported>> ImportStix(BytesView json, const JsonSplit& split,
                                                 const ImportOptions& options = {});
// The same, of a file that is known to be one.
absl::StatusOr<std::vector<Imported>> ImportStix(BytesView json, const ImportOptions& options = {});

}  // namespace renkei::formats
