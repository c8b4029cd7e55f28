// Publisher: what is said of a record that is out already: it is taken back, or was seen here too.
#include <algorithm>

#include "node/base/encoding.h"
#include "node/feed/publish_once.h"
#include "node/feed/publisher.h"
#include "node/record/indicator_key.h"

namespace renkei::feed {
namespace {

using IndicatorList = google::protobuf::RepeatedPtrField<renkei::v1::Indicator>;

// As the record has it, or in any other written form.
IndicatorList::const_iterator FindWritten(const IndicatorList& known, const std::string& value) {
  const auto exact =
      std::find_if(known.begin(), known.end(), [&](const auto& i) { return i.value() == value; });
  if (exact != known.end()) return exact;
  const auto keys = record::KeysOfAnyType(value);
  return std::find_if(known.begin(), known.end(), [&](const auto& i) {
    const record::IndicatorKey key = record::KeyOf(i.type(), i.value()).key;
    return std::any_of(keys.begin(), keys.end(), [&](const auto& k) { return k.key == key; });
  });
}

}  // namespace

absl::StatusOr<Published> Publisher::Withdraw(const record::RecordId& id,
                                              record::WithdrawalReason reason,
                                              const std::string& once) {
  const std::string name = once.empty() ? "" : once + "/0";
  ASSIGN_OR_RETURN(auto done, FindOnce(name));
  if (done) return *std::move(done);
  ASSIGN_OR_RETURN(const Own own, FindOwn(id));
  const Timestamp now = clock_.Now();
  Published result{.result = PublishResult::kPublished};
  if (own.unnamed) {
    ASSIGN_OR_RETURN(const crypto::SigningKey key, unnamed_.KeyOf(*own.unnamed, own.header));
    ASSIGN_OR_RETURN(const record::Record withdrawal,
                     record::SealWithdrawal(own.header, own.leaf, reason, now, key));
    return CommitUnnamed(withdrawal, *own.unnamed, std::move(result), std::nullopt, {.once = name});
  }
  ASSIGN_OR_RETURN(const record::Record withdrawal,
                   record::SealWithdrawal(own.header, own.leaf, reason, now, record_key_));
  return Commit(withdrawal, std::move(result), std::nullopt, {.once = name});
}

absl::StatusOr<Published> Publisher::Sight(const record::RecordId& id, const std::string& value,
                                           renkei::v1::Verdict verdict) {
  std::optional<store::RecordRow> row;
  const absl::Status read3 = store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(row, reader.FindRecord(id));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read3);
  if (!row) return NotFound(fmt::format("record {} is not held here", ToString(id)));
  if (row->state == store::RecordState::kWithdrawn) {
    return FailedPrecondition(fmt::format("record {} is withdrawn", ToString(id)));
  }
  ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row->stored));
  record::Draft draft;
  draft.header.kind = policy::Kind::kSighting;
  draft.header.tlp = row->tlp;
  draft.header.pap = record.header().pap;
  draft.header.exercise = record.header().exercise;
  // A sighting repeats what it is about, so it goes no further than that.
  const record::Header& seen = record.header();
  draft.header.min_level = seen.min_level;
  draft.header.tags = seen.tags;
  draft.header.type = seen.type;
  draft.header.embargo_until = seen.embargo_until;
  draft.header.relay = seen.relay;
  draft.header.section_levels = seen.section_levels;
  const auto indicators_need = (seen.section_levels >> (4 * 3)) & 15;
  if (seen.min_level == policy::kRecipientsOnly ||
      (!value.empty() && indicators_need == policy::kRecipientsOnly)) {
    return PermissionDenied(
        "only the record's recipients may know: a sighting would tell the whole circle");
  }
  draft.header.about = record::About{.record_id = id, .leaf = row->leaf.str()};
  const bool named =
      policy::SourceModeFromWord(config()->publish.default_source)
          .value_or(policy::SourceMode::kAttributed) == policy::SourceMode::kAttributed;
  for (const policy::Membership& own : community_.OwnCircles()) {
    if (!named && !draft.header.circles.empty()) break;  // without a name: to one circle
    const record::CircleId circle = record::MakeCircleId(community_.name(), own.circle);
    const auto& circles = record.header().circles;
    if (std::find(circles.begin(), circles.end(), circle) != circles.end()) {
      draft.header.circles.push_back(own.circle);
    }
  }
  renkei::v1::Sighting& sighting = *draft.sections.mutable_indicators()->add_sightings();
  sighting.set_verdict(verdict);
  if (!value.empty()) {
    const record::v1::Sections sections = record.DecodeSections();
    const auto& known = sections.indicators().indicators();
    const auto it = FindWritten(known, value);
    if (it == known.end()) {
      return InvalidArgument(
          fmt::format("record {} holds no indicator `{}`", ToString(id), Printable(value, 200)));
    }
    sighting.set_type(it->type());
    sighting.set_value(it->value());
  }
  RETURN_IF_ERROR(FillDefaults({}, draft.header));
  ASSIGN_OR_RETURN(record::SealPlan plan, Plan(draft.header));
  return SealAndCommit(draft, std::move(plan), std::nullopt, std::nullopt, {});
}

}  // namespace renkei::feed
