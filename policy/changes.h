// What two policies say differently, statement by statement: for whoever reads a change before it
// is applied, and for the history.  Who gains or loses what by it is another question (diff).
#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"

namespace renkei::policy {

// One line each, without line break: `adds grant g-more`, `changes set technical`, `drops never
// "red is relayed"`; empty if both say the same.  Names are those of the files: labels and strings
// without control characters.
std::vector<std::string> Changes(const Policy& before, const Policy& after);

}  // namespace renkei::policy
