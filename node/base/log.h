// Structured log lines that can't hold record content: `event=record.withheld peer=beta
// position=42`.
//
// A field is made only from numbers, literals and types with a LogText() overload (ids, enums).
// Record content, keys and peer-supplied text have none, so logging them does not compile.
// Events are `noun.past_participle`, listed in docs/operations.md.  Thread-safe.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace renkei {

// Text that was checked to be safe in a log line: letters, digits and `.-_:/`.
class LogSafe {
 public:
  explicit LogSafe(std::string_view text);  // anything else becomes `?`, at most 128 bytes
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};
inline std::string LogText(const LogSafe& safe) { return safe.text(); }

struct Field {
  template <std::integral T>
  Field(std::string_view k, T v) : key(k), value(fmt::to_string(v)) {}
  template <std::size_t N>
  Field(std::string_view k, const char (&literal)[N]) : key(k), value(literal) {}
  template <class T>
  requires requires(const T& v) {
    { LogText(v) } -> std::convertible_to<std::string>;
  }
  Field(std::string_view k, const T& v) : key(k), value(LogText(v)) {}

  std::string_view key;
  std::string value;
};

enum class LogLevel { kDebug, kInfo, kWarn, kError };

void LogEvent(LogLevel level, std::string_view event, std::initializer_list<Field> fields);

// Sends log lines to stderr with a UTC time.  Called once, by main.
void StartLog(LogLevel least);
// From now on lines below `least` are left out.
void SetLogLevel(LogLevel least);

}  // namespace renkei
