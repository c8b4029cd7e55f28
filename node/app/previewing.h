// A preview as JSON: what `publish --dry-run` and `drafts show` say in the same words.
//
// Holds values that never leave this node (`before`): for the author's and the approver's eyes.
#pragma once

#include <vector>

#include "node/anonymize/narrative.h"
#include "node/base/json.h"
#include "node/feed/publisher.h"

namespace renkei::app {

// `audience` holds one row for each level of each circle: what it sees of what the record has, and
// in `reads` the sections as they would be read.  `read_by_no_level` names the sections that leave
// all the same, to recipients and the hub; `header` is all else that leaves.
Json PreviewJson(const feed::Preview& preview);

// How own entities are named, and why less than was wanted: for an answer of publish too.
Json CorrelationJson(record::Correlation correlation, const std::string& why_not);

Json NarrativesJson(const std::vector<anonymize::Narrative>& narratives);

}  // namespace renkei::app
