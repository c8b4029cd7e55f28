// Explanations of records and peers that are only supposed: a draft in a file, or facts in the
// words of a `test` statement.  With a node or without one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/node_config.h"
#include "node/base/problem.h"
#include "node/base/status.h"
#include "node/feed/community.h"
#include "policy/policy.h"

namespace renkei::app {

// Either the facts or the file of a record, and either the facts of a peer or one that is known.
struct Question {
  std::string record{};  // facts
  std::string file{};    // content of a file that could be published; its first record counts
  std::string peer{};    // facts
  std::optional<feed::PeerContext> known{};
  std::vector<std::string> circles{};  // that the community has beside those the policy names
};

struct Explained {
  // INVALID_ARGUMENT: the file holds no record.
  absl::Status status = absl::OkStatus();
  Problems problems{};  // of the facts
  policy::Explanation explanation{};
};

// Whether `peer` on the command line is facts rather than a team's slug.
bool IsFacts(std::string_view peer);

// Of supposed facts, what is not given is false.  The limits of the author's header hold for a
// file; facts of a record have none.
Explained Explain(const policy::Evaluator& evaluator, const Question& question,
                  const config::NodeConfig& config, Timestamp now);

// {"policy", "exists", "sees", "may_pass_on", "explanation", "text"}; `digest` may be empty.
Json ExplanationJson(const policy::Explanation& explanation, const std::string& policy,
                     const std::string& digest, std::optional<policy::SectionId> section);

// {"error", "problems"}, as commands answer mistakes.
Json ProblemsAnswer(const Problems& problems);

}  // namespace renkei::app
