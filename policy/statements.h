// Reads statements: tokens to a PolicyFile whose names are not resolved yet.  Internal to policy/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/base/problem.h"
#include "policy/ast.h"
#include "policy/lexer.h"

namespace renkei::policy {

struct Draft {
  PolicyFile file{};
  // A statement of this sort was given up: names it would have declared are not called unknown.
  bool levels_broken = false;
  bool circles_broken = false;
  bool sets_broken = false;
  std::vector<Name> rule_names{};  // of every rule, also of those given up
};

// Reports each mistake of form once and goes on with the next statement.  What is wrong in meaning
// only (an atom on the wrong side, an empty list) is reported without giving the statement up.
Draft ReadStatements(const std::vector<Statement>& statements, std::string_view file,
                     Problems& problems);

// Facts that stand alone, outside a test.  REQUIRES: `tokens` ends with kEnd.
std::vector<Fact> ReadFactList(const Statement& tokens, std::string_view file, Problems& problems);

}  // namespace renkei::policy
