// A program that a test started, and that is ended, always, when this goes.
//
// The kernel ends it too if the test itself is killed (setpriv --pdeathsig), so it must be started
// by a thread that lives as long as it.  Waits are bounded and wake on the event, not on a clock.
// Confined to one thread.
//
// A scenario can't go on without what it waits for: Fail() throws, GoogleTest reports the text, and
// unwinding ends all processes and removes all folders.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace renkei::testing_support {

inline constexpr int kKilled = 128 + 9;  // the exit status after SIGKILL

using Milliseconds = std::chrono::milliseconds;

// How long a test waits for what must come: far longer than it takes, also under sanitizers.
inline constexpr std::chrono::seconds kPatience{120};

// Ends the test with this text.
[[noreturn]] void Fail(const std::string& text);

// Asks until the answer is yes; Fail()s with `what` after the deadline.  Only for questions that
// nothing announces the answer of.
void WaitUntil(const std::string& what, const std::function<bool()>& holds,
               Milliseconds deadline = kPatience);

class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command{};                // the program first
    std::map<std::string, std::string> environment{};  // beside our own
    std::string folder{};                              // to start in; empty: ours
    std::string in_file = "/dev/null";
    std::string out_file = "/dev/null";  // appended to
    std::string err_file = "/dev/null";  // appended to
    bool pipe_out = false;               // standard output goes to ReadLine
  };

  explicit ChildProcess(const Options& options);
  ~ChildProcess();  // kills it if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Signal(int signal) const;
  // Its exit status, 128 + N if signal N ended it; nothing if it still runs.
  std::optional<int> WaitForExit(Milliseconds deadline);
  bool running() { return !WaitForExit(Milliseconds(0)); }
  // The next whole line; nothing if it does not come in time or the output has ended.
  std::optional<std::string> ReadLine(Milliseconds deadline);

 private:
  pid_t pid_ = -1;
  int pid_fd_ = -1;  // readable once it has ended
  int out_fd_ = -1;
  std::string buffer_;
  std::optional<int> exit_status_;
};

// What a program that ran to its end has said.
struct Ran {
  int exit_status = 0;
  std::string out{};
  std::string err{};
};

struct RunOptions {
  std::string in{};
  std::map<std::string, std::string> environment{};
  std::string folder{};
  Milliseconds deadline = kPatience;
};

// Runs a program to its end; Fail()s if it takes longer than the deadline.
Ran RunProgram(const std::vector<std::string>& command, const RunOptions& options = {});

// The whole file; Fail()s if it can't be read.
std::string ReadText(const std::string& path);
void WriteText(const std::string& path, const std::string& text);
// Replaces the only place of `from` by `to`; Fail()s if there is not exactly one.
void EditText(const std::string& path, const std::string& from, const std::string& to);

}  // namespace renkei::testing_support
