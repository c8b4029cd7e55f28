#include "node/membership/enrolment.h"

#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

using absl::StatusCode;

class EnrolmentTest : public testing::Test {
 protected:
  v1::EnrolRequest Request(const Token& token, const NodeKeys& keys) const {
    return *MakeEnrolRequest(token, keys, {"Alpha Grid", "energy", "jp"});
  }

  TestHub hub_;
  NodeKeys keys_ = NewNodeKeys();
};

TEST_F(EnrolmentTest, AnInvitedTeamJoinsAndBelievesTheAnswer) {
  const Token token = hub_.MustInvite("alpha", {{"members", "accredited"}});
  const auto reply = hub_.roster->Enrol(Request(token, keys_));
  ASSERT_TRUE(reply.ok()) << reply.status();
  const auto joined = AcceptEnrolReply(keys_, *reply, hub_.clock.Now());
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->membership.slug(), "alpha");
  EXPECT_EQ(joined->membership.hub_address(), "hub.example.org:7440");
  const auto identity = IdentityOf(joined->certificate, kTestCommunity, hub_.clock.Now());
  ASSERT_TRUE(identity.ok());
  EXPECT_TRUE(hub_.roster->IsAllowed(*identity));
  const auto facts = hub_.roster->PeerFacts("alpha");
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->sector, "energy");
  EXPECT_TRUE(facts->sector_by.self && !facts->sector_by.hub);
  ASSERT_EQ(facts->circles.size(), 1U);
  EXPECT_EQ(facts->circles[0].rung, 8);
}

TEST_F(EnrolmentTest, TheSameTeamThatAsksAgainGetsTheSameBytesEvenAfterACrash) {
  const Token token = hub_.MustInvite("alpha");
  const v1::EnrolRequest request = Request(token, keys_);
  const auto first = hub_.roster->Enrol(request);
  hub_.Restart();
  hub_.clock.Advance(71h);
  const auto again = hub_.roster->Enrol(request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_TRUE(AcceptEnrolReply(keys_, *again, hub_.clock.Now()).ok());
  hub_.clock.Advance(1h);
  EXPECT_EQ(hub_.roster->Enrol(request).status().code(), StatusCode::kPermissionDenied);
}

TEST_F(EnrolmentTest, AnotherTeamKeyIsRefusedOnceTheInvitationIsUsed) {
  const Token token = hub_.MustInvite("alpha");
  ASSERT_TRUE(hub_.roster->Enrol(Request(token, keys_)).ok());
  EXPECT_EQ(hub_.roster->Enrol(Request(token, NewNodeKeys())).status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(EnrolmentTest, ACommitThatFailsLeavesTheInvitationUnused) {
  const Token token = hub_.MustInvite("alpha");
  hub_.store.FailNextCommit();
  EXPECT_EQ(hub_.roster->Enrol(Request(token, keys_)).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_FALSE(hub_.roster->FindTeamBySlug("alpha").has_value());
  EXPECT_TRUE(hub_.roster->Enrol(Request(token, NewNodeKeys())).ok());
}

TEST_F(EnrolmentTest, ANewerInvitationTakesThePlaceOfAnOlder) {
  const Token old = hub_.MustInvite("alpha");
  const Token token = hub_.MustInvite("alpha");
  EXPECT_FALSE(hub_.roster->Enrol(Request(old, keys_)).ok());
  EXPECT_TRUE(hub_.roster->Enrol(Request(token, keys_)).ok());
}

TEST_F(EnrolmentTest, KeysOfAnotherOrOfARevokedTeamAreRefused) {
  const TestTeam alpha = hub_.MustJoin("alpha");
  EXPECT_FALSE(hub_.roster->Enrol(Request(hub_.MustInvite("beta"), alpha.keys)).ok());
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  EXPECT_FALSE(hub_.roster->Enrol(Request(hub_.MustInvite("beta"), alpha.keys)).ok());
}

struct BadRequest {
  std::string name;
  std::function<void(v1::EnrolRequest&)> damage;
};
void PrintTo(const BadRequest& test, std::ostream* out) { *out << test.name; }
class BadEnrolTest : public testing::TestWithParam<BadRequest> {};

TEST_P(BadEnrolTest, IsRefusedAndUsesNothingUp) {
  TestHub hub;
  const NodeKeys keys = NewNodeKeys();
  const Token token = hub.MustInvite("alpha");
  const v1::EnrolRequest good = *MakeEnrolRequest(token, keys, {"Alpha", "", ""});
  v1::EnrolRequest bad = good;
  GetParam().damage(bad);
  EXPECT_EQ(hub.roster->Enrol(bad).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(hub.roster->Enrol(good).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadEnrolTest,
    testing::ValuesIn(std::vector<BadRequest>{
        {"OtherInvitation", [](auto& r) { r.set_invite_id(Bytes(8, 'x')); }},
        {"ShortInvitation", [](auto& r) { r.set_invite_id("x"); }},
        {"OtherNonce", [](auto& r) { r.set_nonce(Bytes(32, 'x')); }},
        {"OtherCsr", [](auto& r) { r.set_csr(TlsKey::Generate().MakeCsr()); }},
        {"NoCsr", [](auto& r) { r.clear_csr(); }},
        {"HugeCsr", [](auto& r) { r.set_csr(Bytes(5000, 'x')); }},
        {"OtherProof", [](auto& r) { r.set_proof(Bytes(32, 'x')); }},
        {"OtherTeamKey",
         [](auto& r) { r.set_team_key(crypto::SigningKey::Generate().public_key().str()); }},
        {"OtherSignature", [](auto& r) { r.set_signature(Bytes(64, 'x')); }},
        {"OtherRecordKey",
         [](auto& r) { r.set_record_key(crypto::SigningKey::Generate().public_key().str()); }},
        {"RecordKeyNotSigned", [](auto& r) { r.set_record_key_signature(Bytes(64, 'x')); }},
        {"OrgTooLong", [](auto& r) { r.set_org(std::string(129, 'a')); }},
        {"SectorWithSpace", [](auto& r) { r.set_sector("a b"); }},
        {"CountryOfThree", [](auto& r) { r.set_country("jpn"); }},
    }),
    [](const auto& test) { return test.param.name; });

struct BadReply {
  std::string name;
  std::function<void(v1::EnrolReply&, const TestHub&, const TestTeam& other)> damage;
  std::string says;
};
void PrintTo(const BadReply& test, std::ostream* out) { *out << test.name; }
class BadReplyTest : public testing::TestWithParam<BadReply> {};

TEST_P(BadReplyTest, IsNotBelieved) {
  TestHub hub;
  const TestTeam other = hub.MustJoin("beta");
  const NodeKeys keys = NewNodeKeys();
  const auto request = MakeEnrolRequest(hub.MustInvite("alpha"), keys, {"Alpha", "", ""});
  auto reply = hub.roster->Enrol(*request);
  ASSERT_TRUE(AcceptEnrolReply(keys, *reply, hub.clock.Now()).ok());
  GetParam().damage(*reply, hub, other);
  const auto joined = AcceptEnrolReply(keys, *reply, hub.clock.Now());
  EXPECT_EQ(joined.status().code(), StatusCode::kPermissionDenied);
  EXPECT_NE(Message(joined.status()).find(GetParam().says), std::string::npos)
      << Message(joined.status());
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadReplyTest,
    testing::ValuesIn(std::vector<BadReply>{
        {"OtherCommunity", [](auto& r, auto&, auto&) { r.set_community("river.example"); },
         "of community"},
        {"OtherSlug", [](auto& r, auto&, auto&) { r.set_slug("gamma"); }, "another team"},
        {"OthersCertificate",
         [](auto& r, auto&, auto& o) { r.set_certificate(o.joined.certificate.ToPem()); },
         "another key"},
        {"NoCertificate", [](auto& r, auto&, auto&) { r.clear_certificate(); }, "not X.509"},
        {"OtherAuthority",
         [](auto& r, auto& hub, auto&) {
           r.set_ca_certificate(NewHubKeys(hub.clock.Now()).ca_certificate.ToPem());
         },
         "authority"},
        {"AuthorityNotOne",
         [](auto& r, auto& hub, auto&) { r.set_ca_certificate(hub.hub.enrol_certificate.ToPem()); },
         "authority"},
        {"OtherAttestKey",
         [](auto& r, auto&, auto&) {
           r.set_attest_key(crypto::SigningKey::Generate().public_key().str());
         },
         "not signed"},
        {"OthersAttestations",
         [](auto& r, auto&, auto& o) {
           *r.mutable_attestations() = o.joined.membership.attestations();
         },
         "another key"},
        {"NoAttestations", [](auto& r, auto&, auto&) { r.clear_attestations(); }, "record key"},
        {"NoState", [](auto& r, auto&, auto&) { r.clear_state(); }, "not signed"},
        {"BadAddress", [](auto& r, auto&, auto&) { r.set_hub_address("hub"); }, "host:port"},
        {"ShortHubKey", [](auto& r, auto&, auto&) { r.set_hub_team_key("x"); }, "32 bytes"},
    }),
    [](const auto& test) { return test.param.name; });

class RenewalTest : public testing::Test {
 protected:
  absl::StatusOr<v1::EnrolReply> Renew(const TestTeam& team, const TlsKey& fresh) {
    const EnrolNonce nonce = *hub_.roster->Challenge();
    return hub_.roster->Renew(
        MakeRenewRequest(team.keys, team.joined.certificate, fresh, nonce.view()));
  }
  TestHub hub_;
  TestTeam alpha_ = hub_.MustJoin("alpha");
  TlsKey fresh_ = TlsKey::Generate();
};

TEST_F(RenewalTest, ByTeamKeyWorksUntilThirtyDaysAfterExpiry) {
  hub_.clock.Advance(24h * 36);
  const auto reply = Renew(alpha_, fresh_);
  ASSERT_TRUE(reply.ok()) << reply.status();
  const auto joined =
      AcceptRenewReply(alpha_.joined.membership, alpha_.keys, fresh_, *reply, hub_.clock.Now());
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_TRUE(
      hub_.roster->IsAllowed(*IdentityOf(joined->certificate, kTestCommunity, hub_.clock.Now())));
  hub_.clock.Advance(24h * 2);
  EXPECT_EQ(Renew(alpha_, TlsKey::Generate()).status().code(), StatusCode::kPermissionDenied);
}

TEST_F(RenewalTest, ANonceIsGoodOnceAndForAMinute) {
  const EnrolNonce nonce = *hub_.roster->Challenge();
  const auto request =
      MakeRenewRequest(alpha_.keys, alpha_.joined.certificate, fresh_, nonce.view());
  EXPECT_TRUE(hub_.roster->Renew(request).ok());
  EXPECT_FALSE(hub_.roster->Renew(request).ok());
  const EnrolNonce late = *hub_.roster->Challenge();
  hub_.clock.Advance(61s);
  EXPECT_FALSE(
      hub_.roster
          ->Renew(MakeRenewRequest(alpha_.keys, alpha_.joined.certificate, fresh_, late.view()))
          .ok());
}

TEST_F(RenewalTest, StrangersWhoAskForNoncesTakeNoRoomFromMembers) {
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(hub_.roster->Challenge().ok());
    // Nor do those who send one back without a member's key.
    v1::RenewRequest request;
    request.set_nonce(hub_.roster->Challenge()->str());
    ASSERT_EQ(hub_.roster->Renew(request).status().code(), StatusCode::kPermissionDenied);
  }
  EXPECT_TRUE(Renew(alpha_, fresh_).ok());
}

TEST_F(RenewalTest, AMemberTakesNoRoomFromOthers) {
  const TestTeam beta = hub_.MustJoin("beta");
  const TlsKey key = TlsKey::Generate();
  const auto try_again = [&] {
    return hub_.roster->Renew(MakeRenewRequest(beta.keys, beta.joined.certificate, key,
                                               hub_.roster->Challenge()->view()));
  };
  for (std::size_t i = 0; i < kChallengesPerTeamMax; ++i) ASSERT_TRUE(try_again().ok());
  EXPECT_EQ(try_again().status().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Renew(alpha_, fresh_).ok());
  hub_.clock.Advance(3min);
  EXPECT_TRUE(try_again().ok());
}

TEST_F(RenewalTest, ANonceThatTheHubDidNotMakeIsRefused) {
  EnrolNonce nonce = *hub_.roster->Challenge();
  Bytes forged = nonce.str();
  forged[10] = static_cast<char>(forged[10] ^ 1);
  EXPECT_FALSE(
      hub_.roster->Renew(MakeRenewRequest(alpha_.keys, alpha_.joined.certificate, fresh_, forged))
          .ok());
}

TEST_F(RenewalTest, AnotherTeamKeyOrACertificateOfAnotherAuthorityIsRefused) {
  const TestTeam beta = hub_.MustJoin("beta");
  TestTeam mixed = hub_.MustJoin("gamma");
  mixed.joined.certificate = beta.joined.certificate;
  EXPECT_FALSE(Renew(mixed, fresh_).ok());
  TestHub other;
  mixed.joined.certificate = other.MustJoin("gamma").joined.certificate;
  EXPECT_FALSE(Renew(mixed, fresh_).ok());
}

TEST_F(RenewalTest, RevokedOrSuspendedIsRefused) {
  ASSERT_TRUE(hub_.roster->Suspend("alpha", std::nullopt).ok());
  EXPECT_FALSE(Renew(alpha_, fresh_).ok());
  ASSERT_TRUE(hub_.roster->EndSuspension("alpha").ok());
  EXPECT_TRUE(Renew(alpha_, fresh_).ok());
  ASSERT_TRUE(hub_.roster->Revoke("alpha").ok());
  EXPECT_FALSE(Renew(alpha_, TlsKey::Generate()).ok());
}

TEST_F(RenewalTest, AReplyOfAnotherCommunityOrAuthorityIsNotBelieved) {
  const auto reply = Renew(alpha_, fresh_);
  v1::StoredMembership other = alpha_.joined.membership;
  other.set_attest_key(Bytes(32, 'x'));
  EXPECT_FALSE(AcceptRenewReply(other, alpha_.keys, fresh_, *reply, hub_.clock.Now()).ok());
  alpha_.keys.ca_certificate = NewHubKeys(hub_.clock.Now()).ca_certificate;
  EXPECT_FALSE(
      AcceptRenewReply(alpha_.joined.membership, alpha_.keys, fresh_, *reply, hub_.clock.Now())
          .ok());
}

}  // namespace
}  // namespace renkei::membership
