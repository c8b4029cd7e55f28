// Cuts a policy file into statements of tokens.  Internal to policy/.
#pragma once

#include <string_view>
#include <vector>

#include "node/base/problem.h"
#include "policy/ast.h"

namespace renkei::policy {

enum class TokenType : std::uint8_t {
  kWord,    // [a-z0-9][a-z0-9.+/*-]*
  kString,  // text is what stands between the quotes
  kSign,    // < > <= >= { } , ; =
  kBad,     // already reported; the statement around it is given up silently
  kEnd,     // of the statement
};

struct Token {
  TokenType type = TokenType::kEnd;
  std::string_view text{};  // borrows from the file
  Place place{};
};

// The tokens from one line that is not indented to the next; the last is kEnd.
using Statement = std::vector<Token>;

// Reports characters that can't stand in a policy, each line's first; and words and strings that
// are none.  Linear in the text, which outlives the result.
std::vector<Statement> Lex(std::string_view text, std::string_view file, Problems& problems);

}  // namespace renkei::policy
