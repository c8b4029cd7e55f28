// Who has taken notice of a record: said by people, counted, told to nobody outside.
#include <algorithm>

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"

namespace renkei::app {
namespace {

constexpr std::size_t kAckNamesMax = 64;  // of one record
constexpr std::size_t kAckNameBytesMax = 64;

Json AcksFrom(const std::optional<Bytes>& row) {
  Json acks = row ? Json::parse(*row, nullptr, /*allow_exceptions=*/false) : Json::array();
  return acks.is_array() ? acks : Json::array();
}

// Adds `by`, unless they are there; the first time counts.
absl::Status AddAck(Json& acks, const std::string& by, Timestamp now) {
  const bool there = std::any_of(acks.begin(), acks.end(), [&](const Json& one) {
    return one.is_object() && one.value("by", "") == by;
  });
  if (there) return absl::OkStatus();
  if (acks.size() >= kAckNamesMax) {
    return ResourceExhausted(fmt::format("{} names have acknowledged it, the limit", kAckNamesMax));
  }
  acks.push_back({{"by", by}, {"at", TimeText(now)}});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Json> Acknowledged(const store::Reader& reader, const record::RecordId& id) {
  ASSIGN_OR_RETURN(const auto row, reader.FindObject(store::kAckRows, id.view()));
  return AcksFrom(row);
}

CommandResult AckCommand(const CommandContext& context, Arguments& arguments, const std::string&) {
  const std::string named = arguments.Required("id");
  const std::string said = arguments.Text("by");
  const std::string by = context.caller.is_owner() ? said : context.caller.account;
  if (by.empty()) arguments.Refuse("`by` is needed: who has taken notice");
  if (by != Printable(by, kAckNameBytesMax)) {
    arguments.Refuse(fmt::format("`by` is no name of at most {} bytes", kAckNameBytesMax));
  }
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(const record::RecordId id, FullId(context.node, named));
  Json acks;
  RETURN_IF_ERROR(context.node.store().Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(acks, Acknowledged(writer, id));
    const absl::Status added = AddAck(acks, by, context.node.clock().Now());
    return added.ok() ? writer.PutObject(store::kAckRows, id.view(), ToText(acks)) : added;
  }));
  return Done({{"id", record::ToString(id)}, {"acknowledged", std::move(acks)}});
}

}  // namespace renkei::app
