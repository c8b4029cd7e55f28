// The values that a variable of the provers' world can have.  Internal to policy/.
#pragma once

#include <vector>

#include "policy/compiled.h"
#include "policy/world.h"

namespace renkei::policy {

// Which attribute an atom tests.  REQUIRES: not `anyone`, which tests none.
VariableKind VariableOf(AtomKind kind);

// Every value that some atom of `policies` may tell from the others, and one that none names;
// plainest first: what an admin expects, and needs few words.  Not for tags.
std::vector<Value> CandidatesOf(VariableKind kind,
                                const std::vector<const CompiledPolicy*>& policies);

// Whether no rule of `policies` tells the two circles apart.
bool SameToRules(const std::vector<const CompiledPolicy*>& policies, std::string_view a,
                 std::string_view b);

}  // namespace renkei::policy
