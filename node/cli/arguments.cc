#include "node/cli/arguments.h"

#include <algorithm>
#include <ostream>

#include <CLI/CLI.hpp>

#include "node/cli/output.h"

namespace renkei::cli {

struct ArgumentParser::Impl {
  CLI::App app{};
  std::vector<CLI::Option*> lists{};
};

ArgumentParser::ArgumentParser(Context& context, const Command& command)
    : context_(context), command_(command), impl_(std::make_unique<Impl>()) {
  impl_->app.set_help_flag();
}

ArgumentParser::~ArgumentParser() = default;

void ArgumentParser::Positional(const std::string& name, std::string& value, bool required) {
  impl_->app.add_option(name, value)->required(required);
}

void ArgumentParser::Positionals(const std::string& name, std::vector<std::string>& values) {
  impl_->app.add_option(name, values)->required();
}

void ArgumentParser::Option(const std::string& name, std::string& value, bool required) {
  impl_->app.add_option(name, value)->required(required)->take_last();
}

void ArgumentParser::List(const std::string& name, std::vector<std::string>& values,
                          bool required) {
  impl_->app.add_option(name, values)->required(required)->allow_extra_args(false);
}

void ArgumentParser::Number(const std::string& name, std::optional<int>& value) {
  impl_->app.add_option(name, value)->check(CLI::NonNegativeNumber)->take_last();
}

void ArgumentParser::Flag(const std::string& name, bool& value) {
  impl_->app.add_flag(name, value);
}

std::optional<int> ArgumentParser::Parse() {
  const auto& given = context_.arguments;
  const auto end = std::find(given.begin(), given.end(), "--");
  const auto asks_for_help = [](const std::string& word) {
    return word == "--help" || word == "-h";
  };
  if (std::any_of(given.begin(), end, asks_for_help)) {
    context_.out << command_.usage;
    return kDone;
  }
  std::vector<std::string> reversed(given.rbegin(), given.rend());  // as CLI11 wants it
  try {
    impl_->app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    PrintError(context_, fmt::format("{}: {}", command_.name, error.what()),
               fmt::format("`renkei help {}` shows its usage", command_.name));
    return kWrongUsage;
  }
  return std::nullopt;
}

}  // namespace renkei::cli
