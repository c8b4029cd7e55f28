// Times in the fields of sections, rounded down by source mode: to the hour in a pseudonymous
// record, to the day in an anonymous one; an attributed record keeps them.
#pragma once

#include "node/record/sections.h"
#include "policy/marking.h"

namespace renkei::anonymize {

void RoundTimes(policy::SourceMode source, record::v1::Sections& sections);

}  // namespace renkei::anonymize
