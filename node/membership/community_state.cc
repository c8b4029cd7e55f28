#include "node/membership/community_state.h"

#include <algorithm>
#include <set>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "node/base/encoding.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/membership/roster_work.h"

namespace renkei::membership {
namespace {

constexpr std::uint32_t kStateAgeHoursMax = 720;

Bytes StateSignedBytes(BytesView state) {
  return ByteWriter().Raw(crypto::Tag16("RNK1.state")).Raw(state).Take();
}

Freshness FreshnessBy(std::chrono::hours age_max, Timestamp signed_at, Timestamp now) {
  if (now <= signed_at + age_max) return Freshness::kFresh;
  return now <= signed_at + 3 * age_max ? Freshness::kStale : Freshness::kDead;
}

absl::Status CheckVoids(const v1::CommunityState& state) {
  for (const v1::VoidEntry& entry : state.voids()) {
    if (entry.subject().size() != crypto::Digest::kSize ||
        entry.circle().size() != record::CircleId::kSize) {
      return InvalidArgument("community state: a void entry has a hash of the wrong length");
    }
  }
  return absl::OkStatus();
}

bool IsMonth(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return false;
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return text.substr(5) >= "01" && text.substr(5) <= "12";
}

absl::Status CheckStatistics(const v1::CommunityState& state) {
  if (state.statistics_size() > static_cast<int>(kStatisticsMonthsMax)) {
    return InvalidArgument("community state: statistics of more than 24 months");
  }
  for (int i = 0; i < state.statistics_size(); ++i) {
    RETURN_IF_ERROR(CheckMonthTables(state.statistics(i)));
    if (i > 0 && state.statistics(i - 1).month() <= state.statistics(i).month()) {
      return InvalidArgument("community state: its months are not newest first");
    }
  }
  return absl::OkStatus();
}

}  // namespace

namespace {

absl::StatusOr<v1::CommunityState> ReadSeenState(const store::Reader& reader,
                                                 const std::string& community) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> row, reader.FindObject(kSeenStateKind, community));
  v1::CommunityState state;
  if (!row) return state;
  v1::SignedState signed_state;
  if (!signed_state.ParseFromString(*row) || !state.ParseFromString(signed_state.state())) {
    return DataLoss("the stored state is damaged");
  }
  return state;
}

}  // namespace

absl::StatusOr<CrowdTable> ReadSeenCrowds(const store::Reader& reader,
                                          const std::string& community) {
  ASSIGN_OR_RETURN(const v1::CommunityState state, ReadSeenState(reader, community));
  return CrowdTable::Read(state);
}

absl::StatusOr<std::vector<Charter>> ReadSeenCharters(const store::Reader& reader,
                                                      const std::string& community) {
  ASSIGN_OR_RETURN(const v1::CommunityState state, ReadSeenState(reader, community));
  std::vector<Charter> charters;
  for (const v1::Charter& one : state.charters()) {
    ASSIGN_OR_RETURN(Charter charter, ToCharter(one, community));
    charters.push_back(std::move(charter));
  }
  return charters;
}

absl::Status CheckMonthTables(const v1::MonthTables& tables) {
  if (!IsMonth(tables.month())) return InvalidArgument("statistics: the month is no month");
  for (const auto* cells : {&tables.types(), &tables.sectors()}) {
    if (cells->size() > static_cast<int>(kStatisticsCellsMax)) {
      return InvalidArgument("statistics: a table has more than 128 cells");
    }
    for (const v1::StatisticsCell& cell : *cells) {
      if (cell.key().empty() || cell.key().size() > kStatisticsKeyBytesMax || !IsUtf8(cell.key())) {
        return InvalidArgument("statistics: a cell's key is empty, too long or not UTF-8");
      }
    }
  }
  return absl::OkStatus();
}

std::optional<policy::Rung> Charter::RungOf(std::string_view level) const {
  for (const Level& known : levels) {
    if (known.name == level) return known.rung;
  }
  return std::nullopt;
}

std::string Charter::LevelOf(policy::Rung rung) const {
  std::string reached;
  for (const Level& level : levels) {
    if (level.rung <= rung) reached = level.name;
  }
  return reached;
}

v1::Charter DefaultCharter(std::string_view circle) {
  v1::Charter charter;
  charter.set_circle(std::string(circle));
  const auto add = [&charter](const char* name, std::uint32_t number) {
    v1::Rung* rung = charter.add_rungs();
    rung->set_name(name);
    rung->set_number(number);
  };
  add("listed", 4);
  add("accredited", 8);
  add("certified", 12);
  charter.set_state_age_max_hours(static_cast<std::uint32_t>(kStateAgeMaxDefault.count()));
  charter.set_source_modes(SourceModeBit(policy::SourceMode::kAttributed) |
                           SourceModeBit(policy::SourceMode::kAnonymous));
  return charter;
}

absl::StatusOr<Charter> ToCharter(const v1::Charter& charter, std::string_view community) {
  if (!IsSlug(charter.circle())) {
    return InvalidArgument("charter: the circle's name is not [a-z0-9-]{1,32}");
  }
  Charter result;
  result.circle = charter.circle();
  result.id = record::MakeCircleId(community, charter.circle());
  const auto wrong = [&charter](std::string_view what) {
    return InvalidArgument(fmt::format("charter of `{}`: {}", charter.circle(), what));
  };
  if (charter.rungs().empty()) return wrong("it names no level");
  std::set<std::string_view> names;
  for (const v1::Rung& rung : charter.rungs()) {
    if (!IsSlug(rung.name()) || !names.insert(rung.name()).second) {
      return wrong("a level's name is not [a-z0-9-]{1,32}, or stands twice");
    }
    if (rung.number() < 1 || rung.number() > policy::kRungMax) {
      return wrong("a rung is not 1..14");
    }
    const auto number = static_cast<policy::Rung>(rung.number());
    if (!result.levels.empty() && result.levels.back().rung >= number) {
      return wrong("its levels are not lowest first");
    }
    result.levels.push_back({rung.name(), number});
  }
  const std::uint32_t hours = charter.state_age_max_hours();
  if (hours > kStateAgeHoursMax) return wrong("state_age_max_hours is not 1..720");
  result.state_age_max = hours == 0 ? kStateAgeMaxDefault : std::chrono::hours(hours);
  constexpr std::uint32_t kAllModes = SourceModeBit(policy::SourceMode::kAttributed) |
                                      SourceModeBit(policy::SourceMode::kPseudonymous) |
                                      SourceModeBit(policy::SourceMode::kAnonymous);
  if ((charter.source_modes() & ~kAllModes) != 0) return wrong("a source mode is unknown");
  // Of a hub that knew no others: what was not allowed is not.
  result.source_modes = charter.source_modes() == 0 ? SourceModeBit(policy::SourceMode::kAttributed)
                                                    : charter.source_modes();
  // What a newer hub may ask for besides is no reason to do without its state.
  if (charter.correlation() <= static_cast<std::uint32_t>(record::Correlation::kSubnets)) {
    result.correlation = static_cast<record::Correlation>(charter.correlation());
  }
  return result;
}

absl::StatusOr<v1::SignedState> SignState(const crypto::SigningKey& attest_key,
                                          const v1::CommunityState& state) {
  v1::SignedState signed_state;
  RENKEI_CHECK(state.SerializeToString(signed_state.mutable_state()));
  if (signed_state.state().size() > kStateBytesMax) {
    return ResourceExhausted("community state: it would be larger than 2 MiB");
  }
  signed_state.set_signature(attest_key.Sign(StateSignedBytes(signed_state.state())).str());
  return signed_state;
}

absl::StatusOr<CommunityState> CommunityState::Verify(const v1::SignedState& state,
                                                      std::string_view community,
                                                      const crypto::PublicKey& attest_key) {
  const Bytes& bytes = state.state();
  if (bytes.size() > kStateBytesMax) {
    return InvalidArgument("community state: larger than 2 MiB");
  }
  const std::optional<crypto::Signature> signature = crypto::Signature::From(state.signature());
  if (!signature || !crypto::Verify(attest_key, StateSignedBytes(bytes), *signature)) {
    return PermissionDenied("community state: not signed by this community's hub");
  }
  CommunityState verified;
  if (!verified.message_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("community state: not a CommunityState message");
  }
  if (verified.message_.community() != community) {
    return PermissionDenied(
        fmt::format("community state: it is of another community than `{}`", community));
  }
  if (verified.message_.charters_size() > static_cast<int>(kCirclesMax)) {
    return InvalidArgument("community state: more than 64 circles");
  }
  for (const v1::Charter& message : verified.message_.charters()) {
    ASSIGN_OR_RETURN(Charter charter, ToCharter(message, community));
    if (verified.FindCharter(charter.id) != nullptr) {
      return InvalidArgument(
          fmt::format("community state: circle `{}` stands twice", charter.circle));
    }
    verified.charters_.push_back(std::move(charter));
  }
  for (const Bytes& key_hash : verified.message_.denied()) {
    const std::optional<crypto::Digest> digest = crypto::Digest::From(key_hash);
    if (!digest) return InvalidArgument("community state: a denied key is not 32 bytes");
    verified.denied_.insert(*digest);
  }
  RETURN_IF_ERROR(CheckVoids(verified.message_));
  RETURN_IF_ERROR(CheckStatistics(verified.message_));
  ASSIGN_OR_RETURN(verified.crowds_, CrowdTable::Read(verified.message_));
  return verified;
}

const Charter* CommunityState::FindCharter(std::string_view circle) const {
  const auto found = std::find_if(charters_.begin(), charters_.end(),
                                  [circle](const Charter& c) { return c.circle == circle; });
  return found == charters_.end() ? nullptr : &*found;
}

const Charter* CommunityState::FindCharter(const record::CircleId& id) const {
  const auto found = std::find_if(charters_.begin(), charters_.end(),
                                  [&id](const Charter& c) { return c.id == id; });
  return found == charters_.end() ? nullptr : &*found;
}

bool CommunityState::IsVoid(const Attestation& attestation, Timestamp now) const {
  if (attestation.mode != AttestationMode::kNamed &&
      attestation.mode != AttestationMode::kSession) {
    return false;
  }
  const crypto::Digest subject = crypto::Sha256(attestation.subject.view());
  const auto applies = [&](const v1::VoidEntry& entry) {
    return entry.subject() == subject.view() && entry.circle() == attestation.circle.view() &&
           UnixSeconds(attestation.not_before) < entry.before() &&
           (entry.until() == 0 || UnixSeconds(now) < entry.until());
  };
  return std::any_of(message_.voids().begin(), message_.voids().end(), applies);
}

Freshness CommunityState::FreshnessOf(const record::CircleId& circle, Timestamp now) const {
  const Charter* charter = FindCharter(circle);
  return FreshnessBy(charter == nullptr ? kStateAgeMaxDefault : charter->state_age_max, signed_at(),
                     now);
}

Freshness CommunityState::FreshnessAt(Timestamp now) const {
  const Charter* charter = FindCharter(kMembersCircle);
  return FreshnessBy(charter == nullptr ? kStateAgeMaxDefault : charter->state_age_max, signed_at(),
                     now);
}

}  // namespace renkei::membership
