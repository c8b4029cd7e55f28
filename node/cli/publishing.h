// What publish, update, withdraw and sight print of an answer.
#pragma once

#include "node/base/json.h"
#include "node/cli/command.h"

namespace renkei::cli {

// `published  ID  revision 1`, or why not; what an import could not take along; replacements.
// `name` is the file's, or empty.
void PrintPublished(Context& context, const std::string& name, const Json& published);
// Findings (on stderr: they are why it was refused) and what was replaced.
void PrintFindings(Context& context, const Json& findings);
void PrintReplacements(Context& context, const Json& replacements);
// Import counts and what a record can't hold.
void PrintImport(Context& context, const Json& report);

// `publish --dry-run`: everything but publishing, without a node.  Answers the exit status.
struct DryRun {
  std::string folder{};
  std::vector<std::string> files{};
  std::vector<std::string> circles{};
  std::string tlp{};
  bool allow_org_only = false;
  bool json = false;
};
int RunDry(Context& context, const DryRun& options);

}  // namespace renkei::cli
