#include "node/membership/crowd.h"

#include <algorithm>
#include <map>
#include <set>

#include "node/membership/limits.h"
#include "node/membership/names.h"

namespace renkei::membership {
namespace {

constexpr unsigned kSectorBit = 1;
constexpr unsigned kCountryBit = 2;
constexpr unsigned kSizeBit = 4;

// No word holds a line feed.
std::string CrowdKey(std::string_view circle, const TeamProfile& profile) {
  return fmt::format("{}\n{}\n{}\n{}", circle, profile.sector, profile.country, profile.size);
}

// What the hub says of a team.
TeamProfile ProfileOf(const v1::Team& team) {
  const v1::Card& card = team.card();
  TeamProfile profile{.size = team.size()};
  if (card.sector().by_hub()) profile.sector = card.sector().value();
  if (card.country().by_hub()) profile.country = card.country().value();
  return profile;
}

// The profile itself and all its generalisations but the empty one.
std::set<TeamProfile> Generalisations(const TeamProfile& profile) {
  std::set<TeamProfile> all;
  for (unsigned kept = 1; kept < 8; ++kept) {
    TeamProfile general;
    if ((kept & kSectorBit) != 0) general.sector = profile.sector;
    if ((kept & kCountryBit) != 0) general.country = profile.country;
    if ((kept & kSizeBit) != 0) general.size = profile.size;
    if (!general.empty()) all.insert(std::move(general));
  }
  return all;
}

int Words(const TeamProfile& profile) {
  return static_cast<int>(!profile.sector.empty()) + static_cast<int>(!profile.country.empty()) +
         static_cast<int>(!profile.size.empty());
}

struct Entry {
  int words = 0;
  std::string circle{};
  TeamProfile profile{};

  auto operator<=>(const Entry&) const = default;
};

bool Counts(const v1::Team& team, Timestamp now) {
  return team.slug() != kHubSlug && !team.revoked() && team.suspended_until() <= UnixSeconds(now);
}

// All that fit, the more general first.
std::vector<Entry> CountAll(const v1::CommunityState& state, const std::vector<v1::Team>& teams,
                            Timestamp now) {
  std::map<std::string, std::map<TeamProfile, int>> counts;
  for (const v1::Charter& charter : state.charters()) counts[charter.circle()];
  for (const v1::Team& team : teams) {
    if (!Counts(team, now)) continue;
    const std::set<TeamProfile> fits = Generalisations(ProfileOf(team));
    for (const v1::Level& level : team.levels()) {
      const auto circle = counts.find(level.circle());
      if (circle == counts.end()) continue;
      for (const TeamProfile& profile : fits) ++circle->second[profile];
    }
  }
  std::vector<Entry> entries;
  for (const auto& [circle, profiles] : counts) {
    for (const auto& [profile, count] : profiles) {
      if (count >= kCrowdMin) entries.push_back({Words(profile), circle, profile});
    }
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool IsWord(const std::string& text) {
  return text.size() <= kLabelBytesMax && text.find('\n') == std::string::npos;
}

}  // namespace

bool IsTeamSize(std::string_view text) {
  return text.empty() || std::find(kTeamSizes.begin(), kTeamSizes.end(), text) != kTeamSizes.end();
}

google::protobuf::RepeatedPtrField<v1::Crowd> CountCrowds(const v1::CommunityState& state,
                                                          const std::vector<v1::Team>& teams,
                                                          Timestamp now) {
  std::vector<Entry> entries = CountAll(state, teams, now);
  if (entries.size() > kCrowdProfilesMax) entries.resize(kCrowdProfilesMax);
  std::map<std::string, std::set<TeamProfile>> circles;
  for (Entry& entry : entries) circles[entry.circle].insert(std::move(entry.profile));
  google::protobuf::RepeatedPtrField<v1::Crowd> crowds;
  for (const auto& [circle, profiles] : circles) {
    v1::Crowd* crowd = crowds.Add();
    crowd->set_circle(circle);
    for (const TeamProfile& profile : profiles) {
      v1::Profile* fits = crowd->add_fits();
      fits->set_sector(profile.sector);
      fits->set_country(profile.country);
      fits->set_size(profile.size);
    }
  }
  return crowds;
}

bool CrowdsDue(std::int64_t counted, Timestamp now) {
  constexpr std::int64_t kStep = std::chrono::seconds(kCrowdInterval).count();
  return UnixSeconds(now) / kStep > counted / kStep;
}

absl::StatusOr<CrowdTable> CrowdTable::Read(const v1::CommunityState& state) {
  CrowdTable table;
  std::set<std::string_view> circles;
  std::size_t profiles = 0;
  for (const v1::Crowd& crowd : state.crowds()) {
    if (!IsSlug(crowd.circle()) || !circles.insert(crowd.circle()).second) {
      return InvalidArgument("crowd table: a circle's name is no name, or stands twice");
    }
    profiles += static_cast<std::size_t>(crowd.fits_size());
    if (profiles > kCrowdProfilesMax) {
      return InvalidArgument("crowd table: more than 8,192 profiles");
    }
    for (const v1::Profile& fits : crowd.fits()) {
      // Words of later versions are kept: they fit nothing that is asked for here.
      if (!IsWord(fits.sector()) || !IsWord(fits.country()) || !IsWord(fits.size())) {
        return InvalidArgument("crowd table: a word is longer than 64 bytes or no word");
      }
      table.keys_.insert(CrowdKey(crowd.circle(), {fits.sector(), fits.country(), fits.size()}));
    }
  }
  return table;
}

bool CrowdTable::Fits(std::string_view circle, const TeamProfile& profile) const {
  return profile.empty() || keys_.contains(CrowdKey(circle, profile));
}

}  // namespace renkei::membership
