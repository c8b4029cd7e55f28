#include <csignal>
#include <ostream>

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "node/app/auditing.h"
#include "node/app/node.h"
#include "node/base/log.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kRunUsage = R"(Usage: renkei run [--dir DIR]

Runs the node in DIR until it is told to stop.  Log lines go to standard error;
`node.ready` says that it answers.

  SIGTERM, SIGINT  finish what is under way and stop
  SIGHUP           as `renkei reload`; mistakes leave what was in force

Exit status: 0 stopped when asked, 1 could not start, 2 wrong usage.

Example:
  $ renkei run --dir hub &
  $ renkei status --dir hub --wait 20
)";

// Keys in memory must reach neither a core dump nor another process of the same user.
void KeepMemoryPrivate() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(RENKEI_SANITIZED)  // the leak check attaches to its own process
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

void Record(app::Node& node, const std::string& action, const std::string& result) {
  const absl::Status recorded =
      app::AuditLog(node.folder())
          .Append({}, app::InForceEntry(node, action, result), node.clock().Now());
  if (recorded.ok()) return;
  LogEvent(LogLevel::kError, "audit.failed", {{"why", LogSafe(Message(recorded))}});
}

void Reload(app::Node& node) {
  // As for `renkei reload`: what can't be recorded isn't done.
  if (const absl::Status ready = app::AuditLog(node.folder()).CheckWritable(); !ready.ok()) {
    LogEvent(LogLevel::kError, "audit.failed", {{"why", LogSafe(Message(ready))}});
    return;
  }
  const app::Node::ReloadResult result = node.Reload("");
  Record(node, "reload", result.problems.empty() ? "done" : "failed");
  for (const Problem& problem : result.problems) {
    LogEvent(LogLevel::kError, "reload.refused",
             {{"file", LogSafe(problem.file)}, {"line", problem.line}, {"column", problem.column}});
  }
}

int RunRun(Context& context) {
  Target target;
  ArgumentParser parser(context, kRunCommand);
  target.AddTo(parser, /*reading=*/false);
  if (const auto status = parser.Parse()) return *status;
  const std::string folder = target.Folder();
  KeepMemoryPrivate();
  const auto config = ReadConfig(context, folder);
  if (!config) return kFailed;
  StartLog(config->log);
  // Before any thread starts, so that all of them leave the signals to this one.
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  app::Node::StartResult started = app::Node::Start(folder, context.clock);
  PrintProblems(context, started.problems);
  if (!started.status.ok()) return Fail(context, "run", started.status);
  if (!started.node) return kFailed;
  Record(*started.node, "start", "done");
  const app::BoundAddresses addresses = started.node->addresses();
  LogEvent(
      LogLevel::kInfo, "node.ready",
      {{"exchange", LogSafe(addresses.exchange)}, {"enrolment", LogSafe(addresses.enrolment)}});
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) Reload(*started.node);
  LogEvent(LogLevel::kInfo, "node.stopping", {{"signal", signal}});
  started.node.reset();
  return kDone;
}

}  // namespace

const Command kRunCommand = {
    .name = "run",
    .summary = "run the node until it is told to stop",
    .usage = kRunUsage,
    .run = &RunRun,
};

}  // namespace renkei::cli
