// Every command that a reader may copy from the documents works, in the order in which it stands.

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/node_process.h"
#include "tests/support/temp_folder.h"

namespace renkei::testing_support {
namespace {

// A block that is to be saved: "```policy FILE".
constexpr std::string_view kPolicyBlock = "```policy ";

// The ```sh blocks of a document, one text; those that call scripts are tests of their own.  A
// policy that is to be saved as a file is.
std::string Commands(const std::string& document, int& blocks) {
  std::istringstream lines(ReadText(document));
  std::string commands;
  std::string block;
  bool inside = false;
  bool policy = false;
  for (std::string line; std::getline(lines, line);) {
    if (!inside) {
      policy = line.starts_with(kPolicyBlock);
      inside = line == "```sh" || policy;
      if (policy) block = "cat > " + line.substr(kPolicyBlock.size()) + " <<'END_OF_BLOCK'\n";
      continue;
    }
    if (line != "```") {
      block += line + "\n";
      continue;
    }
    inside = false;
    if (policy) block += "END_OF_BLOCK\n";
    if (block.find("scripts/") == std::string::npos) {
      commands += block;
      ++blocks;
    }
    block.clear();
  }
  if (inside) Fail(document + ": a block does not end");
  return commands;
}

class DocsCommands : public testing::TestWithParam<std::string> {};

TEST_P(DocsCommands, WorkAsTheyStand) {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() + "/bin");
  std::filesystem::create_symlink(Program(), folder.path() + "/bin/renkei");
  std::filesystem::create_directory(folder.path() + "/work");
  int blocks = 0;
  const std::string commands = Commands(SourceFile(GetParam()), blocks);
  ASSERT_GT(blocks, 0) << GetParam() << " shows no command";
  // What a block starts in the background ends with the shell.
  const std::string script = fmt::format(
      "set -euo pipefail\nexport PATH={}/bin:$PATH\n"
      "trap 'for job in $(jobs -p); do kill $job 2>/dev/null || true; wait $job || true; done' "
      "EXIT\n{}",
      folder.path(), commands);
  WriteText(folder.path() + "/script", script);
  const Ran ran =
      RunProgram({"bash", folder.path() + "/script"}, {.folder = folder.path() + "/work"});
  EXPECT_EQ(ran.exit_status, 0) << GetParam() << "\n" << ran.out << ran.err;
}

INSTANTIATE_TEST_SUITE_P(Documents, DocsCommands,
                         testing::Values("README.md", "docs/member-guide.md", "docs/hub-guide.md",
                                         "docs/policy-guide.md", "docs/gateway.md",
                                         "docs/indicators.md", "docs/push.md"),
                         [](const auto& test) {
                           std::string name = std::filesystem::path(test.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace renkei::testing_support
