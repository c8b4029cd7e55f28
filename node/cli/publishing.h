// What publish, update, withdraw and sight print of an answer.
#pragma once

#include "node/base/json.h"
#include "node/cli/command.h"
#include "node/cli/node_call.h"

namespace renkei::cli {

// `published  ID  revision 1`, or why not; what an import could not take along; replacements.
// `name` is the file's, or empty.
void PrintPublished(Context& context, const std::string& name, const Json& published);
// Findings (on stderr: they are why it was refused, or warnings) and what was replaced.
void PrintFindings(Context& context, const Json& findings);
void PrintReplacements(Context& context, const Json& replacements);
// The texts for which nobody has said that they were read.
void PrintUnreviewed(Context& context, const Json& narratives);
// Calls the node; at a terminal it shows the narratives that nobody has read, asks, and on a yes
// calls again.  For publish and update.
exchange::LocalReply CallReviewing(Context& context, const Target& target,
                                   const std::string& command, Json arguments,
                                   const std::string& payload);
// Why own entities are counted although keyed names were wanted.
void PrintWhyCounted(Context& context, const Json& draft);
// Import counts and what a record can't hold.
void PrintImport(Context& context, const Json& report);

// `publish --dry-run`: everything but publishing, without a node.  Answers the exit status.
struct DryRun {
  std::string folder{};
  std::vector<std::string> files{};
  std::vector<std::string> circles{};
  std::string tlp{};
  std::string source{};
  std::string correlate{};
  std::string mapping{};
  bool allow_org_only = false;
  bool generalise = false;
  bool json = false;
  bool full = false;
  bool sarif = false;
  std::vector<std::string> allow{};  // RULE@PLACE
};
int RunDry(Context& context, const DryRun& options);

}  // namespace renkei::cli
