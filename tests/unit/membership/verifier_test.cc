#include "node/membership/verifier.h"

#include <gtest/gtest.h>

#include "node/membership/card.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

using absl::StatusCode;

class VerifierTest : public testing::Test {
 protected:
  VerifierTest() {
    RENKEI_CHECK(hub_.roster->AddCircle("energy").ok());
    alpha_ = std::make_unique<TestTeam>(
        hub_.MustJoin("alpha", {{"energy", "accredited"}, {"members", "certified"}}));
    verifier_ = *Verifier::Open(std::string(kTestCommunity), hub_.attest_key(), store_, hub_.clock);
    RENKEI_CHECK(verifier_->Update(hub_.roster->CurrentState()).ok());
    circles_ = {hub_.circle("members"), hub_.circle("energy")};
    attestations_ = ListOf(alpha_->joined.membership.attestations());
  }

  absl::StatusOr<AuthorStanding> Check(
      LapsedAttestations lapsed = LapsedAttestations::kRefuse,
      policy::SourceMode source = policy::SourceMode::kAttributed) const {
    return verifier_->CheckAuthor(alpha_->keys.record.public_key(), source, circles_, attestations_,
                                  lapsed, hub_.clock.Now());
  }
  void Learn() { ASSERT_TRUE(verifier_->Update(hub_.roster->CurrentState()).ok()); }
  // Re-signs the state hourly, as the hub does, and learns it.
  void LiveFor(std::chrono::seconds span) {
    hub_.clock.Advance(span);
    ASSERT_TRUE(hub_.roster->Tick().ok());
    Learn();
  }
  v1::SignedAttestation Forge(const Attestation& a, BytesView card) const {
    return SignAttestation(hub_.hub.attest, a, card);
  }

  TestHub hub_;
  testing_support::MemoryStore store_;
  std::unique_ptr<TestTeam> alpha_;
  std::unique_ptr<Verifier> verifier_;
  std::vector<record::CircleId> circles_;
  std::vector<v1::SignedAttestation> attestations_;
};

TEST_F(VerifierTest, AnAuthorHasTheRungsThatAreAttested) {
  const auto author = Check();
  ASSERT_TRUE(author.ok()) << author.status();
  EXPECT_EQ(author->slug, "alpha");
  EXPECT_EQ(author->team_key, alpha_->keys.team.public_key());
  EXPECT_EQ(author->facts.kind, policy::PeerKind::kMember);
  EXPECT_EQ(author->facts.country, "jp");
  ASSERT_EQ(author->facts.circles.size(), 2U);
  EXPECT_EQ(author->facts.circles[0].circle, "energy");
  EXPECT_EQ(author->facts.circles[0].rung, 8);
  EXPECT_EQ(author->facts.circles[1].rung, 12);
  EXPECT_EQ(author->circles.size(), 2U);
}

TEST_F(VerifierTest, OnlyTheRecordsOwnCirclesCount) {
  circles_ = {hub_.circle("energy")};
  ASSERT_TRUE(Check().ok());
  EXPECT_EQ(Check()->circles, circles_);
  circles_ = {record::MakeCircleId("river.example", "energy")};
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
}

TEST_F(VerifierTest, ExpiredOrNotYetValidIsRefusedAndAWithdrawalIsNot) {
  LiveFor(24h * 7 + 1s);
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  EXPECT_NE(Message(Check().status()).find("expired"), std::string::npos);
  EXPECT_TRUE(Check(LapsedAttestations::kAccept).ok());
  hub_.clock.Advance(-24h * 7 - 10min - 2s);
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  EXPECT_NE(Message(Check().status()).find("not valid yet"), std::string::npos);
  hub_.clock.Advance(1s);
  EXPECT_TRUE(Check().ok());
}

TEST_F(VerifierTest, TheModeMustBeTheRecords) {
  for (const auto source : {policy::SourceMode::kAnonymous, policy::SourceMode::kPseudonymous}) {
    EXPECT_EQ(Check(LapsedAttestations::kAccept, source).status().code(),
              StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(Check(LapsedAttestations::kAccept, policy::SourceMode::kUnspecified).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(VerifierTest, AnAnonymousAuthorHasARungAndNoName) {
  const crypto::PublicKey key = crypto::SigningKey::Generate().public_key();
  Attestation a;
  a.mode = AttestationMode::kAnonymous;
  a.subject = SubjectOf(key);
  a.circle = hub_.circle("energy");
  a.rung = 4;
  a.not_before = hub_.clock.Now();
  a.not_after = hub_.clock.Now() + 24h * 30;
  const std::vector<v1::SignedAttestation> beside = {Forge(a, {})};
  const auto author = verifier_->CheckAuthor(key, policy::SourceMode::kAnonymous, circles_, beside,
                                             LapsedAttestations::kRefuse, hub_.clock.Now());
  ASSERT_TRUE(author.ok()) << author.status();
  EXPECT_EQ(author->slug, "");
  EXPECT_FALSE(author->team_key.has_value());
  ASSERT_EQ(author->facts.circles.size(), 1U);
  EXPECT_EQ(author->facts.circles[0].rung, 4);
  EXPECT_FALSE(verifier_
                   ->CheckAuthor(key, policy::SourceMode::kPseudonymous, circles_, beside,
                                 LapsedAttestations::kRefuse, hub_.clock.Now())
                   .ok());
}

TEST_F(VerifierTest, AnotherHubsSignatureIsRefused) {
  TestHub other;
  const TestTeam stranger = other.MustJoin("alpha");
  attestations_ = ListOf(stranger.joined.membership.attestations());
  EXPECT_EQ(
      verifier_
          ->CheckAuthor(stranger.keys.record.public_key(), policy::SourceMode::kAttributed,
                        circles_, attestations_, LapsedAttestations::kAccept, hub_.clock.Now())
          .status()
          .code(),
      StatusCode::kPermissionDenied);
}

TEST_F(VerifierTest, AnotherAuthorsAttestationsAreNoGood) {
  const TestTeam beta = hub_.MustJoin("beta");
  attestations_ = ListOf(beta.joined.membership.attestations());
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  attestations_.clear();
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  attestations_.resize(17);
  EXPECT_EQ(Check().status().code(), StatusCode::kInvalidArgument);
}

TEST_F(VerifierTest, BadOnesBesideAGoodOneDoNoHarm) {
  attestations_.insert(attestations_.begin(), v1::SignedAttestation());
  attestations_.push_back(attestations_[1]);
  attestations_.back().set_signature(Bytes(64, 'x'));
  EXPECT_TRUE(Check().ok());
}

TEST_F(VerifierTest, ADeniedTeamIsRefusedEvenForWithdrawals) {
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  Learn();
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Check(LapsedAttestations::kAccept).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(verifier_->IsDenied(alpha_->keys.team.public_key()));
  EXPECT_TRUE(verifier_->IsDenied(alpha_->keys.tls.spki_sha256()));
}

// A denied team key condemns a record key that is not itself on the list.
TEST_F(VerifierTest, ADeniedTeamKeyCondemnsItsOtherKeys) {
  const crypto::PublicKey other_key = crypto::SigningKey::Generate().public_key();
  const Bytes card = attestations_.front().card();
  Attestation a = *ParseAttestation(attestations_.front().attestation());
  a.origin = other_key;
  a.subject = SubjectOf(other_key);
  const std::vector<v1::SignedAttestation> beside = {Forge(a, card)};
  const auto check = [&] {
    return verifier_->CheckAuthor(other_key, policy::SourceMode::kAttributed, circles_, beside,
                                  LapsedAttestations::kAccept, hub_.clock.Now());
  };
  ASSERT_TRUE(check().ok());
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  Learn();
  EXPECT_EQ(check().status().code(), StatusCode::kPermissionDenied);
}

TEST_F(VerifierTest, ADemotionVoidsOlderOnesButNotWithdrawals) {
  ASSERT_TRUE(hub_.roster->SetLevel("alpha", "members", "listed").ok());
  Learn();
  ASSERT_TRUE(Check().ok());  // still attested in `energy`
  EXPECT_EQ(Check()->circles, std::vector{hub_.circle("energy")});
  ASSERT_TRUE(hub_.roster->SetLevel("alpha", "energy", "none").ok());
  Learn();
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(Check(LapsedAttestations::kAccept).ok());
  attestations_ = hub_.roster->NamedAttestations(alpha_->keys.record.public_key(), circles_);
  ASSERT_TRUE(Check().ok());
  EXPECT_EQ(Check()->facts.circles[0].rung, 4);
}

TEST_F(VerifierTest, ASuspensionVoidsUntilItEnds) {
  ASSERT_TRUE(hub_.roster->Suspend("alpha", hub_.clock.Now() + 2h).ok());
  Learn();
  EXPECT_EQ(Check().status().code(), StatusCode::kPermissionDenied);
  hub_.clock.Advance(2h);
  EXPECT_TRUE(Check().ok());
}

TEST_F(VerifierTest, TheOperatorsAgeOfTheStateCountsBesideTheCharters) {
  verifier_->LimitAge(2h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kFresh);
  hub_.clock.Advance(3h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kStale);
  verifier_->LimitAge(720h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kFresh);
  hub_.clock.Advance(22h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kStale);
  hub_.clock.Advance(48h);
  verifier_->LimitAge(2h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kDead);
}

// Hub lost: what was valid when the state went stale counts until three times its greatest age.
TEST_F(VerifierTest, AStaleStateKeepsWhatWasValidAndADeadOneNothing) {
  const PeerIdentity peer = alpha_->identity(hub_.clock.Now());
  const auto session = [&] {
    return verifier_->CheckSession(peer, attestations_, hub_.clock.Now());
  };
  // One that ends before the state goes stale, beside those that end after it.
  Attestation ending = *ParseAttestation(attestations_.front().attestation());
  ending.not_after = hub_.clock.Now() + 12h;
  const std::vector<v1::SignedAttestation> ends_early = {
      Forge(ending, attestations_.front().card())};
  EXPECT_EQ(verifier_->freshness(), Freshness::kFresh);
  hub_.clock.Advance(25h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kStale);
  EXPECT_TRUE(Check().ok());
  EXPECT_FALSE(verifier_
                   ->CheckAuthor(alpha_->keys.record.public_key(), policy::SourceMode::kAttributed,
                                 circles_, ends_early, LapsedAttestations::kRefuse,
                                 hub_.clock.Now())
                   .ok());
  EXPECT_FALSE(session().ok());  // ran out in the very second the state went stale
  hub_.clock.Advance(47h);
  EXPECT_TRUE(Check().ok());
  hub_.clock.Advance(1h);
  EXPECT_EQ(verifier_->freshness(), Freshness::kDead);
  EXPECT_EQ(Check().status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Check(LapsedAttestations::kAccept).ok());
}

TEST_F(VerifierTest, ASessionTellsWhoThePeerIs) {
  const PeerIdentity peer = alpha_->identity(hub_.clock.Now());
  const auto session = verifier_->CheckSession(peer, attestations_, hub_.clock.Now());
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->facts.team, "alpha");
  EXPECT_EQ(session->facts.circles.size(), 2U);
  EXPECT_EQ(session->team_key, alpha_->keys.team.public_key());
  EXPECT_EQ(session->record_key, alpha_->keys.record.public_key());
  EXPECT_EQ(session->valid_until, hub_.clock.Now() + 24h);
}

TEST_F(VerifierTest, AnotherTeamsSessionOrNameIsRefused) {
  const TestTeam beta = hub_.MustJoin("beta");
  PeerIdentity peer = beta.identity(hub_.clock.Now());
  EXPECT_FALSE(verifier_->CheckSession(peer, attestations_, hub_.clock.Now()).ok());
  peer = alpha_->identity(hub_.clock.Now());
  peer.slug = "beta";  // a certificate of beta over alpha's key
  EXPECT_FALSE(verifier_->CheckSession(peer, attestations_, hub_.clock.Now()).ok());
  peer = alpha_->identity(hub_.clock.Now());
  EXPECT_FALSE(verifier_->CheckSession(peer, {}, hub_.clock.Now()).ok());
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  Learn();
  EXPECT_FALSE(verifier_->CheckSession(peer, attestations_, hub_.clock.Now()).ok());
}

TEST_F(VerifierTest, AnOlderStateIsNotTakenAndTheNewestIsKept) {
  const v1::SignedState old_state = hub_.roster->CurrentState();
  int updates = 0;
  verifier_->OnUpdate([&updates] { ++updates; });
  ASSERT_TRUE(hub_.roster->AddCircle("water").ok());
  const v1::SignedState new_state = hub_.roster->CurrentState();
  EXPECT_EQ(*verifier_->Update(new_state), StateUpdate::kNewer);
  EXPECT_EQ(*verifier_->Update(new_state), StateUpdate::kSame);
  EXPECT_EQ(*verifier_->Update(old_state), StateUpdate::kOlder);
  EXPECT_EQ(updates, 1);
  EXPECT_TRUE(verifier_->CircleName(hub_.circle("water")).has_value());
  v1::SignedState damaged = new_state;
  (*damaged.mutable_state())[3] ^= 1;
  EXPECT_EQ(verifier_->Update(damaged).status().code(), StatusCode::kPermissionDenied);
  verifier_ = *Verifier::Open(std::string(kTestCommunity), hub_.attest_key(), store_, hub_.clock);
  EXPECT_EQ(verifier_->signed_state()->state(), new_state.state());
}

TEST_F(VerifierTest, AStateThatCannotBeKeptIsNotSeen) {
  ASSERT_TRUE(hub_.roster->AddCircle("water").ok());
  store_.FailNextCommit();
  EXPECT_FALSE(verifier_->Update(hub_.roster->CurrentState()).ok());
  EXPECT_FALSE(verifier_->CircleName(hub_.circle("water")).has_value());
}

TEST_F(VerifierTest, ADeniedKeyStaysDeniedWhateverANewerStateSays) {
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  Learn();
  v1::CommunityState forgetful =
      CommunityState::Verify(hub_.roster->CurrentState(), kTestCommunity, hub_.attest_key())
          ->message();
  forgetful.clear_denied();
  forgetful.set_version(forgetful.version() + 1);
  ASSERT_EQ(*verifier_->Update(*SignState(hub_.hub.attest, forgetful)), StateUpdate::kNewer);
  EXPECT_TRUE(verifier_->IsDenied(alpha_->keys.team.public_key()));
  verifier_ = *Verifier::Open(std::string(kTestCommunity), hub_.attest_key(), store_, hub_.clock);
  EXPECT_TRUE(verifier_->IsDenied(alpha_->keys.team.public_key()));
}

TEST_F(VerifierTest, WithoutAnyStateNothingIsKnown) {
  testing_support::MemoryStore empty;
  const auto blank =
      *Verifier::Open(std::string(kTestCommunity), hub_.attest_key(), empty, hub_.clock);
  EXPECT_EQ(blank->freshness(), Freshness::kDead);
  EXPECT_EQ(blank->version(), std::nullopt);
  EXPECT_EQ(
      blank
          ->CheckAuthor(alpha_->keys.record.public_key(), policy::SourceMode::kAttributed, circles_,
                        attestations_, LapsedAttestations::kRefuse, hub_.clock.Now())
          .status()
          .code(),
      StatusCode::kUnavailable);
}

}  // namespace
}  // namespace renkei::membership
