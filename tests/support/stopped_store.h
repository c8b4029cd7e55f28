// What a node that is not running has on disk.  Failures end the test (child_process.h).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "node/store/store.h"
#include "policy/policy.h"

namespace renkei::testing_support {

struct HeldRecord {
  store::RecordRow row{};
  record::Record record;
};

std::unique_ptr<store::Store> OpenStopped(const std::string& folder);
// All records by id (hex).
std::map<std::string, HeldRecord> HeldBy(const std::string& folder);

// The policy of the node in `folder`, with the default rungs.
policy::Evaluator EvaluatorOf(const std::string& folder);
// What it gives a member of this team and rung, and nothing else known of it.
policy::Mask MaskFor(const policy::Evaluator& evaluator, const std::string& team, policy::Rung rung,
                     const record::Header& header);

inline constexpr policy::Rung kListed = 4;
inline constexpr policy::Rung kAccredited = 8;
inline constexpr policy::Rung kCertified = 12;

}  // namespace renkei::testing_support
