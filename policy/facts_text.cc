// Facts of a peer or a record that stand outside a file: on a command line.

#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "policy/compiled.h"
#include "policy/lexer.h"
#include "policy/resolve.h"
#include "policy/statements.h"
#include "policy/test_facts.h"

namespace renkei::policy {
namespace {

// The facts in `text`, whose circles the policy names or `circles` does.
std::vector<Fact> FactsIn(std::string_view text, std::string_view what, Side side,
                          const Policy& policy, const std::vector<std::string>& circles,
                          Problems& problems) {
  if (text.size() > kFactsBytesMax) {
    problems.push_back(
        {.file = std::string(what),
         .message = fmt::format("facts of {} bytes; at most {}", text.size(), kFactsBytesMax)});
    return {};
  }
  Statement tokens;
  for (Statement& statement : Lex(text, what, problems)) {
    if (!tokens.empty()) tokens.pop_back();  // the end of the line before
    std::move(statement.begin(), statement.end(), std::back_inserter(tokens));
  }
  if (tokens.empty()) {
    problems.push_back({.file = std::string(what), .message = "no facts given"});
    return {};
  }
  std::vector<Fact> facts = ReadFactList(tokens, what, problems);
  if (!problems.empty()) return {};
  PolicyFile file = policy.file();
  for (const std::string& circle : circles) file.circles.push_back({circle, {}});
  CheckFacts(std::move(file), side, facts, what, problems);
  return facts;
}

}  // namespace

std::optional<Peer> Evaluator::PeerFrom(std::string_view facts,
                                        const std::vector<std::string>& circles,
                                        Problems& problems) const {
  const std::vector<Fact> read =
      FactsIn(facts, "peer", Side::kPeer, *compiled_->policy, circles, problems);
  if (!problems.empty()) return std::nullopt;
  return PeerOf(read, compiled_->levels);
}

std::optional<Marking> Evaluator::RecordFrom(std::string_view facts,
                                             const std::vector<std::string>& circles,
                                             Problems& problems) const {
  const std::vector<Fact> read =
      FactsIn(facts, "record", Side::kRecord, *compiled_->policy, circles, problems);
  if (!problems.empty()) return std::nullopt;
  return MarkingOf(read);
}

}  // namespace renkei::policy
