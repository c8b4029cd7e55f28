// Standing sources: how they are, and running one now.

#include "node/app/commands_parts.h"
#include "node/sources/sources.h"

namespace renkei::app {
namespace {

Json SourceCountsJson(const sources::Counts& counts) {
  return {{"listed", counts.listed},
          {"published", counts.published},
          {"revised", counts.revised},
          {"unchanged", counts.unchanged},
          {"drafts", counts.drafts},
          {"refused", counts.refused},
          {"unreadable", counts.unreadable},
          {"gone", counts.gone},
          {"left", counts.left}};
}

Json SourceJson(const sources::SourceStatus& source) {
  Json json = {{"name", source.name},
               {"kind", config::ToWord(source.kind)},
               {"place", source.place},
               {"publish", source.automatic ? "auto" : "draft"},
               {"every_seconds", source.every.count()},
               {"running", source.running},
               {"runs", source.runs},
               {"taken", source.taken},
               {"failures", source.failures}};
  if (source.last_run) json["last_run"] = TimeText(*source.last_run);
  if (source.last_success) json["last_success"] = TimeText(*source.last_success);
  if (source.next_run) json["next_run"] = TimeText(*source.next_run);
  if (!source.last_error.empty()) json["last_error"] = source.last_error;
  json["last"] = SourceCountsJson(source.last);
  return json;
}

}  // namespace

Json SourcesJson(Node& node) {
  Json list = Json::array();
  for (const sources::SourceStatus& one : node.standing_sources().Status()) {
    list.push_back(SourceJson(one));
  }
  return list;
}

CommandResult SourceListCommand(const CommandContext& context, Arguments&, const std::string&) {
  return Done({{"sources", SourcesJson(context.node)}});
}

CommandResult SourceRunCommand(const CommandContext& context, Arguments& arguments,
                               const std::string&) {
  const std::string name = arguments.Required("name");
  const bool anew = arguments.Flag("anew");
  RETURN_IF_ERROR(arguments.status());
  auto run = context.node.standing_sources().RunNow(name, anew);
  if (!run.ok()) {
    return WithHint(run.status(), "`renkei source list` names them; they stand in node.toml");
  }
  return Done({{"name", name}, {"run", *run}});
}

}  // namespace renkei::app
