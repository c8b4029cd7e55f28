// Statements as Print() writes them.  Internal to policy/.
#pragma once

#include <string>

#include "policy/ast.h"

namespace renkei::policy {

// Canonical text with its line breaks, the last one included.
std::string StatementText(const Set& set);
std::string StatementText(const Trust& trust);
std::string StatementText(const Rule& rule);
std::string StatementText(const Test& test);
std::string StatementText(const Assertion& assertion);

}  // namespace renkei::policy
