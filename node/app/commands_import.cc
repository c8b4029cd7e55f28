// import: a file becomes a draft that waits for somebody to look at it.

#include "node/app/commands_drafts.h"
#include "node/app/commands_parts.h"

namespace renkei::app {

CommandResult ImportCommand(const CommandContext& context, Arguments& arguments,
                            const std::string& payload) {
  Json with = Json::object();
  for (const char* key : {"name", "tlp", "source", "correlate", "mapping", "kind"}) {
    const std::string text = arguments.Text(key);
    if (!text.empty()) with[key] = text;
  }
  for (const char* key : {"circles", "allow"}) {
    const std::vector<std::string> list = arguments.List(key);
    if (!list.empty()) with[key] = list;
  }
  for (const char* key : {"allow_org_only", "generalise"}) {
    if (arguments.Flag(key)) with[key] = true;
  }
  RETURN_IF_ERROR(arguments.status());
  return SubmitDraft(context, "publish", with, payload);
}

}  // namespace renkei::app
