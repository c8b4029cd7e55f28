#include "node/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace renkei {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

bool IsSafe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':' || c == '/' || c == '[' || c == ']';
}

}  // namespace

LogSafe::LogSafe(std::string_view text) : text_(text.substr(0, 128)) {
  for (char& c : text_) {
    if (c == ' ') c = '_';
    if (!IsSafe(c)) c = '?';
  }
}

void LogEvent(LogLevel level, std::string_view event, std::initializer_list<Field> fields) {
  std::string line = fmt::format("event={}", event);
  for (const Field& field : fields) line += fmt::format(" {}={}", field.key, field.value);
  spdlog::log(ToSpdlog(level), "{}", line);
}

void StartLog(LogLevel least) {
  auto logger = spdlog::stderr_logger_mt("renkei");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(ToSpdlog(least));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void SetLogLevel(LogLevel least) { spdlog::default_logger()->set_level(ToSpdlog(least)); }

}  // namespace renkei
