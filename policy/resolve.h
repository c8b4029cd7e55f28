// Gives every name in a draft its meaning: numbers and bits.  Internal to policy/.
#pragma once

#include <string_view>
#include <vector>

#include "node/base/problem.h"
#include "policy/statements.h"
#include "policy/words.h"

namespace renkei::policy {

// Fills in bits and values of `draft.file`; reports each name that means nothing, with the nearest
// that does, and warns of names declared and never used.
void Resolve(Draft& draft, std::string_view file, Problems& problems, Problems& warnings);

// The same for facts that stand alone, of one side; names are those of `policy`.
void CheckFacts(PolicyFile policy, Side side, const std::vector<Fact>& facts, std::string_view file,
                Problems& problems);

// True if circle `name` is what `pattern` names: equal, or beginning with what stands before `*`.
bool MatchesCircle(std::string_view pattern, std::string_view name);

}  // namespace renkei::policy
