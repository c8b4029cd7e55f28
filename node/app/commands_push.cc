// Push targets: where each stands, and a test of one.
#include <algorithm>

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/push/pusher.h"

namespace renkei::app {
namespace {

constexpr std::size_t kShownErrorBytes = 300;

Json TargetJson(const push::TargetState& target, store::Offset newest) {
  const push::Place& place = target.place;
  Json json = {{"name", target.name},
               {"kind", config::ToWord(target.kind)},
               {"to", target.to},
               {"paused", target.paused},
               {"position", place.offset},
               {"lag", std::max<store::Offset>(0, newest - place.offset)},
               {"delivered", place.delivered},
               {"passed_over", place.passed_over},
               {"refused", place.refused}};
  if (place.last_success) json["last_success"] = TimeText(*place.last_success);
  if (!target.last_error.empty()) {
    json["last_error"] = Printable(target.last_error, kShownErrorBytes);
  }
  if (target.next_try) json["next_try"] = TimeText(*target.next_try);
  return json;
}

}  // namespace

Json PushJson(Node& node, store::Offset newest) {
  Json list = Json::array();
  for (const push::TargetState& target : node.pusher().states()) {
    list.push_back(TargetJson(target, newest));
  }
  return list;
}

CommandResult PushListCommand(const CommandContext& context, Arguments&, const std::string&) {
  store::Offset newest = 0;
  RETURN_IF_ERROR(context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(newest, reader.Newest());
    return absl::OkStatus();
  }));
  return Done({{"newest", newest}, {"push", PushJson(context.node, newest)}});
}

CommandResult PushTestCommand(const CommandContext& context, Arguments& arguments,
                              const std::string&) {
  const std::string name = arguments.Required("name");
  RETURN_IF_ERROR(arguments.status());
  const absl::Status sent = context.node.pusher().Test(Printable(name, config::kPushNameBytesMax));
  if (sent.code() == absl::StatusCode::kNotFound) {
    return WithHint(sent, "`renkei push list` names them; a new one needs `renkei reload`");
  }
  RETURN_IF_ERROR(Annotate(sent, "send a test"));
  return Done({{"name", name}, {"sent", true}});
}

}  // namespace renkei::app
