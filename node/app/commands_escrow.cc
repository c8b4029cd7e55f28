// The hub's part of opening a pseudonym: it hands out what is sealed, to whoever asks on its own
// machine, and writes down that it did.

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/feed/submissions.h"

namespace renkei::app {
namespace {

constexpr std::string_view kOpeningKind = "escrow_opening";  // by time and chance
constexpr std::size_t kReasonBytesMax = 1024;

struct Sealed {
  record::RecordId record{};
  crypto::PublicKey pseudonym{};
  std::vector<std::string> circles{};
  Bytes mapping{};
};

absl::StatusOr<Sealed> FindSealed(Node& node, const std::string& id) {
  Sealed sealed;
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, id));
    ASSIGN_OR_RETURN(const record::Header header, record::ParseHeader(row.header));
    if (header.source != policy::SourceMode::kPseudonymous) {
      return FailedPrecondition(
          fmt::format("record {} is {}: only a pseudonymous one has a sealed name",
                      record::ToString(row.id), policy::ToWord(header.source)));
    }
    ASSIGN_OR_RETURN(auto mapping, feed::FindSealedPseudonym(reader, header.origin));
    if (!mapping) return NotFound("no sealed name is kept of this pseudonym");
    sealed = {.record = row.id,
              .pseudonym = header.origin,
              .circles = CircleNames(header.circles, node.community()),
              .mapping = *std::move(mapping)};
    return absl::OkStatus();
  }));
  return sealed;
}

}  // namespace

CommandResult EscrowOpenCommand(const CommandContext& context, Arguments& arguments,
                                const std::string&) {
  const std::string id = arguments.Required("id");
  const std::string reason = arguments.Required("reason");
  if (reason.size() > kReasonBytesMax || !IsUtf8(reason)) {
    arguments.Refuse("the reason is not UTF-8 of at most 1,024 bytes");
  }
  RETURN_IF_ERROR(arguments.status());
  Node& node = context.node;
  if (node.roster() == nullptr) {
    return FailedPrecondition("this node is a member: only a hub keeps sealed names");
  }
  ASSIGN_OR_RETURN(const Sealed sealed, FindSealed(node, id));
  const Timestamp now = node.clock().Now();
  const Json opening = {{"time", TimeText(now)},
                        {"record", record::ToString(sealed.record)},
                        {"pseudonym", HexEncode(sealed.pseudonym.view())},
                        {"reason", reason}};
  // Before anything is handed out: an opening that can't be written down does not happen.
  const Bytes key = ByteWriter().I64(UnixSeconds(now)).Raw(crypto::RandomBytes(8)).Take();
  RETURN_IF_ERROR(node.store().Commit(
      [&](store::Writer& writer) { return writer.PutObject(kOpeningKind, key, ToText(opening)); }));
  LogEvent(LogLevel::kWarn, "escrow.opened", {{"record", sealed.record}});
  return Done({{"record", opening["record"]},
               {"pseudonym", opening["pseudonym"]},
               {"circles", sealed.circles},
               {"sealed", HexEncode(sealed.mapping)}});
}

CommandResult EscrowLogCommand(const CommandContext& context, Arguments&, const std::string&) {
  Json openings = Json::array();
  RETURN_IF_ERROR(context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kOpeningKind));
    for (const auto& [key, value] : rows) {
      Json opening = Json::parse(value, nullptr, /*allow_exceptions=*/false);
      if (opening.is_discarded()) return DataLoss("a stored escrow opening is damaged");
      openings.push_back(std::move(opening));
    }
    return absl::OkStatus();
  }));
  return Done({{"openings", std::move(openings)}});
}

}  // namespace renkei::app
