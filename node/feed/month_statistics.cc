#include "node/feed/month_statistics.h"

#include <algorithm>
#include <charconv>

#include "node/base/bytes.h"
#include "node/membership/limits.h"

namespace renkei::feed {
namespace {

constexpr int kEntriesAtOnce = 1000;
constexpr int kMonthsOfAYear = 12;

// Months since the year 0.
int MonthNumber(Timestamp time) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
  return static_cast<int>(day.year()) * kMonthsOfAYear +
         static_cast<int>(static_cast<unsigned>(day.month())) - 1;
}

std::string TextOf(int month) {
  return fmt::format("{:04}-{:02}", month / kMonthsOfAYear, month % kMonthsOfAYear + 1);
}

std::optional<int> MonthFrom(std::string_view text) {
  int year = 0;
  int month = 0;
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const char* const begin = text.data();
  const auto y = std::from_chars(begin, begin + 4, year);
  const auto m = std::from_chars(begin + 5, begin + 7, month);
  if (y.ptr != begin + 4 || m.ptr != begin + 7) return std::nullopt;
  if (month < 1 || month > kMonthsOfAYear) return std::nullopt;
  return year * kMonthsOfAYear + month - 1;
}

// When the record began: in the first bytes of its id.
std::string MonthOf(const record::RecordId& id) {
  return MonthText(FromUnixSeconds(static_cast<std::int64_t>(ByteReader(id.view()).U32()) * 3600));
}

}  // namespace

std::string MonthText(Timestamp time) { return TextOf(MonthNumber(time)); }

std::optional<std::string> DueMonth(const std::string& newest, Timestamp founded, Timestamp now) {
  const int last = MonthNumber(now - kStatisticsGrace) - 1;
  const std::optional<int> published = MonthFrom(newest);
  const int first = published ? *published + 1 : MonthNumber(founded);
  const int next = std::max(first, last - static_cast<int>(membership::kStatisticsMonthsMax) + 1);
  if (next > last) return std::nullopt;
  return TextOf(next);
}

std::optional<anonymize::CountedRecord> Counted(const Subject& subject, Timestamp now) {
  const record::Header& header = subject.header;
  switch (header.kind) {
    case policy::Kind::kSighting:
    case policy::Kind::kRequest:
    case policy::Kind::kWithdrawal:
      return std::nullopt;  // they speak of other records
    default:
      break;
  }
  const auto& circles = subject.circles;
  const bool to_all =
      std::find(circles.begin(), circles.end(), membership::kMembersCircle) != circles.end() &&
      header.recipients.empty() && header.min_level == 0 && header.tlp != policy::Tlp::kRed &&
      header.tlp != policy::Tlp::kAmberStrict;
  const bool embargoed = header.embargo_until && *header.embargo_until > now;
  if (!to_all || embargoed || header.exercise || header.expires <= now) return std::nullopt;
  anonymize::CountedRecord counted;
  if (header.source == policy::SourceMode::kAttributed) counted.team = subject.author;
  counted.type = policy::RsitWord(header.type);
  if (!policy::RsitFromWord(counted.type)) counted.type = anonymize::kNotSaid;
  counted.sector = anonymize::kNotSaid;
  if (header.sectors.size() == 1) counted.sector = header.sectors.front();
  if (header.sectors.size() > 1) counted.sector = anonymize::kSeveral;
  return counted;
}

absl::StatusOr<anonymize::MonthStatistics> CountStatistics(const store::Store& store,
                                                           const Community& community,
                                                           const std::string& month,
                                                           Timestamp now) {
  std::vector<anonymize::CountedRecord> counted;
  const absl::Status read = store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
    store::Offset reached = 0;
    while (reached < newest) {
      ASSIGN_OR_RETURN(const auto entries, reader.Entries(reached, newest, kEntriesAtOnce));
      if (entries.empty()) break;
      reached = entries.back().offset;
      for (const store::EntryRow& entry : entries) {
        if (entry.type != store::EntryType::kRecord || entry.state != store::RecordState::kLive ||
            MonthOf(entry.id) != month) {
          continue;
        }
        ASSIGN_OR_RETURN(const Subject subject, MakeSubject(entry.header, entry.circles,
                                                            entry.author, entry.own, community));
        if (auto one = Counted(subject, now)) counted.push_back(*std::move(one));
      }
    }
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(Annotate(read, "count statistics"));
  return anonymize::CountMonth(counted);
}

}  // namespace renkei::feed
