#include "node/cli/cli.h"

#include <algorithm>
#include <array>
#include <iostream>

#include "node/app/transport_setup.h"
#include "node/base/encoding.h"
#include "node/cli/output.h"
#include "node/cli/push_commands.h"
#include "node/cli/terminal.h"

namespace renkei::cli {
namespace {

constexpr auto kCommands = std::to_array<const Command*>(
    {&kInitCommand,    &kJoinCommand,     &kRunCommand,     &kStatusCommand,  &kReloadCommand,
     &kDoctorCommand,  &kCirclesCommand,  &kRosterCommand,  &kInviteCommand,  &kRevokeCommand,
     &kSuspendCommand, &kEscrowCommand,   &kPeersCommand,   &kPublishCommand, &kImportCommand,
     &kUpdateCommand,  &kWithdrawCommand, &kSightCommand,   &kAckCommand,     &kDraftsCommand,
     &kApproveCommand, &kRejectCommand,   &kShowCommand,    &kSearchCommand,  &kSubscribeCommand,
     &kExportCommand,  &kStatsCommand,    &kCrowdCommand,   &kPolicyCommand,  &kExplainCommand,
     &kWhyCommand,     &kAssetsCommand,   &kAccountCommand, &kTokenCommand,   &kSourceCommand,
     &kPushCommand,    &kAuditCommand,    &kVersionCommand, &kHelpCommand});

}  // namespace

std::span<const Command* const> Commands() { return kCommands; }

const Command* FindCommand(std::string_view name) {
  const auto it = std::find_if(kCommands.begin(), kCommands.end(),
                               [name](const Command* c) { return c->name == name; });
  return it == kCommands.end() ? nullptr : *it;
}

int RunCommandLine(Context& context) {
  if (context.arguments.empty()) {
    PrintError(context, "no command given", "`renkei help` lists the commands");
    return kWrongUsage;
  }
  std::string name = context.arguments.front();
  context.arguments.erase(context.arguments.begin());
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version") name = "version";
  if (const Command* command = FindCommand(name)) return command->run(context);
  std::vector<std::string_view> names;
  for (const Command* command : kCommands) names.push_back(command->name);
  const std::string nearest = NearestWord(name, names);
  PrintError(context, fmt::format("there is no command `{}`", name),
             nearest.empty() ? "`renkei help` lists the commands"
                             : fmt::format("did you mean `renkei {}`?", nearest));
  return kWrongUsage;
}

int Main(int argc, const char* const* argv, const Clock& clock) {
  app::SetUpTransport();  // before any thread
  Context context{.arguments = {argv + std::min(argc, 1), argv + argc},
                  .clock = clock,
                  .in = std::cin,
                  .out = std::cout,
                  .err = std::cerr,
                  .colour = TakesColour()};
  const int status = RunCommandLine(context);
  context.out.flush();
  if (context.out.good() || status != kDone) return status;
  PrintError(context, "write the answer: standard output can't be written");
  return kFailed;
}

}  // namespace renkei::cli
