// Our own JSON form of a draft and of a record's sections: stable, documented in docs/formats.md.
//
//   {"renkei": 1, "kind": "incident", "tlp": "amber", "sections": {"summary": {...}}}
//
// Errors of reading: INVALID_ARGUMENT naming the path and the rule (an unknown key with its nearest
// spelling, a value of the wrong type, a limit of node/record/limits.h), RESOURCE_EXHAUSTED.
// Thread-safe.
#pragma once

#include "node/base/bytes.h"
#include "node/base/json.h"
#include "node/formats/json_reader.h"
#include "node/record/draft.h"

namespace renkei::formats {

inline constexpr std::uint64_t kRecordJsonVersion = 1;

Json ToJson(const record::Draft& draft);
absl::StatusOr<record::Draft> DraftFromJson(BytesView json, const JsonLimits& limits = {});
absl::StatusOr<record::Draft> DraftFromJson(const JsonDocument& document);

// The sections alone, as `show --json` and `subscribe` print them.
Json SectionsToJson(const record::v1::Sections& sections);

}  // namespace renkei::formats
