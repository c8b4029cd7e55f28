#include "node/membership/hub_roster.h"

#include <gtest/gtest.h>

#include "node/membership/card.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

using absl::StatusCode;

class HubRosterTest : public testing::Test {
 protected:
  std::uint64_t Version() const {
    return CommunityState::Verify(hub_.roster->CurrentState(), kTestCommunity, hub_.attest_key())
        ->version();
  }
  CommunityState State() const {
    return *CommunityState::Verify(hub_.roster->CurrentState(), kTestCommunity, hub_.attest_key());
  }
  std::vector<RosterChange> changes_;
  TestHub hub_;
};

TEST_F(HubRosterTest, AHubHasRung14InItsOwnCircles) {
  ASSERT_TRUE(hub_.roster->AddCircle("energy").ok());
  const auto facts = hub_.roster->PeerFacts("hub");
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->kind, policy::PeerKind::kHub);
  ASSERT_EQ(facts->circles.size(), 2U);
  EXPECT_EQ(facts->circles[0].circle, "energy");
  EXPECT_EQ(facts->circles[0].rung, 14);
  EXPECT_EQ(facts->circles[1].rung, 14);
  const std::vector<record::CircleId> circles = {hub_.circle("energy")};
  EXPECT_EQ(hub_.roster->NamedAttestations(hub_.keys.record.public_key(), circles).size(), 1U);
}

TEST_F(HubRosterTest, FoundingTwiceIsRefusedAndLoadingNothingToo) {
  EXPECT_EQ(
      HubRoster::Found(hub_.options(), hub_.keys, hub_.hub, hub_.store, hub_.clock).status().code(),
      StatusCode::kAlreadyExists);
  testing_support::MemoryStore empty;
  EXPECT_EQ(HubRoster::Load(hub_.options(), hub_.keys, hub_.hub, empty, hub_.clock).status().code(),
            StatusCode::kNotFound);
}

TEST_F(HubRosterTest, EverythingSurvivesARestart) {
  ASSERT_TRUE(hub_.roster->AddCircle("energy").ok());
  const TestTeam alpha = hub_.MustJoin("alpha", {{"energy", "certified"}});
  const TestTeam beta = hub_.MustJoin("beta");
  ASSERT_TRUE(hub_.roster->Revoke("beta").ok());
  const auto facts = hub_.roster->PeerFacts("alpha");
  const std::uint64_t version = Version();
  hub_.Restart();
  EXPECT_EQ(hub_.roster->PeerFacts("alpha"), facts);
  EXPECT_EQ(Version(), version);
  EXPECT_EQ(hub_.roster->StandingOf(beta.identity(hub_.clock.Now())), PeerStanding::kRevoked);
  EXPECT_TRUE(hub_.roster->IsAllowed(alpha.identity(hub_.clock.Now())));
  EXPECT_EQ(hub_.roster->Teams().size(), 3U);
}

TEST_F(HubRosterTest, WordsThatAreWrongAreNamedWithTheNearest) {
  ASSERT_TRUE(hub_.roster->AddCircle("energy").ok());
  hub_.MustJoin("alpha");
  const auto says = [](const absl::Status& status, std::string_view part) {
    return !status.ok() && Message(status).find(part) != std::string::npos;
  };
  EXPECT_TRUE(
      says(hub_.roster->Invite("beta", {{"enrgy", "listed"}}).status(), "did you mean `energy`?"));
  EXPECT_TRUE(says(hub_.roster->Invite("beta", {{"energy", "acredited"}}).status(),
                   "did you mean `accredited`?"));
  EXPECT_TRUE(says(hub_.roster->Invite("beta", {{"energy", "gold"}}).status(),
                   "listed, accredited, certified"));
  EXPECT_TRUE(says(hub_.roster->Revoke("alhpa"), "did you mean `alpha`?"));
  EXPECT_TRUE(says(hub_.roster->SetLevel("alpha", "members", "none"), "renkei revoke alpha"));
  EXPECT_TRUE(says(hub_.roster->Revoke("hub"), "this hub itself"));
  EXPECT_TRUE(says(hub_.roster->Invite("hub", {}).status(), "not `hub`"));
  EXPECT_TRUE(says(hub_.roster->Invite("Alpha", {}).status(), "is no slug"));
  EXPECT_EQ(hub_.roster->Invite("alpha", {}).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(hub_.roster->AddCircle("energy").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(hub_.roster->AddCircle("En ergy").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(hub_.roster->EndSuspension("alpha").code(), StatusCode::kFailedPrecondition);
}

TEST_F(HubRosterTest, EachInvitationGivesALevelInTheCommunitysOwnCircle) {
  ASSERT_TRUE(hub_.roster->AddCircle("energy").ok());
  hub_.MustJoin("alpha", {{"energy", "certified"}});
  const auto facts = hub_.roster->PeerFacts("alpha");
  ASSERT_EQ(facts->circles.size(), 2U);
  EXPECT_EQ(facts->circles[1].circle, "members");
  EXPECT_EQ(facts->circles[1].rung, 4);
}

TEST_F(HubRosterTest, OpenInvitationsAreListedWithoutTheirVerifiers) {
  hub_.MustJoin("alpha");
  hub_.MustInvite("beta");
  const auto open = hub_.roster->OpenInvitations();
  ASSERT_TRUE(open.ok());
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ(open->front().slug(), "beta");
  EXPECT_EQ(open->front().verifier(), "");
  hub_.clock.Advance(72h);
  EXPECT_TRUE(hub_.roster->OpenInvitations()->empty());
}

TEST_F(HubRosterTest, RevocationDeniesEveryKeyAndIsReported) {
  hub_.roster->OnChange([this](const RosterChange& change) { changes_.push_back(change); });
  const TestTeam alpha = hub_.MustJoin("alpha");
  const PeerIdentity peer = alpha.identity(hub_.clock.Now());
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  EXPECT_EQ(changes_.back().cut_off, std::vector<std::string>{"alpha"});
  EXPECT_TRUE(State().IsDenied(crypto::Sha256(alpha.keys.team.public_key().view())));
  EXPECT_TRUE(State().IsDenied(crypto::Sha256(alpha.keys.record.public_key().view())));
  EXPECT_TRUE(State().IsDenied(peer.spki_sha256));
  EXPECT_EQ(hub_.roster->StandingOf(peer), PeerStanding::kRevoked);
  EXPECT_FALSE(hub_.roster->PeerFacts("alpha").has_value());
  EXPECT_EQ(hub_.roster->Refresh(peer, "").status().code(), StatusCode::kPermissionDenied);
  const std::vector<record::CircleId> circles = {hub_.circle("members")};
  EXPECT_TRUE(hub_.roster->NamedAttestations(alpha.keys.record.public_key(), circles).empty());
  EXPECT_TRUE(
      hub_.roster->SessionAttestations(peer.spki_sha256, alpha.keys.record.public_key()).empty());
  EXPECT_EQ(hub_.roster->Invite("alpha", {}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(hub_.roster->SetLevel("alpha", "members", "certified").code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(HubRosterTest, ASuspensionEndsByItsTimeOrByWord) {
  hub_.roster->OnChange([this](const RosterChange& change) { changes_.push_back(change); });
  const TestTeam alpha = hub_.MustJoin("alpha");
  const PeerIdentity peer = alpha.identity(hub_.clock.Now());
  ASSERT_TRUE(hub_.roster->Suspend("alpha", hub_.clock.Now() + 2h).ok());
  EXPECT_EQ(changes_.back().cut_off, std::vector<std::string>{"alpha"});
  EXPECT_EQ(hub_.roster->StandingOf(peer), PeerStanding::kSuspended);
  EXPECT_EQ(State().message().voids_size(), 2);  // its record key and its TLS key
  hub_.clock.Advance(2h);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_EQ(changes_.back().changed, std::vector<std::string>{"alpha"});
  EXPECT_EQ(hub_.roster->StandingOf(peer), PeerStanding::kAllowed);
  EXPECT_EQ(State().message().voids_size(), 0);
  ASSERT_TRUE(hub_.roster->Suspend("alpha", std::nullopt).ok());
  hub_.clock.Advance(24h * 365);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_EQ(hub_.roster->StandingOf(peer), PeerStanding::kSuspended);
  ASSERT_TRUE(hub_.roster->EndSuspension("alpha").ok());
  EXPECT_EQ(hub_.roster->StandingOf(peer), PeerStanding::kAllowed);
  EXPECT_EQ(hub_.roster->Suspend("alpha", hub_.clock.Now()).code(), StatusCode::kInvalidArgument);
}

TEST_F(HubRosterTest, ADemotionMakesOlderAttestationsVoidAndNewOnesNot) {
  const TestTeam alpha = hub_.MustJoin("alpha", {{"members", "certified"}});
  const std::vector<record::CircleId> circles = {hub_.circle("members")};
  const auto& key = alpha.keys.record.public_key();
  const auto before = hub_.roster->NamedAttestations(key, circles);
  ASSERT_TRUE(hub_.roster->SetLevel("alpha", "members", "listed").ok());
  const auto after = hub_.roster->NamedAttestations(key, circles);
  ASSERT_EQ(before.size(), 1U);
  ASSERT_EQ(after.size(), 1U);
  const Attestation old_one = *ParseAttestation(before[0].attestation());
  const Attestation new_one = *ParseAttestation(after[0].attestation());
  EXPECT_EQ(old_one.rung, 12);
  EXPECT_EQ(new_one.rung, 4);
  EXPECT_TRUE(State().IsVoid(old_one, hub_.clock.Now()));
  EXPECT_FALSE(State().IsVoid(new_one, hub_.clock.Now()));
  hub_.clock.Advance(24h * 8);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_EQ(State().message().voids_size(), 0);  // nothing is left that they could meet
}

TEST_F(HubRosterTest, PromotionAndTheSameLevelMakeNothingVoid) {
  hub_.MustJoin("alpha");
  const std::uint64_t version = Version();
  ASSERT_TRUE(hub_.roster->SetLevel("alpha", "members", "listed").ok());
  ASSERT_TRUE(hub_.roster->SetLevel("alpha", "members", "certified").ok());
  EXPECT_EQ(State().message().voids_size(), 0);
  EXPECT_EQ(Version(), version);
  EXPECT_EQ(hub_.roster->PeerFacts("alpha")->circles[0].rung, 12);
}

TEST_F(HubRosterTest, TlsKeysRotateAndOldOnesStayUntilTheyAreTooMany) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  const PeerIdentity first = alpha.identity(hub_.clock.Now());
  PeerIdentity last = first;
  for (std::size_t i = 0; i < kTlsKeysMax; ++i) {
    EXPECT_TRUE(hub_.roster->IsAllowed(first));
    const TlsKey key = TlsKey::Generate();
    const auto refreshed = hub_.roster->Refresh(last, key.MakeCsr());
    ASSERT_TRUE(refreshed.ok()) << refreshed.status();
    const auto certificate = AcceptCertificate(alpha.joined.membership, alpha.joined.ca_certificate,
                                               key, refreshed->certificate, hub_.clock.Now());
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_TRUE(CheckOwnAttestations(alpha.joined.membership, alpha.keys, key.spki_sha256(),
                                     refreshed->attestations)
                    .ok());
    last = *IdentityOf(*certificate, kTestCommunity, hub_.clock.Now());
    EXPECT_TRUE(hub_.roster->IsAllowed(last));
  }
  EXPECT_EQ(hub_.roster->StandingOf(first), PeerStanding::kKeyUnknown);
  hub_.Restart();
  EXPECT_TRUE(hub_.roster->IsAllowed(last));
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  EXPECT_TRUE(State().IsDenied(last.spki_sha256));
}

TEST_F(HubRosterTest, RefreshWithoutARequestGivesAttestationsAndStateOnly) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  const auto refreshed = hub_.roster->Refresh(alpha.identity(hub_.clock.Now()), "");
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_EQ(refreshed->certificate, "");
  EXPECT_EQ(refreshed->attestations.size(), 2U);
  EXPECT_EQ(refreshed->state.state(), hub_.roster->CurrentState().state());
  EXPECT_EQ(hub_.roster->Refresh(alpha.identity(hub_.clock.Now()), "junk").status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(HubRosterTest, AnotherTeamsTlsKeyCannotBeTakenOver) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  const TestTeam beta = hub_.MustJoin("beta");
  EXPECT_EQ(hub_.roster->Refresh(beta.identity(hub_.clock.Now()), alpha.keys.tls.MakeCsr())
                .status()
                .code(),
            StatusCode::kPermissionDenied);
}

TEST_F(HubRosterTest, TheStateIsSignedAnewEachHourAndItsVersionOnlyRises) {
  std::uint64_t version = Version();
  hub_.clock.Advance(59min);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_EQ(Version(), version);
  hub_.clock.Advance(1min);
  ASSERT_TRUE(hub_.roster->Tick().ok());
  EXPECT_EQ(Version(), version + 1);
  EXPECT_EQ(State().signed_at(), hub_.clock.Now());
  hub_.Restart();
  EXPECT_EQ(Version(), version + 1);
  hub_.store.FailNextCommit();
  EXPECT_FALSE(hub_.roster->AddCircle("energy").ok());
  EXPECT_EQ(Version(), version + 1);  // what is not on disk was never said
  ASSERT_TRUE(hub_.roster->AddCircle("energy").ok());
  EXPECT_EQ(Version(), version + 2);
}

TEST_F(HubRosterTest, ARestoredHubSkipsPastWhatItsMembersHaveSeen) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  const auto backup = hub_.store.rows();
  ASSERT_TRUE(hub_.roster->AddCircle("energy").ok());
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  const v1::SignedState seen = hub_.roster->CurrentState();
  const std::uint64_t seen_version = Version();
  hub_.store.SetRows(backup);
  hub_.Restart();
  ASSERT_LT(Version(), seen_version);
  ASSERT_TRUE(hub_.roster->Recall(seen).ok());
  EXPECT_GT(Version(), seen_version);
  EXPECT_TRUE(State().IsDenied(crypto::Sha256(alpha.keys.team.public_key().view())));
  EXPECT_FALSE(hub_.roster->IsAllowed(alpha.identity(hub_.clock.Now())));
  TestHub other;
  EXPECT_EQ(hub_.roster->Recall(other.roster->CurrentState()).code(),
            StatusCode::kPermissionDenied);
}

TEST_F(HubRosterTest, UnnamedAuthorsRungsAreRoundedDownToACrowd) {
  const crypto::PublicKey key = crypto::SigningKey::Generate().public_key();
  const auto attest = [&](std::string_view slug) {
    return hub_.roster->AttestUnnamed(slug, policy::SourceMode::kAnonymous, key,
                                      hub_.circle("members"), hub_.clock.Now(),
                                      hub_.clock.Now() + 24h * 210);
  };
  for (const char* slug : {"a", "b", "c"}) hub_.MustJoin(slug, {{"members", "accredited"}});
  hub_.MustJoin("d", {{"members", "certified"}});
  EXPECT_EQ(attest("d").status().code(), StatusCode::kFailedPrecondition);
  hub_.MustJoin("e");
  ASSERT_TRUE(attest("d").ok());
  EXPECT_EQ(ParseAttestation(attest("d")->attestation())->rung, 4);
  hub_.MustJoin("f", {{"members", "certified"}});
  EXPECT_EQ(ParseAttestation(attest("d")->attestation())->rung, 8);
  EXPECT_EQ(ParseAttestation(attest("e")->attestation())->rung, 4);
  EXPECT_EQ(attest("nobody").status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(hub_.roster
                ->AttestUnnamed("d", policy::SourceMode::kAttributed, key, hub_.circle("members"),
                                hub_.clock.Now(), hub_.clock.Now() + 1h)
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

TEST_F(HubRosterTest, ACharterSaysInWhichSourceModesMembersBegin) {
  const auto attest = [&](policy::SourceMode source, std::optional<policy::Rung> first = {}) {
    return hub_.roster
        ->AttestUnnamed("a", source, crypto::SigningKey::Generate().public_key(),
                        hub_.circle("members"), hub_.clock.Now(), hub_.clock.Now() + 24h, first)
        .status()
        .code();
  };
  for (const char* slug : {"a", "b", "c", "d", "e"}) hub_.MustJoin(slug);
  using policy::SourceMode;
  EXPECT_EQ(attest(SourceMode::kAnonymous), StatusCode::kOk);
  EXPECT_EQ(attest(SourceMode::kPseudonymous), StatusCode::kPermissionDenied);
  ASSERT_TRUE(
      hub_.roster->SetSourceModes("members", SourceModeBit(SourceMode::kPseudonymous)).ok());
  EXPECT_TRUE(hub_.roster->Charters()[0].Allows(SourceMode::kAttributed));
  EXPECT_EQ(attest(SourceMode::kAnonymous), StatusCode::kPermissionDenied);
  EXPECT_EQ(attest(SourceMode::kPseudonymous), StatusCode::kOk);
  // What was begun under the charter before may be revised.
  EXPECT_EQ(attest(SourceMode::kAnonymous, policy::Rung{4}), StatusCode::kOk);
  EXPECT_EQ(hub_.roster->SetSourceModes("nowhere", 0).code(), StatusCode::kInvalidArgument);
}

TEST_F(HubRosterTest, ACharterSaysWhichKeyedNamesItAsksFor) {
  using record::Correlation;
  EXPECT_EQ(hub_.roster->Charters()[0].correlation, Correlation::kNone);
  ASSERT_TRUE(hub_.roster->SetCorrelation("members", Correlation::kSubnets).ok());
  EXPECT_EQ(hub_.roster->Charters()[0].correlation, Correlation::kSubnets);
  // The source modes stay as they are.
  EXPECT_TRUE(hub_.roster->Charters()[0].Allows(policy::SourceMode::kAnonymous));
  EXPECT_EQ(hub_.roster->SetCorrelation("nowhere", Correlation::kNames).code(),
            StatusCode::kInvalidArgument);
}

TEST_F(HubRosterTest, ALaterRevisionKeepsTheRungOfTheFirst) {
  for (const char* slug : {"a", "b", "c", "d", "e"}) {
    hub_.MustJoin(slug, {{"members", "certified"}});
  }
  const auto attested = [&](std::optional<policy::Rung> first) {
    const auto made = hub_.roster->AttestUnnamed(
        "a", policy::SourceMode::kAnonymous, crypto::SigningKey::Generate().public_key(),
        hub_.circle("members"), hub_.clock.Now(), hub_.clock.Now() + 24h, first);
    return ParseAttestation(made->attestation())->rung;
  };
  EXPECT_EQ(attested(std::nullopt), 12);
  EXPECT_EQ(attested(policy::Rung{4}), 4);
}

TEST_F(HubRosterTest, NamedAttestationsAreMadeOnceADay) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  const std::vector<record::CircleId> circles = {hub_.circle("members")};
  const auto& key = alpha.keys.record.public_key();
  const auto first = hub_.roster->NamedAttestations(key, circles);
  hub_.clock.Advance(23h);
  EXPECT_EQ(hub_.roster->NamedAttestations(key, circles)[0].attestation(), first[0].attestation());
  hub_.clock.Advance(1h);
  EXPECT_NE(hub_.roster->NamedAttestations(key, circles)[0].attestation(), first[0].attestation());
  EXPECT_TRUE(hub_.roster->NamedAttestations(key, {}).empty());
}

}  // namespace
}  // namespace renkei::membership
