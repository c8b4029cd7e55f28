#include "node/sources/sources.h"

#include <algorithm>
#include <random>
#include <utility>

#include <pthread.h>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/sources/limits.h"
#include "node/sources/run.h"
#include "node/sources/schedule.h"

namespace renkei::sources {
namespace {

// Longer than any pause: who waits is woken.
constexpr std::chrono::milliseconds kIdle = std::chrono::hours(1);

double Chance() {
  thread_local std::mt19937 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

std::string PlaceShown(const config::SourceConfig& source) {
  if (source.url.empty()) return source.path;
  return source.url.substr(0, source.url.find('?'));
}

void LogRun(const config::SourceConfig& source, const absl::Status& status, const Counts& counts) {
  if (status.code() == absl::StatusCode::kCancelled) return;
  if (!status.ok()) {
    LogEvent(LogLevel::kWarn, "source.failed",
             {{"source", LogSafe(source.name)}, {"why", LogSafe(Message(status))}});
    return;
  }
  LogEvent(LogLevel::kInfo, "source.fetched",
           {{"source", LogSafe(source.name)},
            {"published", counts.published + counts.revised},
            {"drafts", counts.drafts},
            {"refused", counts.refused},
            {"unreadable", counts.unreadable}});
}

}  // namespace

Sources::Sources(std::string folder, const Clock& clock, Sink& sink)
    : folder_(std::move(folder)), clock_(clock), sink_(sink) {}

Sources::~Sources() { Stop(); }

Sources::Steady::time_point Sources::FirstDue(const SourceState& state,
                                              std::chrono::seconds every) const {
  const auto now = Steady::now();
  const auto soon = now + std::chrono::milliseconds(static_cast<std::int64_t>(
                              Chance() * 1000.0 * static_cast<double>(kFirstRunWithin.count())));
  if (!state.last_run || state.failures > 0) return soon;
  const auto left =
      std::clamp(*state.last_run + every - clock_.Now(), std::chrono::seconds(0), every);
  return std::max(soon, now + left);
}

void Sources::Set(const std::vector<config::SourceConfig>& sources) {
  // Read before the lock: files are not waited for under it.
  std::map<std::string, SourceState> states;
  for (const config::SourceConfig& source : sources) {
    states[source.name] = StateFile(folder_, source).Load();
  }
  MutexLock lock(mutex_);
  if (stopping_) return;
  std::vector<std::shared_ptr<Entry>> next;
  for (const config::SourceConfig& source : sources) {
    const auto same = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const auto& entry) { return entry->config == source; });
    if (same != entries_.end()) {
      next.push_back(*same);
      continue;
    }
    auto entry = std::make_shared<Entry>();
    entry->config = source;
    entry->state = std::move(states[source.name]);
    entry->due = FirstDue(entry->state, source.every);
    next.push_back(std::move(entry));
  }
  entries_ = std::move(next);
  while (!entries_.empty() && threads_.size() < static_cast<std::size_t>(kRunsAtOnce)) {
    const std::string name = fmt::format("source-{}", threads_.size());
    threads_.emplace_back([this, name] {
      pthread_setname_np(pthread_self(), name.c_str());
      Work();
    });
  }
  changed_.NotifyAll();
}

void Sources::Stop() {
  cancel_.Ask();
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  threads_.clear();
}

std::shared_ptr<Sources::Entry> Sources::AwaitDue() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    std::shared_ptr<Entry> first;
    for (const auto& entry : entries_) {
      // Also of a source that was changed while it ran.
      const bool busy = busy_.count(entry->config.name) != 0;
      if (!busy && (first == nullptr || entry->due < first->due)) first = entry;
    }
    const auto now = Steady::now();
    if (first != nullptr && first->due <= now) {
      busy_.insert(first->config.name);
      return first;
    }
    const auto pause =
        first == nullptr
            ? kIdle
            : std::min(kIdle, std::chrono::ceil<std::chrono::milliseconds>(first->due - now));
    changed_.WaitFor(mutex_, pause);
  }
  return nullptr;
}

void Sources::RunEntry(Entry& entry) {
  SourceState state;
  bool anew = false;
  {
    MutexLock lock(mutex_);
    anew = std::exchange(entry.anew, false);
    state = entry.state;
  }
  if (anew) {
    state.known.clear();
    state.cursor.clear();
    state.validators = {};
    state.digest.clear();
  }
  const RunResult result = RunSource(entry.config, folder_, clock_, sink_, cancel_, state);
  LogRun(entry.config, result.status, state.last);
  MutexLock lock(mutex_);
  entry.state = std::move(state);
  const auto pause =
      NextPause(entry.config.every, entry.state.failures, result.retry_after, Chance());
  entry.due = std::exchange(entry.again, false) ? Steady::now() : Steady::now() + pause;
  busy_.erase(entry.config.name);
  changed_.NotifyAll();
}

void Sources::Work() {
  while (const std::shared_ptr<Entry> entry = AwaitDue()) RunEntry(*entry);
}

std::vector<SourceStatus> Sources::Status() const {
  std::vector<SourceStatus> all;
  const auto now = Steady::now();
  const Timestamp clock_now = clock_.Now();
  MutexLock lock(mutex_);
  for (const auto& entry : entries_) {
    const SourceState& state = entry->state;
    SourceStatus status{.name = entry->config.name,
                        .kind = entry->config.kind,
                        .place = PlaceShown(entry->config),
                        .automatic = entry->config.automatic,
                        .every = entry->config.every,
                        .running = busy_.count(entry->config.name) != 0,
                        .runs = state.runs,
                        .taken = state.taken,
                        .failures = state.failures,
                        .last_run = state.last_run,
                        .last_success = state.last_success,
                        .last_error = state.last_error,
                        .last = state.last};
    if (!status.running) {
      status.next_run =
          clock_now + std::max(std::chrono::seconds(0),
                               std::chrono::ceil<std::chrono::seconds>(entry->due - now));
    }
    all.push_back(std::move(status));
  }
  return all;
}

absl::StatusOr<std::uint64_t> Sources::RunNow(const std::string& name, bool anew) {
  MutexLock lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry->config.name == name; });
  if (found == entries_.end()) {
    std::vector<std::string> names;
    for (const auto& entry : entries_) names.push_back(entry->config.name);
    const std::string nearest = NearestWord(name, names);
    return NotFound(
        fmt::format("there is no source `{}`{}", Printable(name, 60),
                    nearest.empty() ? "" : fmt::format(" (did you mean `{}`?)", nearest)));
  }
  Entry& entry = **found;
  entry.anew = entry.anew || anew;
  if (busy_.count(name) != 0) {
    entry.again = true;
    return entry.state.runs + 2;
  }
  entry.due = Steady::now();
  changed_.NotifyAll();
  return entry.state.runs + 1;
}

}  // namespace renkei::sources
