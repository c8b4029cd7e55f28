// A real node in a process of its own: `renkei run` in its folder, asked by the command line.
//
// Programs are those of this build, or of RENKEI_BINARY_DIR if that is set.  The log goes to `log`
// in the node's folder.  Failures end the test (child_process.h).  Confined to one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/base/json.h"
#include "tests/support/child_process.h"

namespace renkei::testing_support {

// `renkei` or `renkei-testing`, as it was built.
std::string Program(const std::string& name = "renkei");
// A file of the source tree.
std::string SourceFile(const std::string& path);
// All `.json` files of a folder, sorted.
std::vector<std::string> JsonFiles(const std::string& folder);

// Runs `renkei ARGUMENTS`; the test says whether it should have worked.
Ran Renkei(std::vector<std::string> arguments, const RunOptions& options = {});
// As Renkei; Fail()s unless the exit status is 0.
Ran MustRenkei(std::vector<std::string> arguments, const RunOptions& options = {});

class NodeProcess {
 public:
  struct StartOptions {
    std::string program = "renkei";
    std::map<std::string, std::string> environment{};
  };

  // Of a node that `init` made, and that has joined if it is a member.
  explicit NodeProcess(std::string folder) : folder_(std::move(folder)) {}

  // Starts it and waits until it answers.
  void Start(const StartOptions& options);
  void Start() { Start(StartOptions{}); }
  // Starts it and waits for nothing: for nodes that must fail.
  void Launch(const StartOptions& options);
  bool running() { return child_ != nullptr && child_->running(); }
  void Signal(int signal) { child_->Signal(signal); }
  std::optional<int> WaitForExit(Milliseconds deadline = kPatience);
  void Kill();  // SIGKILL, and waits
  int Stop();   // SIGTERM, and waits: its exit status

  const std::string& folder() const { return folder_; }
  std::string log() const { return ReadText(folder_ + "/log"); }

  // `renkei COMMAND ... --dir FOLDER`.
  Ran Cli(std::vector<std::string> arguments, const RunOptions& options = {}) const;
  // The same with --json; Fail()s unless the exit status is `status`.
  Json Ask(std::vector<std::string> arguments, int status = 0, const std::string& in = {}) const;
  Json Status() const { return Ask({"status"}); }
  // The record, or nothing if this node holds none by that id.
  std::optional<Json> Show(const std::string& id) const;
  // Its bound address of the peer plane (`exchange`) or of enrolment (`enrolment`).
  std::string Address(const std::string& plane = "exchange") const;

  // Publishes files (JSON or MISP), reviewed, and answers the ids of all records made of them, in
  // order. Fail()s if one is refused.
  std::vector<std::string> Publish(const std::vector<std::string>& files,
                                   const std::vector<std::string>& options = {}) const;
  // Publishes one record of the given JSON text.
  std::string PublishText(const std::string& json,
                          const std::vector<std::string>& options = {}) const;

  // Waits until this node holds the record.
  void WaitForRecord(const std::string& id) const;

 private:
  std::string folder_;
  std::unique_ptr<ChildProcess> child_;
};

// `renkei subscribe --follow`: what the node holds, line by line as it comes.
class Follower {
 public:
  explicit Follower(const NodeProcess& node, const std::string& from = {});

  // The first line for which `wanted` says yes.
  Json WaitFor(const std::string& what, const std::function<bool(const Json&)>& wanted,
               Milliseconds deadline = kPatience);
  Json WaitForRecord(const std::string& id);

 private:
  std::unique_ptr<ChildProcess> child_;
};

// A small record in our own JSON; `more` goes in beside `sections`, such as `"tlp": "green"`.
std::string DraftText(const std::string& title, const std::string& more = R"("tlp": "green")");

// Whether a record as `show` answers it has the section.
bool Holds(const std::optional<Json>& shown, const std::string& section);

}  // namespace renkei::testing_support
