#include "node/formats/time_text.h"

#include <chrono>

#include <fmt/format.h>

namespace renkei::formats {
namespace {

namespace chr = std::chrono;

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01
constexpr std::int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::string DayText(std::int64_t seconds) {
  const chr::year_month_day day{chr::sys_days(chr::days(FloorDivide(seconds, kDay)))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string ClockText(std::int64_t seconds) {
  const std::int64_t of_day = seconds - FloorDivide(seconds, kDay) * kDay;
  return fmt::format("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
}

bool InRange(std::int64_t seconds) { return seconds >= kFirstSecond && seconds <= kLastSecond; }

// Reads fixed fields from the front of a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int Number(std::size_t digits) {
    if (rest_.size() < digits) return Fail();
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return Fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  bool Take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(std::string_view any_of) {
    if (!Take(any_of)) Fail();
  }
  bool NextIsDigit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool AtEnd() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_[0]; }
  bool ok() const { return ok_; }
  int Fail() {
    ok_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::int64_t ReadFraction(Fields& fields) {
  if (!fields.Take(".,")) return 0;
  if (!fields.NextIsDigit()) return fields.Fail();
  std::int64_t micros = 0;
  std::int64_t unit = kMicros / 10;
  for (; fields.NextIsDigit(); unit /= 10) micros += unit * fields.Number(1);
  return micros;
}

std::int64_t ReadOffsetSeconds(Fields& fields) {
  if (fields.Take("Zz")) return 0;
  const bool minus = fields.next() == '-';
  fields.Expect("+-");
  const int hours = fields.Number(2);
  fields.Take(":");
  const int minutes = fields.Number(2);
  if (hours > 23 || minutes > 59) fields.Fail();
  return (minus ? -1 : 1) * (hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<std::string> SecondsToText(std::int64_t seconds) {
  if (!InRange(seconds)) return std::nullopt;
  return fmt::format("{}T{}Z", DayText(seconds), ClockText(seconds));
}

std::optional<std::string> MicrosToText(std::int64_t micros) {
  const std::int64_t seconds = FloorDivide(micros, kMicros);
  if (!InRange(seconds)) return std::nullopt;
  return fmt::format("{}T{}.{:06}Z", DayText(seconds), ClockText(seconds),
                     micros - seconds * kMicros);
}

std::optional<std::string> DayToText(std::int64_t seconds) {
  if (!InRange(seconds)) return std::nullopt;
  return DayText(seconds);
}

std::optional<std::int64_t> MicrosFromText(std::string_view text) {
  Fields fields(text);
  const int year = fields.Number(4);
  fields.Expect("-");
  const int month = fields.Number(2);
  fields.Expect("-");
  const int day = fields.Number(2);
  const chr::year_month_day date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                 chr::day(static_cast<unsigned>(day))};
  if (!fields.ok() || year < 1 || !date.ok()) return std::nullopt;
  std::int64_t seconds = chr::sys_days(date).time_since_epoch().count() * kDay;
  if (fields.AtEnd()) return seconds * kMicros;

  fields.Expect("Tt ");
  const int hour = fields.Number(2);
  fields.Expect(":");
  const int minute = fields.Number(2);
  fields.Expect(":");
  const int second = fields.Number(2);
  const std::int64_t fraction = ReadFraction(fields);
  seconds += hour * 3600 + minute * 60 + second - ReadOffsetSeconds(fields);
  const bool in_day = hour < 24 && minute < 60 && second < 60;
  if (!fields.ok() || !fields.AtEnd() || !in_day || !InRange(seconds)) return std::nullopt;
  return seconds * kMicros + fraction;
}

}  // namespace renkei::formats
