// A command of the command line: its words, its help, and what runs it.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/clock.h"

namespace renkei::cli {

// Exit statuses; they never change.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kRefused = 3;  // by policy or lint

// What a command works with.  Streams and clock outlive it.
struct Context {
  std::vector<std::string> arguments{};  // after the command's name
  const Clock& clock;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool colour = false;  // standard output takes colours
};

struct Command {
  std::string_view name{};
  std::string_view summary{};  // one line of `renkei help`
  std::string_view usage{};    // one screen; ends with an example
  int (*run)(Context& context) = nullptr;
};

// In the order of `renkei help`.
std::span<const Command* const> Commands();
const Command* FindCommand(std::string_view name);  // null if there is none

extern const Command kAccountCommand;
extern const Command kApproveCommand;
extern const Command kAssetsCommand;
extern const Command kAuditCommand;
extern const Command kCirclesCommand;
extern const Command kCrowdCommand;
extern const Command kDoctorCommand;
extern const Command kDraftsCommand;
extern const Command kEscrowCommand;
extern const Command kExplainCommand;
extern const Command kExportCommand;
extern const Command kHelpCommand;
extern const Command kImportCommand;
extern const Command kInitCommand;
extern const Command kInviteCommand;
extern const Command kJoinCommand;
extern const Command kPeersCommand;
extern const Command kPolicyCommand;
extern const Command kPublishCommand;
extern const Command kRejectCommand;
extern const Command kReloadCommand;
extern const Command kRevokeCommand;
extern const Command kRosterCommand;
extern const Command kRunCommand;
extern const Command kSearchCommand;
extern const Command kShowCommand;
extern const Command kSightCommand;
extern const Command kSourceCommand;
extern const Command kStatsCommand;
extern const Command kStatusCommand;
extern const Command kSubscribeCommand;
extern const Command kSuspendCommand;
extern const Command kTokenCommand;
extern const Command kUpdateCommand;
extern const Command kVersionCommand;
extern const Command kWhyCommand;
extern const Command kWithdrawCommand;

}  // namespace renkei::cli
