#include "node/gateway/showing.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/feed/given.h"

namespace renkei::gateway {
namespace {

constexpr int kListBatch = 500;

std::vector<std::string> OwnCircleNames(const feed::Community& community) {
  std::vector<std::string> names;
  for (const policy::Membership& own : community.OwnCircles()) names.push_back(own.circle);
  return names;
}

}  // namespace

formats::HeldRecord MakeHeld(const feed::Community& community, const store::RecordRow& row,
                             const record::Record& record, bool whole) {
  const record::Header& header = record.header();
  return {.record_id_hex = record::ToString(row.id),
          .revision = row.revision,
          .kind = row.kind,
          .tlp = row.tlp,
          .pap = header.pap,
          .severity = header.severity,
          .exercise = header.exercise,
          .issued = row.issued,
          .expires = row.expires,
          .author = row.author,
          .circles = feed::CircleNames(header.circles, community),
          .tags = header.tags,
          .type = header.type,
          .sections = record.DecodeSections(),
          .whole = whole};
}

Showing::Showing(const feed::PolicyHolder& policies, const feed::Community& community,
                 std::string see, Timestamp now)
    : community_(community), see_(std::move(see)), now_(now), policy_(policies.Current()) {
  if (see_.empty()) return;
  const auto facts = policy_->evaluator.PeerFrom(see_, OwnCircleNames(community), problems_);
  if (facts && problems_.empty()) peer_ = feed::PeerContext{.team = facts->team, .facts = *facts};
}

std::vector<std::string> Showing::Circles() const {
  std::vector<std::string> names = OwnCircleNames(community_);
  std::sort(names.begin(), names.end());
  if (is_own_team()) return names;
  std::erase_if(names, [&](const std::string& name) {
    return !peer_ || std::none_of(peer_->facts.circles.begin(), peer_->facts.circles.end(),
                                  [&](const policy::Membership& m) { return m.circle == name; });
  });
  return names;
}

crypto::Digest Showing::basis() const {
  std::string circles;
  for (const std::string& name : Circles()) circles += name + "\n";
  if (see_.empty()) return crypto::Sha256({circles});
  return crypto::Sha256({circles, policy_->digest.view(), see_});
}

absl::StatusOr<std::optional<ShownRecord>> Showing::Look(const store::Reader& reader,
                                                         const store::RecordRow& row) const {
  std::optional<ShownRecord> shown;
  if (row.state != store::RecordState::kLive || row.expires <= now_) return shown;
  ASSIGN_OR_RETURN(record::Record record, record::Record::FromStored(row.stored));
  std::vector<std::string> circles = feed::CircleNames(record.header().circles, community_);
  if (is_own_team()) {
    shown.emplace(ShownRecord{std::move(record), std::move(circles), row.own});
    return shown;
  }
  if (!peer_) return shown;
  ASSIGN_OR_RETURN(const feed::Subject subject,
                   feed::MakeSubject(row.header, row.circles, row.author, row.own, community_));
  ASSIGN_OR_RETURN(const policy::Mask mask, feed::MaskToGive(reader, community_, policy_->evaluator,
                                                             *peer_, subject, row.leaf, now_));
  if (!mask.exist()) return shown;
  const bool whole = row.own && (record.held() & ~mask.see()) == 0;
  record.Keep(mask.see());
  // Which other circles it is in is not for whoever is in none of them.
  std::erase_if(circles, [&](const std::string& name) {
    const auto& known = peer_->facts.circles;
    return std::none_of(known.begin(), known.end(),
                        [&](const policy::Membership& m) { return m.circle == name; });
  });
  shown.emplace(ShownRecord{std::move(record), std::move(circles), whole});
  return shown;
}

absl::StatusOr<std::optional<formats::HeldRecord>> Showing::Show(
    const store::Reader& reader, const store::RecordRow& row) const {
  std::optional<formats::HeldRecord> held;
  ASSIGN_OR_RETURN(const auto shown, Look(reader, row));
  if (!shown) return held;
  held = MakeHeld(community_, row, shown->record, shown->whole);
  held->circles = shown->circles;
  return held;
}

absl::Status Showing::ShowEach(const store::Reader& reader, const ListFilter& filter,
                               const std::function<void(formats::HeldRecord&)>& each) const {
  store::RecordQuery query{
      .kind = filter.kind, .state = store::RecordState::kLive, .limit = kListBatch};
  while (true) {
    ASSIGN_OR_RETURN(const auto rows, reader.ListRecords(query));
    for (const store::RecordRow& row : rows) {
      auto looked = Show(reader, row);
      // One damaged row keeps no list from being made: else what is withdrawn would stay in it.
      if (looked.status().code() == absl::StatusCode::kDataLoss) {
        LogEvent(LogLevel::kError, "record.damaged", {{"record", LogSafe(ToString(row.id))}});
        continue;
      }
      ASSIGN_OR_RETURN(auto shown, std::move(looked));
      if (!shown || !WantsRecord(filter, *shown, now_)) continue;
      NarrowRecord(filter, *shown);
      each(*shown);
    }
    if (rows.size() < static_cast<std::size_t>(kListBatch)) return absl::OkStatus();
    query.after = rows.back().offset;
  }
}

}  // namespace renkei::gateway
