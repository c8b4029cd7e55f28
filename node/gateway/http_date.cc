#include "node/gateway/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace renkei::gateway {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kDateBytes = 29;

// Exactly as many digits as `text` has; -1 if there is anything else.
int Digits(std::string_view text) {
  int value = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && text[0] != '-' ? value : -1;
}

}  // namespace

std::string ToHttpDate(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

std::optional<Timestamp> FromHttpDate(std::string_view text) {
  if (text.size() != kDateBytes) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const int day = Digits(text.substr(5, 2));
  const int year = Digits(text.substr(12, 4));
  const int hours = Digits(text.substr(17, 2));
  const int minutes = Digits(text.substr(20, 2));
  const int seconds = Digits(text.substr(23, 2));
  if (month == kMonths.end() || day < 1 || year < 1 || hours < 0 || hours > 23 || minutes < 0 ||
      minutes > 59 || seconds < 0 || seconds > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const Timestamp time = std::chrono::sys_days(date) + std::chrono::hours(hours) +
                         std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
  // One form only: whatever else differs (day of the week, punctuation) is no date.
  if (ToHttpDate(time) != text) return std::nullopt;
  return time;
}

}  // namespace renkei::gateway
