// A record as one line of JSON: the form of `subscribe` and of what is pushed.  Stable;
// docs/commands.md says what stands in it.  Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "node/base/json.h"
#include "node/record/record.h"
#include "node/store/store.h"

namespace renkei::gateway {

// `record` is that of `row`, perhaps with less in it; `circles`: names of those to tell.
Json RecordLine(const store::RecordRow& row, const record::Record& record,
                const std::vector<std::string>& circles, Timestamp now);

// Names of sections, without the two spare slots, which nothing fills yet.
Json SectionWords(policy::SectionMask sections);

}  // namespace renkei::gateway
