#include "node/push/selecting.h"

#include "node/base/encoding.h"
#include "node/gateway/record_line.h"
#include "node/push/limits.h"

namespace renkei::push {
namespace {

constexpr std::size_t kDeliveryIdBytes = 16;

Event WithdrawnEvent(Event event, const store::RecordRow& row) {
  event.line["revision"] = row.revision;
  event.line["kind"] = policy::ToWord(row.kind);
  event.line["tlp"] = policy::ToWord(row.tlp);
  event.line["author"] = row.author;
  event.line["state"] = "withdrawn";
  event.kind = row.kind;
  event.tlp = row.tlp;
  event.author = row.author;
  event.expires = row.expires;
  return event;
}

}  // namespace

Selecting::Selecting(const Parts& parts, const config::PushTarget& target, const Book& book)
    : parts_(parts),
      target_(target),
      book_(book),
      filter_(target.filter),
      tlp_(policy::TlpFromWord(target.tlp).value_or(policy::Tlp::kClear)) {}

absl::StatusOr<gateway::Showing> Selecting::MakeShowing() const {
  gateway::Showing showing(parts_.policies, parts_.community, target_.see, parts_.clock.Now());
  if (showing.problems().empty()) return showing;
  return FailedPrecondition(fmt::format("the policy in force does not understand `see`: {}",
                                        showing.problems().front().message));
}

Event Selecting::Make(EventType type, store::Offset offset, const record::RecordId& id,
                      BytesView what) const {
  Event event{.type = type, .offset = offset, .id = id};
  const Bytes place = ByteWriter().I64(offset).U8(static_cast<std::uint8_t>(type)).Take();
  event.delivery =
      HexEncode(crypto::Sha256({crypto::Tag16("RNK1.push"), parts_.store.epoch(),
                                crypto::Sha256(target_.name).view(), place, id.view(), what})
                    .view()
                    .substr(0, kDeliveryIdBytes));
  event.line = {{"event", ToWord(type)}, {"delivery", event.delivery}};
  if (type != EventType::kRecord) event.line["id"] = record::ToString(id);
  return event;
}

bool Selecting::MayTell(const store::RecordRow& row, const record::Header& header) const {
  return row.tlp <= tlp_ && (target_.exercise || !header.exercise) && (target_.own || !row.own);
}

absl::StatusOr<std::optional<Event>> Selecting::OfLive(const store::Reader& reader,
                                                       const gateway::Showing& showing,
                                                       const store::RecordRow& row,
                                                       bool given) const {
  std::optional<Event> none;
  if (row.expires <= showing.now()) return none;
  ASSIGN_OR_RETURN(const auto shown, showing.Look(reader, row));
  if (!shown || !MayTell(row, shown->record.header())) {
    if (!given) return none;
    return Make(EventType::kRetracted, row.offset, row.id, row.leaf.view());
  }
  Event event = Make(EventType::kRecord, row.offset, row.id, row.leaf.view());
  event.expires = row.expires;
  event.kind = row.kind;
  event.tlp = row.tlp;
  event.severity = shown->record.header().severity;
  event.author = row.author;
  event.circles = shown->circles;
  if (!given && !filter_.Wants(event)) return none;
  if (event.severity != policy::Severity::kUnspecified) {
    event.line["severity"] = policy::ToWord(event.severity);
  }
  event.line.update(gateway::RecordLine(row, shown->record, shown->circles, showing.now()));
  event.held = gateway::MakeHeld(parts_.community, row, shown->record, shown->whole);
  event.held->circles = shown->circles;
  return event;
}

absl::StatusOr<std::optional<Event>> Selecting::OfEntry(const store::Reader& reader,
                                                        const gateway::Showing& showing,
                                                        const store::EntryRow& entry) const {
  std::optional<Event> none;
  if (entry.type == store::EntryType::kReceipts) return none;
  ASSIGN_OR_RETURN(const bool given, book_.WasGiven(reader, entry.id));
  ASSIGN_OR_RETURN(const auto row, reader.FindRecord(entry.id));
  if (entry.type == store::EntryType::kTakenBack) {
    // A record that is still here has less in it than before, or others may have less of it.
    if (row || !given) return none;
    return Make(EventType::kRetracted, entry.offset, entry.id, entry.leaf.view());
  }
  if (!row) return none;
  if (row->state != store::RecordState::kWithdrawn) return OfLive(reader, showing, *row, given);
  if (!given) return none;
  Event event =
      WithdrawnEvent(Make(EventType::kWithdrawn, entry.offset, entry.id, row->leaf.view()), *row);
  ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row->stored));
  event.line["reason"] = record::ToWord(record.header().reason);
  return event;
}

absl::StatusOr<Batch> Selecting::FromFeed(store::Offset after) const {
  ASSIGN_OR_RETURN(const gateway::Showing showing, MakeShowing());
  Batch batch{.reached = after};
  std::size_t bytes = 0;
  RETURN_IF_ERROR(parts_.store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
    ASSIGN_OR_RETURN(const auto entries, reader.Entries(after, newest, kBatchEntries));
    batch.more = entries.size() == static_cast<std::size_t>(kBatchEntries);
    for (const store::EntryRow& entry : entries) {
      ASSIGN_OR_RETURN(auto event, OfEntry(reader, showing, entry));
      batch.reached = entry.offset;
      if (!event) {
        ++batch.passed_over;
        continue;
      }
      event->passed_over = batch.passed_over;
      batch.passed_over = 0;
      bytes += ToText(event->line).size();
      batch.events.push_back(*std::move(event));
      batch.more = batch.more || bytes >= kBatchBytes;
      if (bytes >= kBatchBytes) return absl::OkStatus();
    }
    if (!batch.more) batch.reached = std::max(after, newest);
    return absl::OkStatus();
  }));
  return batch;
}

absl::StatusOr<bool> Selecting::StillMay(const store::Reader& reader,
                                         const gateway::Showing& showing,
                                         const store::RecordRow& row) const {
  if (row.tlp > tlp_) return false;
  // Our own team may read all that is held: no record need be opened to know that.
  if (showing.is_own_team()) return true;
  ASSIGN_OR_RETURN(const auto shown, showing.Look(reader, row));
  return shown.has_value();
}

absl::StatusOr<Batch> Selecting::FromGiven(int shard, store::Offset at) const {
  ASSIGN_OR_RETURN(const gateway::Showing showing, MakeShowing());
  Batch batch{.reached = at};
  RETURN_IF_ERROR(parts_.store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto all, book_.AllGiven(reader, shard));
    for (const Given& given : all) {
      if (given.expires <= showing.now()) {
        batch.gone.push_back(given.id);
        continue;
      }
      ASSIGN_OR_RETURN(const auto row, reader.FindRecord(given.id));
      // What was withdrawn or revised has an entry of its own, which comes in its turn.
      if (row && (row->state == store::RecordState::kWithdrawn || row->offset > at)) continue;
      ASSIGN_OR_RETURN(const bool may,
                       row ? StillMay(reader, showing, *row) : absl::StatusOr<bool>(false));
      if (may) continue;
      batch.events.push_back(Make(EventType::kRetracted, at, given.id, ""));
      batch.more = batch.events.size() == static_cast<std::size_t>(kBatchEntries);
      if (batch.more) return absl::OkStatus();
    }
    return absl::OkStatus();
  }));
  return batch;
}

}  // namespace renkei::push
