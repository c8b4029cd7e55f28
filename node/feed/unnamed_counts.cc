#include "node/feed/unnamed_counts.h"

#include <map>
#include <string>

#include "node/base/bytes.h"

namespace renkei::feed {
namespace {

constexpr std::string_view kUnnamedCountKind = "unnamed_count";
constexpr BytesView kOnlyKey = "";

std::int64_t DayOf(Timestamp now) { return now.time_since_epoch() / std::chrono::hours(24); }

struct CountedDay {
  std::int64_t day = 0;
  std::map<std::string, UnnamedCount, std::less<>> teams{};
};

// i64 day, then for each team u8 length || slug || u32 records || u32 pseudonyms.
Bytes EncodeCounts(const CountedDay& counted) {
  ByteWriter out;
  out.I64(counted.day);
  for (const auto& [team, count] : counted.teams) {
    out.U8(static_cast<std::uint8_t>(team.size())).Raw(team);
    out.U32(count.records).U32(count.pseudonyms);
  }
  return out.Take();
}

// Of today; of another day nothing counts.
absl::StatusOr<CountedDay> CountsToday(const store::Reader& reader, Timestamp now) {
  CountedDay today{.day = DayOf(now)};
  ASSIGN_OR_RETURN(const auto row, reader.FindObject(kUnnamedCountKind, kOnlyKey));
  if (!row) return today;
  ByteReader in(*row);
  if (in.I64() != today.day) return today;
  while (in.ok() && !in.AtEnd()) {
    const std::string team(in.Raw(in.U8()));
    UnnamedCount& count = today.teams[team];
    count.records = in.U32();
    count.pseudonyms = in.U32();
  }
  if (!in.ok()) return DataLoss("the day's numbers of records without a name are damaged");
  return today;
}

}  // namespace

absl::StatusOr<UnnamedCount> UnnamedToday(const store::Reader& reader, std::string_view team,
                                          Timestamp now) {
  ASSIGN_OR_RETURN(const CountedDay today, CountsToday(reader, now));
  const auto it = today.teams.find(team);
  return it == today.teams.end() ? UnnamedCount{} : it->second;
}

absl::Status CountUnnamed(store::Writer& writer, std::string_view team, Timestamp now,
                          const UnnamedCount& more) {
  ASSIGN_OR_RETURN(CountedDay today, CountsToday(writer, now));
  UnnamedCount& count = today.teams[std::string(team)];
  count.records += more.records;
  count.pseudonyms += more.pseudonyms;
  // Dropped first: the store empties its log after what was dropped, and with it the row as it was.
  RETURN_IF_ERROR(writer.DropObject(kUnnamedCountKind, kOnlyKey));
  return writer.PutObject(kUnnamedCountKind, kOnlyKey, EncodeCounts(today));
}

absl::Status ForgetUnnamedCounts(store::Writer& writer, Timestamp now) {
  ASSIGN_OR_RETURN(const auto row, writer.FindObject(kUnnamedCountKind, kOnlyKey));
  if (!row || ByteReader(*row).I64() == DayOf(now)) return absl::OkStatus();
  return writer.DropObject(kUnnamedCountKind, kOnlyKey);
}

}  // namespace renkei::feed
