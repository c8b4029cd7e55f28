// Parses the arguments of one command.  Hides CLI11, whose headers are costly.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/cli/command.h"

namespace renkei::cli {

class ArgumentParser {
 public:
  // Both outlive this; so do the variables that the options write to.
  ArgumentParser(Context& context, const Command& command);
  ~ArgumentParser();
  ArgumentParser(const ArgumentParser&) = delete;
  ArgumentParser& operator=(const ArgumentParser&) = delete;

  void Positional(const std::string& name, std::string& value, bool required = true);
  void Positionals(const std::string& name, std::vector<std::string>& values);  // at least one
  void Option(const std::string& name, std::string& value, bool required = false);
  // May be given several times, one value each: what follows it is never swallowed.
  void List(const std::string& name, std::vector<std::string>& values, bool required = false);
  void Number(const std::string& name, std::optional<int>& value);  // 0 or more
  void Flag(const std::string& name, bool& value);

  // Nothing: go on.  Else the command ends with this status; all is said.
  std::optional<int> Parse();

 private:
  struct Impl;
  Context& context_;
  const Command& command_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace renkei::cli
