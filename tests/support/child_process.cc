#include "tests/support/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temp_folder.h"

extern char** environ;

namespace renkei::testing_support {
namespace {

constexpr Milliseconds kAskAgain{50};

using Clock = std::chrono::steady_clock;

int MillisecondsUntil(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

// Waits for `fd` to be readable.
bool WaitReadable(int fd, Clock::time_point deadline) {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  while (true) {
    const int ready = poll(&waiting, 1, MillisecondsUntil(deadline));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) Fail(fmt::format("poll: {}", std::generic_category().message(errno)));
  }
}

// Pointers into `texts`, as exec wants them.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    // What gRPC was told in this process must not make up for what the program forgets to say.
    if (text.starts_with("GRPC_") || added.contains(text.substr(0, text.find('=')))) continue;
    all.push_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

}  // namespace

void Fail(const std::string& text) { throw std::runtime_error(text); }

void WaitUntil(const std::string& what, const std::function<bool()>& holds, Milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (!holds()) {
    if (Clock::now() >= end) Fail("waited in vain: " + what);
    poll(nullptr, 0, static_cast<int>(kAskAgain.count()));
  }
}

ChildProcess::ChildProcess(const Options& options) {
  std::vector<std::string> command = {"/usr/bin/setpriv", "--pdeathsig", "KILL", "--"};
  command.insert(command.end(), options.command.begin(), options.command.end());
  std::vector<std::string> environment = Environment(options.environment);

  int out[2] = {-1, -1};
  if (options.pipe_out && pipe2(out, O_CLOEXEC) != 0) Fail("pipe2 failed");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto open_as = [&](int fd, const std::string& path, int flags) {
    posix_spawn_file_actions_addopen(&actions, fd, path.c_str(), flags, 0600);
  };
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
  open_as(STDIN_FILENO, options.in_file, O_RDONLY);
  if (options.pipe_out) {
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  } else {
    open_as(STDOUT_FILENO, options.out_file, kAppend);
  }
  open_as(STDERR_FILENO, options.err_file, kAppend);
  if (!options.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  const int failed = posix_spawn(&pid_, command.front().c_str(), &actions, nullptr,
                                 Pointers(command).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (options.pipe_out) {
    close(out[1]);
    out_fd_ = out[0];
  }
  if (failed != 0) Fail(fmt::format("start {}: {}", options.command[0], std::strerror(failed)));
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pid_fd_ < 0) Fail(fmt::format("pidfd_open: {}", std::generic_category().message(errno)));
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !exit_status_) {
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  }
  if (pid_fd_ >= 0) close(pid_fd_);
  if (out_fd_ >= 0) close(out_fd_);
}

void ChildProcess::Signal(int signal) const {
  // Never once it was waited for: its number may be another's by now.
  if (!exit_status_) kill(pid_, signal);
}

std::optional<int> ChildProcess::WaitForExit(Milliseconds deadline) {
  if (exit_status_) return exit_status_;
  if (!WaitReadable(pid_fd_, Clock::now() + deadline)) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_)
    Fail(fmt::format("waitpid: {}", std::generic_category().message(errno)));
  exit_status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_status_;
}

std::optional<std::string> ChildProcess::ReadLine(Milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (true) {
    if (const std::size_t at = buffer_.find('\n'); at != std::string::npos) {
      std::string line = buffer_.substr(0, at);
      buffer_.erase(0, at + 1);
      return line;
    }
    if (!WaitReadable(out_fd_, end)) return std::nullopt;
    char piece[65'536];
    const ssize_t got = read(out_fd_, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    buffer_.append(piece, static_cast<std::size_t>(got));
  }
}

Ran RunProgram(const std::vector<std::string>& command, const RunOptions& options) {
  const TempFolder folder;
  const std::string in_file = folder.path() + "/in";
  WriteText(in_file, options.in);
  ChildProcess child({.command = command,
                      .environment = options.environment,
                      .folder = options.folder,
                      .in_file = in_file,
                      .out_file = folder.path() + "/out",
                      .err_file = folder.path() + "/err"});
  const auto status = child.WaitForExit(options.deadline);
  const std::string out = ReadText(folder.path() + "/out");
  const std::string err = ReadText(folder.path() + "/err");
  if (!status) {
    Fail(fmt::format("still running: {}\n{}\n{}", fmt::join(command, " "), out, err));
  }
  return {.exit_status = *status, .out = out, .err = err};
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail("read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) Fail("write " + path);
}

void EditText(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = ReadText(path);
  const std::size_t at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos) {
    Fail(fmt::format("{} does not hold `{}` exactly once", path, from));
  }
  WriteText(path, text.replace(at, from.size(), to));
}

}  // namespace renkei::testing_support
