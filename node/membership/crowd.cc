#include "node/membership/crowd.h"

#include <algorithm>
#include <map>
#include <set>

#include "node/membership/limits.h"
#include "node/membership/names.h"
#include "node/record/wider_words.h"

namespace renkei::membership {
namespace {

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

using Wider = std::string_view (*)(std::string_view);

// A word, all that is wider, and nothing, each with how much it says: from the steps that are left
// to say less, 0 being nothing.
std::vector<std::pair<std::string, int>> Ladder(const std::string& word, int steps, Wider wider) {
  std::vector<std::pair<std::string, int>> ladder = {{"", 0}};
  int says = steps + 1;
  for (std::string_view next = word; !next.empty() && says > 0; next = wider(next)) {
    ladder.emplace_back(next, says--);
  }
  return ladder;
}

// The profile itself and all its generalisations but the empty one, with how much each says: more
// than any of its generalisations.
std::map<TeamProfile, int> CrowdGeneralisations(const TeamProfile& profile) {
  std::map<TeamProfile, int> all;
  const auto sizes = Ladder(profile.size, 0, [](std::string_view) { return std::string_view(); });
  for (const auto& [sector, of_sector] :
       Ladder(profile.sector, record::kSectorSteps, record::WiderSector)) {
    for (const auto& [country, of_country] :
         Ladder(profile.country, record::kPlaceSteps, record::WiderPlace)) {
      for (const auto& [size, of_size] : sizes) {
        const TeamProfile general{sector, country, size};
        if (!general.empty()) all.emplace(general, of_sector + of_country + of_size);
      }
    }
  }
  return all;
}

struct Entry {
  int says = 0;
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
  struct Count {
    int says = 0;
    int teams = 0;
  };
  std::map<std::string, std::map<TeamProfile, Count>> counts;
  for (const v1::Charter& charter : state.charters()) counts[charter.circle()];
  for (const v1::Team& team : teams) {
    if (!Counts(team, now)) continue;
    const std::map<TeamProfile, int> fits = CrowdGeneralisations(ProfileOf(team));
    for (const v1::Level& level : team.levels()) {
      const auto circle = counts.find(level.circle());
      if (circle == counts.end()) continue;
      for (const auto& [profile, says] : fits) {
        Count& count = circle->second[profile];
        // A group that is also some team's sector says no more than where it is a group.
        count.says = count.teams == 0 ? says : std::min(count.says, says);
        ++count.teams;
      }
    }
  }
  std::vector<Entry> entries;
  for (const auto& [circle, profiles] : counts) {
    for (const auto& [profile, count] : profiles) {
      if (count.teams >= kCrowdMin) entries.push_back({count.says, circle, profile});
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
