#include "tests/support/node_process.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "tests/support/temp_folder.h"

namespace renkei::testing_support {
namespace {

constexpr std::string_view kNotHeld = "is not held here";

Json Parsed(const std::string& text, const std::string& what) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) Fail(fmt::format("{}: no JSON: {}", what, text.substr(0, 500)));
  return json;
}

}  // namespace

std::string Program(const std::string& name) {
  const char* folder = std::getenv("RENKEI_BINARY_DIR");
  return std::string(folder == nullptr ? RENKEI_BUILT_IN : folder) + "/" + name;
}

std::string SourceFile(const std::string& path) { return std::string(RENKEI_SOURCES) + "/" + path; }

std::vector<std::string> JsonFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  if (error) Fail(folder + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Ran Renkei(std::vector<std::string> arguments, const RunOptions& options) {
  arguments.insert(arguments.begin(), Program());
  return RunProgram(arguments, options);
}

Ran MustRenkei(std::vector<std::string> arguments, const RunOptions& options) {
  const std::string what = fmt::format("renkei {}", fmt::join(arguments, " "));
  Ran ran = Renkei(std::move(arguments), options);
  if (ran.exit_status != 0) {
    Fail(fmt::format("{}: exit status {}\n{}{}", what, ran.exit_status, ran.out, ran.err));
  }
  return ran;
}

void NodeProcess::Launch(const StartOptions& options) {
  child_ = std::make_unique<ChildProcess>(
      ChildProcess::Options{.command = {Program(options.program), "run", "--dir", folder_},
                            .environment = options.environment,
                            .out_file = folder_ + "/log",
                            .err_file = folder_ + "/log"});
}

void NodeProcess::Start(const StartOptions& options) {
  Launch(options);
  const std::string patience = std::to_string(kPatience.count());
  ChildProcess waiting({.command = {Program(), "status", "--dir", folder_, "--wait", patience}});
  WaitUntil("the node answers, or ends", [&] { return !waiting.running() || !child_->running(); });
  if (!child_->running() || waiting.WaitForExit(Milliseconds(0)) != 0) {
    Fail(fmt::format("the node in {} did not start:\n{}", folder_, log()));
  }
}

std::optional<int> NodeProcess::WaitForExit(Milliseconds deadline) {
  return child_->WaitForExit(deadline);
}

void NodeProcess::Kill() {
  child_->Signal(SIGKILL);
  if (!child_->WaitForExit(kPatience)) Fail("a killed node goes on");
}

int NodeProcess::Stop() {
  child_->Signal(SIGTERM);
  const auto status = child_->WaitForExit(kPatience);
  if (!status) Fail(fmt::format("the node in {} does not stop:\n{}", folder_, log()));
  // A sanitizer speaks last, and only here.
  if (*status != 0) {
    fmt::print(stderr, "the node in {} ended with {}:\n{}\n", folder_, *status, log());
  }
  return *status;
}

Ran NodeProcess::Cli(std::vector<std::string> arguments, const RunOptions& options) const {
  arguments.insert(arguments.end(), {"--dir", folder_});
  return Renkei(std::move(arguments), options);
}

Json NodeProcess::Ask(std::vector<std::string> arguments, int status, const std::string& in) const {
  const std::string what = fmt::format("renkei {} in {}", fmt::join(arguments, " "), folder_);
  arguments.push_back("--json");
  const Ran ran = Cli(std::move(arguments), {.in = in});
  if (ran.exit_status != status) {
    Fail(fmt::format("{}: exit status {}\n{}{}", what, ran.exit_status, ran.out.substr(0, 4000),
                     ran.err));
  }
  return Parsed(ran.out, what);
}

std::optional<Json> NodeProcess::Show(const std::string& id) const {
  const Ran ran = Cli({"show", id, "--json"});
  if (ran.exit_status == 0) return Parsed(ran.out, "show");
  if (ran.err.find(kNotHeld) == std::string::npos) Fail("show " + id + ": " + ran.err);
  return std::nullopt;
}

std::string NodeProcess::Address(const std::string& plane) const {
  return Status()["addresses"][plane].get<std::string>();
}

std::vector<std::string> NodeProcess::Publish(const std::vector<std::string>& files,
                                              const std::vector<std::string>& options) const {
  std::vector<std::string> arguments = {"publish", "--reviewed"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), files.begin(), files.end());
  std::vector<std::string> ids;
  const Json answer = Ask(arguments);
  for (const Json& file : answer["files"]) {
    for (const Json& draft : file["drafts"]) ids.push_back(draft["id"].get<std::string>());
  }
  return ids;
}

std::string NodeProcess::PublishText(const std::string& json,
                                     const std::vector<std::string>& options) const {
  const TempFolder folder;
  const std::string path = folder.path() + "/record.json";
  WriteText(path, json);
  const std::vector<std::string> ids = Publish({path}, options);
  if (ids.size() != 1) Fail("one record was expected of " + json);
  return ids.front();
}

void NodeProcess::WaitForRecord(const std::string& id) const { Follower(*this).WaitForRecord(id); }

Follower::Follower(const NodeProcess& node, const std::string& from) {
  std::vector<std::string> command = {Program(), "subscribe", "--follow", "--dir", node.folder()};
  if (!from.empty()) command.insert(command.end(), {"--from", from});
  child_ = std::make_unique<ChildProcess>(ChildProcess::Options{
      .command = std::move(command), .err_file = node.folder() + "/log", .pipe_out = true});
}

Json Follower::WaitFor(const std::string& what, const std::function<bool(const Json&)>& wanted,
                       Milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
    const auto line = child_->ReadLine(std::max(left, Milliseconds(0)));
    if (!line) Fail("waited in vain: " + what);
    Json json = Parsed(*line, "subscribe");
    if (wanted(json)) return json;
  }
}

Json Follower::WaitForRecord(const std::string& id) {
  return WaitFor("record " + id, [&](const Json& line) { return line["id"] == id; });
}

std::string DraftText(const std::string& title, const std::string& more) {
  const Json text = {{"value", title}, {"lang", "en"}};
  const Json sections = {
      {"summary", {{"title", Json::array({text})}}},
      {"indicators",
       {{"indicators", Json::array({{{"ref", "i1"},
                                     {"type", "ipv4"},
                                     {"value", "203.0.113.80"},
                                     {"actionable", true}}})}}},
      {"impact", {{"effects", Json::array({"outage"})}}},
      {"victim", {{"sectors", Json::array({"energy"})}}},
      {"contact",
       {{"points", Json::array({{{"role", "irt"}, {"email", "irt@peer.example.net"}}})}}}};
  return fmt::format(R"({{"renkei": 1, "kind": "incident", {}, "sections": {}}})", more,
                     sections.dump());
}

bool Holds(const std::optional<Json>& shown, const std::string& section) {
  if (!shown) return false;
  const Json& held = (*shown)["held"];
  return std::find(held.begin(), held.end(), section) != held.end();
}

}  // namespace renkei::testing_support
