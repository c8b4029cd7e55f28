// The peer and the record that a test speaks of.  Internal to policy/.
#pragma once

#include <vector>

#include "policy/ast.h"
#include "policy/facts.h"
#include "policy/marking.h"
#include "policy/policy.h"

namespace renkei::policy {

// REQUIRES: facts that resolve without problems.
Peer PeerOf(const std::vector<Fact>& facts, const std::vector<Level>& levels);
Marking MarkingOf(const std::vector<Fact>& facts);

struct TestFacts {
  Peer peer{};
  Marking marking{};
  Unknowns unknowns{};
};
TestFacts FactsOfTest(const Test& test, const std::vector<Level>& levels);

}  // namespace renkei::policy
