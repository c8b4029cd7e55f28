#include "node/sources/run.h"

#include "node/base/encoding.h"
#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

absl::Status RunKind(Run& run) {
  switch (run.source.kind) {
    case config::SourceKind::kMispFeed:
      return RunMispFeed(run);
    case config::SourceKind::kMisp:
      return RunMispInstance(run);
    case config::SourceKind::kTaxii:
      return RunTaxii(run);
    case config::SourceKind::kFile:
      return RunFile(run);
    case config::SourceKind::kImap:
      break;  // RunMail's
  }
  return Internal("a source of no kind");
}

}  // namespace

RunResult RunSource(const config::SourceConfig& source, const std::string& folder,
                    const Clock& clock, Sink& sink, const net::Cancel& cancel, SourceState& state) {
  const StateFile file(folder, source);
  RunResult result;
  const auto save = [&] { return file.Save(state); };
  Taking taking(source, sink, cancel, save);
  if (source.kind == config::SourceKind::kImap) {
    MailRun run{source, folder, clock, cancel, state, taking, save};
    result.status = RunMail(run);
  } else if (auto reach = Reach::Open(source, folder, cancel); reach.ok()) {
    Run run{source, **reach, state, taking};
    result.status = RunKind(run);
    result.retry_after = (*reach)->retry_after();
  } else {
    result.status = reach.status();
  }
  ++state.runs;
  state.last = taking.counts();
  state.taken += state.last.published + state.last.revised + state.last.drafts;
  state.last_run = clock.Now();
  state.last_error = taking.complaint();
  if (result.status.ok()) {
    state.failures = 0;
    state.last_success = state.last_run;
  } else if (result.status.code() != absl::StatusCode::kCancelled) {
    ++state.failures;
    state.last_error = Printable(Message(result.status), kErrorTextBytesMax);
  }
  const absl::Status saved = file.Save(state);
  if (result.status.ok()) result.status = saved;
  return result;
}

}  // namespace renkei::sources
