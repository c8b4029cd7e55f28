#include <istream>
#include <ostream>

#include <termios.h>
#include <unistd.h>

#include "node/app/init.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kJoinUsage = R"(Usage: renkei join [TOKEN | -] [--dir DIR]

Enrols the node in DIR with the invitation that the hub gave you.  Without
TOKEN it asks for it (unseen), or reads it from standard input.  The node must
not be running; start it afterwards.

The token travels by a channel you trust.  Read the team id that is printed to
the hub's operator: both must see the same one.

Exit status: 0 joined, 1 failed, 2 wrong usage.

Example:
  $ renkei join --dir alpha - < alpha.token
)";

// Switches the terminal's echo off, and back on when it goes.
class Unseen {
 public:
  Unseen() {
    known_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!known_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Unseen() {
    if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
  bool known_ = false;
};

std::string ReadToken(Context& context, bool ask) {
  std::string token;
  if (!ask) {
    std::getline(context.in, token);
    return token;
  }
  context.err << "invitation token (not shown): " << std::flush;
  {
    const Unseen unseen;
    std::getline(context.in, token);
  }
  context.err << "\n";
  return token;
}

int RunJoin(Context& context) {
  Target target;
  std::string token;
  ArgumentParser parser(context, kJoinCommand);
  parser.Positional("TOKEN", token, /*required=*/false);
  target.AddTo(parser, /*reading=*/false);
  if (const auto status = parser.Parse()) return *status;
  if (token.empty() || token == "-") {
    token = ReadToken(context, token.empty() && isatty(STDIN_FILENO) != 0);
  } else if (access(token.c_str(), F_OK) == 0) {
    PrintError(context, fmt::format("join: `{}` is a file, and no token", token),
               fmt::format("`renkei join --dir {} - < {}` reads the token from it", target.Folder(),
                           token));
    return kWrongUsage;
  } else {
    context.err << "hint: a token on the command line stands in the shell's history and in the "
                   "list of processes; `renkei join` alone asks for it\n";
  }
  const auto joined = app::Join(target.Folder(), token, context.clock);
  if (!joined.ok()) {
    const bool refused = joined.status().code() == absl::StatusCode::kPermissionDenied;
    return Fail(
        context, "join", joined.status(),
        refused ? "a token is good once and for a limited time: ask the hub for a new one" : "");
  }
  context.out << "joined " << Safe(joined->community) << " as " << Safe(joined->slug) << "\n";
  for (const std::string& level : joined->levels) context.out << "  " << Safe(level) << "\n";
  context.out << "our team id:   " << joined->team_id << "\n"
              << "the hub's:     " << joined->hub_team_id << "\n"
              << "Read them to the hub's operator; then `renkei run --dir " << Safe(target.Folder())
              << "`.\n";
  return kDone;
}

}  // namespace

const Command kJoinCommand = {
    .name = "join",
    .summary = "enrol this node with an invitation",
    .usage = kJoinUsage,
    .run = &RunJoin,
};

}  // namespace renkei::cli
