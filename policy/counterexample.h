// From an engine's answer to a peer and a record that an admin can read.  Internal to policy/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/question.h"
#include "policy/world.h"

namespace renkei::policy {

// A peer and a record, and how to say them in a test.
struct Situation {
  Peer peer{};
  Marking marking{};         // limits nothing, so the answer is the policy's own
  std::string circle{};      // of slot 0
  std::string peer_facts{};  // as in a test
  std::string record_facts{};
  std::vector<std::string> circles{};  // that the first policy does not name
};

// The plainest assignment near this one of which the question still holds.
// REQUIRES: Holds(world, question, assignment).
Assignment Simplified(const World& world, const Question& question, Assignment assignment);

Situation SituationOf(const World& world, const std::vector<const CompiledPolicy*>& policies,
                      const Assignment& assignment);

// Statements to paste: a `circles` line where the policy lacks a name, and the test.
std::string PasteText(const Situation& situation, std::string_view title, bool withheld,
                      std::uint64_t bits);

}  // namespace renkei::policy
