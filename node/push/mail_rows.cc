#include "node/push/mail_rows.h"

namespace renkei::push {
namespace {

constexpr std::string_view kDayRows = "push-mail-day";

Bytes RowBytes(const MailRow& row) {
  return ToText(Json{{"expires", UnixSeconds(row.expires)},
                     {"told", row.told},
                     {"daily", row.daily},
                     {"soon", row.soon},
                     {"line", row.line}});
}

std::optional<MailRow> RowFrom(const Bytes& bytes) {
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("expires") || !json["expires"].is_number_integer()) {
    return std::nullopt;
  }
  MailRow row{.expires = FromUnixSeconds(json["expires"].get<std::int64_t>())};
  const auto read = [&](const char* key, std::set<std::string>& into) {
    if (!json.contains(key) || !json[key].is_array()) return;
    for (const Json& one : json[key]) {
      if (one.is_string()) into.insert(one.get<std::string>());
    }
  };
  read("told", row.told);
  read("daily", row.daily);
  read("soon", row.soon);
  if (json.contains("line") && json["line"].is_string()) row.line = json["line"];
  return row;
}

}  // namespace

absl::StatusOr<std::optional<MailRow>> MailRows::Find(const record::RecordId& id) const {
  std::optional<MailRow> row;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto bytes, reader.FindObject(Kind(), id.view()));
    if (!bytes) return absl::OkStatus();
    row = RowFrom(*bytes);
    return row ? absl::OkStatus() : DataLoss("a row of what was told by mail is damaged");
  }));
  return row;
}

absl::Status MailRows::Put(const record::RecordId& id, const MailRow& row) const {
  return store_.Commit(
      [&](store::Writer& writer) { return writer.PutObject(Kind(), id.view(), RowBytes(row)); });
}

absl::Status MailRows::Drop(const record::RecordId& id) const {
  return store_.Commit([&](store::Writer& writer) { return writer.DropObject(Kind(), id.view()); });
}

absl::StatusOr<std::map<record::RecordId, MailRow>> MailRows::All() const {
  std::map<record::RecordId, MailRow> all;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(Kind()));
    for (const auto& [key, bytes] : rows) {
      const auto id = record::RecordId::From(key);
      auto row = RowFrom(bytes);
      if (!id || !row) return DataLoss("a row of what was told by mail is damaged");
      all.emplace(*id, *std::move(row));
    }
    return absl::OkStatus();
  }));
  return all;
}

absl::StatusOr<std::optional<std::int64_t>> MailRows::LastDay() const {
  std::optional<std::int64_t> day;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto bytes, reader.FindObject(kDayRows, target_));
    if (bytes) day = static_cast<std::int64_t>(ByteReader(*bytes).U64());
    return absl::OkStatus();
  }));
  return day;
}

absl::Status MailRows::SetLastDay(std::int64_t day) const {
  return store_.Commit([&](store::Writer& writer) {
    return writer.PutObject(kDayRows, target_, ByteWriter().I64(day).bytes());
  });
}

absl::Status MailRows::Forget() const {
  return store_.Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, writer.ListObjects(Kind()));
    for (const auto& [key, bytes] : rows) RETURN_IF_ERROR(writer.DropObject(Kind(), key));
    return writer.DropObject(kDayRows, target_);
  });
}

}  // namespace renkei::push
