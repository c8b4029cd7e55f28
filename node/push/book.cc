#include "node/push/book.h"

#include "node/push/mail_rows.h"

namespace renkei::push {
namespace {

constexpr std::string_view kPlaceRows = "push";

std::string GivenRows(const std::string& name, int shard) {
  return fmt::format("push:{}:{:02x}", name, shard);
}

std::string GivenRows(const std::string& name, const record::RecordId& id) {
  return GivenRows(name, static_cast<int>(*id.data()));
}

Bytes RowOf(const Place& place) {
  Json json = {{"offset", place.offset},
               {"delivered", place.delivered},
               {"passed_over", place.passed_over},
               {"refused", place.refused}};
  if (place.last_success) json["last_success"] = UnixSeconds(*place.last_success);
  return ToText(json);
}

std::optional<Place> PlaceFrom(const Bytes& row) {
  const Json json = Json::parse(row, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto number = [&](const char* key) -> std::optional<std::uint64_t> {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
  };
  const auto offset = number("offset");
  const auto delivered = number("delivered");
  const auto passed_over = number("passed_over");
  const auto refused = number("refused");
  if (!offset || !delivered || !passed_over || !refused) return std::nullopt;
  Place place{.offset = static_cast<store::Offset>(*offset),
              .delivered = *delivered,
              .passed_over = *passed_over,
              .refused = *refused};
  if (const auto success = number("last_success")) {
    place.last_success = FromUnixSeconds(static_cast<std::int64_t>(*success));
  }
  return place;
}

}  // namespace

absl::StatusOr<std::optional<Place>> Book::Load() const {
  std::optional<Place> place;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto row, reader.FindObject(kPlaceRows, name_));
    if (!row) return absl::OkStatus();
    place = PlaceFrom(*row);
    if (place) return absl::OkStatus();
    return DataLoss(fmt::format("the row of push target `{}` is damaged", name_));
  }));
  return place;
}

absl::Status Book::Save(const Place& place, std::span<const Event> done,
                        std::span<const record::RecordId> gone) const {
  return store_.Commit([&](store::Writer& writer) -> absl::Status {
    for (const Event& event : done) {
      if (event.type == EventType::kTest) continue;
      const std::string rows = GivenRows(name_, event.id);
      const Bytes expires = ByteWriter().I64(UnixSeconds(event.expires)).Take();
      RETURN_IF_ERROR(event.type == EventType::kRecord
                          ? writer.PutObject(rows, event.id.view(), expires)
                          : writer.DropObject(rows, event.id.view()));
    }
    for (const record::RecordId& id : gone) {
      RETURN_IF_ERROR(writer.DropObject(GivenRows(name_, id), id.view()));
    }
    return writer.PutObject(kPlaceRows, name_, RowOf(place));
  });
}

absl::StatusOr<bool> Book::WasGiven(const store::Reader& reader, const record::RecordId& id) const {
  ASSIGN_OR_RETURN(const auto row, reader.FindObject(GivenRows(name_, id), id.view()));
  return row.has_value();
}

absl::StatusOr<std::vector<Given>> Book::AllGiven(const store::Reader& reader, int shard) const {
  ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(GivenRows(name_, shard)));
  std::vector<Given> all;
  all.reserve(rows.size());
  for (const auto& [key, value] : rows) {
    ByteReader in(value);
    const auto expires = static_cast<std::int64_t>(in.U64());
    const auto id = record::RecordId::From(key);
    if (!id || !in.ok()) return DataLoss("a row of what was pushed is damaged");
    all.push_back({.id = *id, .expires = FromUnixSeconds(expires)});
  }
  return all;
}

absl::StatusOr<std::vector<std::string>> Book::Names(const store::Store& store) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kPlaceRows));
    for (const auto& [name, row] : rows) names.push_back(name);
    return absl::OkStatus();
  }));
  return names;
}

absl::Status Book::Forget() const {
  RETURN_IF_ERROR(MailRows(store_, name_).Forget());
  for (int shard = 0; shard < kShards; ++shard) {
    const absl::Status dropped = store_.Commit([&](store::Writer& writer) -> absl::Status {
      const std::string kind = GivenRows(name_, shard);
      ASSIGN_OR_RETURN(const auto rows, writer.ListObjects(kind));
      for (const auto& [key, value] : rows) RETURN_IF_ERROR(writer.DropObject(kind, key));
      return absl::OkStatus();
    });
    RETURN_IF_ERROR(dropped);
  }
  return store_.Commit([&](store::Writer& writer) { return writer.DropObject(kPlaceRows, name_); });
}

}  // namespace renkei::push
