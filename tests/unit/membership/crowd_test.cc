#include "node/membership/crowd.h"

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>

#include "node/membership/card.h"
#include "node/record/wider_words.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

v1::Team TeamOf(const std::string& slug, const TeamProfile& profile,
                const std::vector<std::string>& circles = {"members"}) {
  v1::Team team;
  team.set_slug(slug);
  team.set_size(profile.size);
  const auto claim = [](v1::Claim* into, const std::string& value) {
    into->set_value(value);
    into->set_by_hub(!value.empty());
  };
  claim(team.mutable_card()->mutable_sector(), profile.sector);
  claim(team.mutable_card()->mutable_country(), profile.country);
  for (const std::string& circle : circles) {
    v1::Level* level = team.add_levels();
    level->set_circle(circle);
    level->set_rung(4);
  }
  return team;
}

class CrowdTest : public testing::Test {
 protected:
  CrowdTest() {
    *state_.add_charters() = DefaultCharter("members");
    *state_.add_charters() = DefaultCharter("rail");
  }
  CrowdTable Count() {
    *state_.mutable_crowds() = CountCrowds(state_, teams_, clock_.Now());
    auto table = CrowdTable::Read(state_);
    EXPECT_TRUE(table.ok()) << table.status();
    return *std::move(table);
  }
  void Add(int count, const TeamProfile& profile,
           const std::vector<std::string>& circles = {"members"}) {
    for (int i = 0; i < count; ++i) {
      teams_.push_back(TeamOf(fmt::format("team-{}", teams_.size()), profile, circles));
    }
  }

  FakeClock clock_;
  v1::CommunityState state_;
  std::vector<v1::Team> teams_;
};

TEST_F(CrowdTest, FiveTeamsAreACrowdAndFourAreNot) {
  Add(4, {"finance", "jp", "50-249"});
  EXPECT_FALSE(Count().Fits("members", {.sector = "finance"}));
  Add(1, {"finance", "kr", "10-49"});
  const CrowdTable table = Count();
  EXPECT_TRUE(table.Fits("members", {.sector = "finance"}));
  EXPECT_FALSE(table.Fits("members", {.sector = "finance", .country = "jp"}));
  EXPECT_FALSE(table.Fits("members", {.country = "jp"}));
  EXPECT_FALSE(table.Fits("members", {.size = "50-249"}));
}

TEST_F(CrowdTest, EveryGeneralisationOfWhatFitsFitsToo) {
  Add(5, {"finance", "jp", "50-249"});
  Add(3, {"rail", "jp", "50-249"});
  const CrowdTable table = Count();
  const TeamProfile full = {"finance", "jp", "50-249"};
  for (unsigned kept = 0; kept < 8; ++kept) {
    const TeamProfile general = {(kept & 1U) != 0 ? full.sector : "",
                                 (kept & 2U) != 0 ? full.country : "",
                                 (kept & 4U) != 0 ? full.size : ""};
    EXPECT_TRUE(table.Fits("members", general)) << kept;
  }
  EXPECT_FALSE(table.Fits("members", {.sector = "rail"}));
}

TEST_F(CrowdTest, TeamsOfOneRegionAndOneGroupAreACrowd) {
  Add(2, {"banking", "jp", "50-249"});
  Add(2, {"insurance", "kr", "50-249"});
  Add(1, {"finance", "vn", "10-49"});
  const CrowdTable table = Count();
  EXPECT_FALSE(table.Fits("members", {.country = "jp"}));
  EXPECT_FALSE(table.Fits("members", {.country = "030"})) << "four of five";
  EXPECT_TRUE(table.Fits("members", {.country = "142"}));
  EXPECT_FALSE(table.Fits("members", {.sector = "banking"}));
  EXPECT_TRUE(table.Fits("members", {.sector = "group-finance", .country = "142"}));
  EXPECT_FALSE(table.Fits("members", {"group-finance", "142", "50-249"}));
  EXPECT_FALSE(table.Fits("members", {.country = "150"}));
}

TEST_F(CrowdTest, WhateverFitsFitsOnEveryStepThatIsWider) {
  const std::vector<std::string> sectors = {"banking", "insurance", "rail",
                                            "water",   "casino",    "group-finance"};
  const std::vector<std::string> countries = {"jp", "kr", "vn", "de", "fr", "aq", ""};
  std::uint32_t chance = 1;
  const auto pick = [&chance](const auto& list) {
    chance = chance * 1'664'525U + 1'013'904'223U;
    return list[(chance >> 16) % list.size()];
  };
  const std::vector<std::string> sizes(kTeamSizes.begin(), kTeamSizes.begin() + 2);
  int fitting = 0;
  for (int round = 0; round < 30; ++round) {
    teams_.clear();
    for (int i = 0; i < 60; ++i) Add(1, {pick(sectors), pick(countries), pick(sizes)});
    const CrowdTable table = Count();
    for (const v1::Profile& one : state_.crowds(0).fits()) {
      const TeamProfile profile{one.sector(), one.country(), one.size()};
      const auto with = [&](auto member, std::string_view word) {
        TeamProfile wider = profile;
        wider.*member = word;
        return table.Fits("members", wider);
      };
      EXPECT_TRUE(with(&TeamProfile::sector, record::WiderSector(one.sector())));
      EXPECT_TRUE(with(&TeamProfile::country, record::WiderPlace(one.country())));
      EXPECT_TRUE(with(&TeamProfile::size, ""));
      // Counted by hand, each team once.
      const auto has = [](std::string word, const std::string& said, auto wider) {
        while (!word.empty() && word != said) word = wider(word);
        return said.empty() || word == said;
      };
      const auto teams = std::count_if(teams_.begin(), teams_.end(), [&](const v1::Team& team) {
        return has(team.card().sector().value(), one.sector(), record::WiderSector) &&
               has(team.card().country().value(), one.country(), record::WiderPlace) &&
               (one.size().empty() || team.size() == one.size());
      });
      EXPECT_GE(teams, kCrowdMin);
      ++fitting;
    }
  }
  EXPECT_GT(fitting, 300);
}

TEST_F(CrowdTest, EachCircleHasItsOwnCrowd) {
  Add(5, {.sector = "rail"}, {"members"});
  Add(4, {.sector = "rail"}, {"members", "rail"});
  const CrowdTable table = Count();
  EXPECT_TRUE(table.Fits("members", {.sector = "rail"}));
  EXPECT_FALSE(table.Fits("rail", {.sector = "rail"}));
  EXPECT_FALSE(table.Fits("nowhere", {.sector = "rail"}));
  EXPECT_TRUE(table.Fits("rail", {})) << "nothing is said: nothing to hide";
}

TEST_F(CrowdTest, OnlyTeamsInGoodStandingCountAndOnlyTheHubsWord) {
  Add(5, {.sector = "rail"});
  const auto fits = [this] { return Count().Fits("members", {.sector = "rail"}); };
  EXPECT_TRUE(fits());
  teams_[0].set_revoked(true);
  EXPECT_FALSE(fits());
  teams_[0].set_revoked(false);
  teams_[1].set_suspended_until(UnixSeconds(clock_.Now()) + 60);
  EXPECT_FALSE(fits());
  teams_[1].set_suspended_until(UnixSeconds(clock_.Now()) - 60);
  EXPECT_TRUE(fits());
  teams_[2].mutable_card()->mutable_sector()->set_by_hub(false);
  teams_[2].mutable_card()->mutable_sector()->set_by_self(true);
  EXPECT_FALSE(fits());
  teams_[2].mutable_card()->mutable_sector()->set_by_hub(true);
  teams_[3].set_slug("hub");
  EXPECT_FALSE(fits());
}

TEST_F(CrowdTest, TheTableIsTheSameForTheSameTeamsAndHoldsNoCount) {
  Add(9, {"finance", "jp", "50-249"});
  Count();
  const auto nine = state_.crowds(0).SerializeAsString();
  std::reverse(teams_.begin(), teams_.end());
  teams_.resize(5);
  Count();
  EXPECT_EQ(state_.crowds(0).SerializeAsString(), nine);
}

TEST_F(CrowdTest, OfTooManyProfilesTheGeneralOnesStay) {
  for (int sector = 0; sector < 300; ++sector) {
    for (char country = 'a'; country <= 'j'; ++country) {
      for (int i = 0; i < 5; ++i) {
        teams_.push_back(TeamOf(fmt::format("t-{}-{}-{}", sector, country, i),
                                {fmt::format("s-{}", sector), std::string("x") + country, "1-9"}));
      }
    }
  }
  const CrowdTable table = Count();
  std::size_t profiles = 0;
  for (const v1::Crowd& crowd : state_.crowds()) {
    profiles += static_cast<std::size_t>(crowd.fits_size());
  }
  EXPECT_EQ(profiles, 300U + 10 + 1 + 3000 + 300 + 10 + 3000);
  for (int i = 0; i < 300; ++i) {
    EXPECT_TRUE(table.Fits("members", {.sector = fmt::format("s-{}", i)}));
  }
  for (v1::Team& team : teams_) {
    v1::Level* level = team.add_levels();
    level->set_circle("rail");
    level->set_rung(4);
  }
  const CrowdTable both = Count();
  profiles = 0;
  for (const v1::Crowd& crowd : state_.crowds()) {
    profiles += static_cast<std::size_t>(crowd.fits_size());
  }
  EXPECT_EQ(profiles, kCrowdProfilesMax);
  EXPECT_TRUE(both.Fits("rail", {.sector = "s-299", .country = "xj"}));
  EXPECT_LT(state_.ByteSizeLong(), kStateBytesMax / 2);
}

TEST_F(CrowdTest, ATableOverTheLimitsIsRefused) {
  v1::Crowd* crowd = state_.add_crowds();
  crowd->set_circle("members");
  crowd->add_fits()->set_sector(std::string(65, 'a'));
  EXPECT_FALSE(CrowdTable::Read(state_).ok());
  crowd->mutable_fits(0)->set_sector("a\nb");
  EXPECT_FALSE(CrowdTable::Read(state_).ok());
  crowd->mutable_fits(0)->set_sector("a");
  EXPECT_TRUE(CrowdTable::Read(state_).ok());
  for (std::size_t i = 0; i < kCrowdProfilesMax; ++i) crowd->add_fits()->set_sector("b");
  EXPECT_FALSE(CrowdTable::Read(state_).ok());
  crowd->mutable_fits()->DeleteSubrange(1, static_cast<int>(kCrowdProfilesMax));
  *state_.add_crowds() = *crowd;
  EXPECT_FALSE(CrowdTable::Read(state_).ok()) << "a circle twice";
}

class HubCrowdTest : public testing::Test {
 protected:
  CommunityState State() const {
    return *CommunityState::Verify(hub_.roster->CurrentState(), kTestCommunity, hub_.attest_key());
  }
  static v1::Card CardOf(const v1::SignedAttestation& attestation) {
    return *ParseCard(attestation.card());
  }
  TestHub hub_;
};

TEST_F(HubCrowdTest, WhatTheHubSaysOfATeamIsOnItsNextCard) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  const std::vector<record::CircleId> circles = {hub_.circle("members")};
  const auto named = [&] {
    return hub_.roster->NamedAttestations(alpha.keys.record.public_key(), circles).at(0);
  };
  EXPECT_FALSE(CardOf(named()).sector().by_hub());
  ASSERT_TRUE(hub_.roster->SetProfile("alpha", {.sector = "energy", .size = "50-249"}).ok());
  EXPECT_TRUE(CardOf(named()).sector().by_hub());
  EXPECT_TRUE(CardOf(named()).sector().by_self());
  EXPECT_TRUE(hub_.roster->PeerFacts("alpha")->sector_by.hub);
  EXPECT_TRUE(State().message().voids().empty()) << "a claim that is confirmed takes nothing back";
  ASSERT_TRUE(hub_.roster->SetProfile("alpha", {.sector = "rail", .country = ""}).ok());
  EXPECT_EQ(CardOf(named()).sector().value(), "rail");
  EXPECT_FALSE(CardOf(named()).sector().by_self());
  EXPECT_FALSE(CardOf(named()).has_country());
  EXPECT_FALSE(State().message().voids().empty()) << "the sector it had is taken back";
  hub_.Restart();
  EXPECT_EQ(hub_.roster->FindTeamBySlug("alpha")->size(), "50-249");
}

TEST_F(HubCrowdTest, WordsThatAreNoProfileAreRefused) {
  hub_.MustJoin("alpha");
  EXPECT_EQ(Message(hub_.roster->SetProfile("alpha", {.size = "51"})),
            "size `51`: expected 1-9, 10-49, 50-249, 250-999 or 1000+");
  EXPECT_FALSE(hub_.roster->SetProfile("alpha", {.country = "JP"}).ok());
  EXPECT_FALSE(hub_.roster->SetProfile("alpha", {.sector = "Health Care"}).ok());
  EXPECT_FALSE(hub_.roster->SetProfile("alhpa", {.sector = "rail"}).ok());
  EXPECT_FALSE(hub_.roster->SetProfile("hub", {.sector = "rail"}).ok());
}

TEST_F(HubCrowdTest, TheTableChangesOnceADayAndNotWhenATeamJoins) {
  for (int i = 0; i < 5; ++i) {
    const std::string slug = fmt::format("team-{}", i);
    hub_.MustJoin(slug);
    ASSERT_TRUE(hub_.roster->SetProfile(slug, {.sector = "energy"}).ok());
  }
  ASSERT_TRUE(hub_.roster->Tick().ok());
  const auto fits = [this] { return State().FitsCrowd("members", {.sector = "energy"}); };
  EXPECT_FALSE(fits());
  hub_.clock.Advance(24h);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_TRUE(fits());
  ASSERT_TRUE(hub_.roster->Revoke("team-0").ok());
  hub_.clock.Advance(23h);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_TRUE(fits());
  hub_.clock.Advance(1h);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_FALSE(fits());
  hub_.MustJoin("team-5");
  ASSERT_TRUE(hub_.roster->SetProfile("team-5", {.sector = "energy"}).ok());
  EXPECT_FALSE(fits());
  ASSERT_TRUE(hub_.roster->CountCrowdsNow().ok());
  EXPECT_TRUE(fits());
  EXPECT_TRUE(hub_.roster->FitsCrowd("members", {.sector = "energy"}));
}

TEST_F(HubCrowdTest, AStateWithoutATableLetsNothingPassButSilence) {
  v1::CommunityState old = State().message();
  old.clear_crowds();
  const auto verified =
      CommunityState::Verify(*SignState(hub_.hub.attest, old), kTestCommunity, hub_.attest_key());
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->FitsCrowd("members", {}));
  EXPECT_FALSE(verified->FitsCrowd("members", {.size = "1000+"}));
}

v1::MonthTables MonthOf(const std::string& month) {
  v1::MonthTables tables;
  tables.set_month(month);
  v1::StatisticsCell* cell = tables.add_types();
  cell->set_key("fraud/phishing");
  cell->set_count(15);
  return tables;
}

TEST_F(HubCrowdTest, AMonthIsNeverPublishedTwice) {
  ASSERT_TRUE(hub_.roster->PublishStatistics(MonthOf("2025-11")).ok());
  ASSERT_TRUE(hub_.roster->PublishStatistics(MonthOf("2025-12")).ok());
  for (const char* month : {"2025-12", "2025-11", "2025-10"}) {
    EXPECT_EQ(hub_.roster->PublishStatistics(MonthOf(month)).code(),
              absl::StatusCode::kFailedPrecondition)
        << month;
  }
  EXPECT_FALSE(hub_.roster->PublishStatistics(MonthOf("2026-13")).ok());
  hub_.Restart();
  EXPECT_FALSE(hub_.roster->PublishStatistics(MonthOf("2025-12")).ok());
  ASSERT_EQ(State().message().statistics_size(), 2);
  EXPECT_EQ(State().message().statistics(0).month(), "2025-12");
  for (int year = 2026; year < 2029; ++year) {
    for (int month = 1; month <= 12; ++month) {
      const std::string text = fmt::format("{}-{:02}", year, month);
      ASSERT_TRUE(hub_.roster->PublishStatistics(MonthOf(text)).ok());
    }
  }
  EXPECT_EQ(State().message().statistics_size(), static_cast<int>(kStatisticsMonthsMax));
  EXPECT_EQ(State().message().statistics(0).month(), "2028-12");
}

TEST_F(HubCrowdTest, AHubRestoredFromABackupLearnsWhatItHadPublished) {
  v1::CommunityState seen = State().message();
  seen.set_version(seen.version() + 10);
  *seen.add_statistics() = MonthOf("2025-12");
  ASSERT_TRUE(hub_.roster->Recall(*SignState(hub_.hub.attest, seen)).ok());
  EXPECT_FALSE(hub_.roster->PublishStatistics(MonthOf("2025-12")).ok());
  EXPECT_TRUE(hub_.roster->PublishStatistics(MonthOf("2026-01")).ok());
}

}  // namespace
}  // namespace renkei::membership
