#include "node/membership/attestation.h"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/membership/card.h"

namespace renkei::membership {
namespace {

v1::Card SampleCard() {
  v1::Card card;
  card.set_team_key(Bytes(32, '\x33'));
  card.set_slug("alpha");
  card.set_kind(1);
  return card;
}

Attestation SampleAttestation() {
  Attestation a;
  a.mode = AttestationMode::kNamed;
  a.origin = *crypto::PublicKey::From(Bytes(32, '\xaa'));
  a.subject = SubjectOf(a.origin);
  a.circle = *record::CircleId::From(Bytes(16, '\xcc'));
  a.rung = 8;
  a.not_before = FromUnixSeconds(1'767'225'600);
  a.not_after = FromUnixSeconds(1'767'830'400);
  a.card_hash = *crypto::Digest::From(Bytes(32, '\xdd'));
  return a;
}

Attestation SampleFor(AttestationMode mode) {
  Attestation a = SampleAttestation();
  a.mode = mode;
  if (mode != AttestationMode::kNamed) a.subject = *Subject::From(Bytes(32, '\xbb'));
  if (mode == AttestationMode::kSession) a.not_after = a.not_before + std::chrono::hours(24);
  if (mode == AttestationMode::kPseudonymous || mode == AttestationMode::kAnonymous) {
    a.origin = {};
    a.card_hash = {};
  }
  return a;
}

constexpr AttestationMode kModes[] = {AttestationMode::kNamed, AttestationMode::kPseudonymous,
                                      AttestationMode::kAnonymous, AttestationMode::kSession,
                                      AttestationMode::kSuccessor};

TEST(AttestationTest, HasExactlyTheDocumentedBytes) {
  // Made with Python's struct.
  EXPECT_EQ(HexEncode(EncodeAttestation(SampleAttestation())),
            "524e4b312e617474657374000000000001"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "cccccccccccccccccccccccccccccccc08000000006955b90000000000695ef380"
            "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd");
}

TEST(AttestationTest, EveryModeIsReadBack) {
  for (const AttestationMode mode : kModes) {
    const absl::StatusOr<Attestation> read = ParseAttestation(EncodeAttestation(SampleFor(mode)));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, SampleFor(mode));
  }
}

struct BadAttestation {
  std::string name;
  AttestationMode mode;
  std::function<void(Attestation&)> damage;
};
void PrintTo(const BadAttestation& test, std::ostream* out) { *out << test.name; }
class BadAttestationTest : public testing::TestWithParam<BadAttestation> {};

TEST_P(BadAttestationTest, IsRefused) {
  Attestation a = SampleFor(GetParam().mode);
  GetParam().damage(a);
  const absl::StatusOr<Attestation> read = ParseAttestation(EncodeAttestation(a));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadAttestationTest,
    testing::ValuesIn(std::vector<BadAttestation>{
        {"ModeZero", AttestationMode::kNamed, [](auto& a) { a.mode = AttestationMode{0}; }},
        {"ModeSix", AttestationMode::kNamed, [](auto& a) { a.mode = AttestationMode{6}; }},
        {"RungZero", AttestationMode::kNamed, [](auto& a) { a.rung = 0; }},
        {"RungFifteen", AttestationMode::kNamed, [](auto& a) { a.rung = 15; }},
        {"NamedSubjectNotOrigin", AttestationMode::kNamed,
         [](auto& a) { a.subject = *Subject::From(Bytes(32, '\x01')); }},
        {"NamedWithoutCard", AttestationMode::kNamed, [](auto& a) { a.card_hash = {}; }},
        {"NamedEightDays", AttestationMode::kNamed,
         [](auto& a) { a.not_after = a.not_before + std::chrono::hours(24 * 8); }},
        {"SessionTwoDays", AttestationMode::kSession,
         [](auto& a) { a.not_after = a.not_before + std::chrono::hours(48); }},
        {"SessionWithoutOrigin", AttestationMode::kSession, [](auto& a) { a.origin = {}; }},
        {"AnonymousWithOrigin", AttestationMode::kAnonymous,
         [](auto& a) { a.origin = SampleAttestation().origin; }},
        {"PseudonymousWithCard", AttestationMode::kPseudonymous,
         [](auto& a) { a.card_hash = SampleAttestation().card_hash; }},
        {"SuccessorOfItself", AttestationMode::kSuccessor,
         [](auto& a) { a.subject = SubjectOf(a.origin); }},
        {"NoSubject", AttestationMode::kAnonymous, [](auto& a) { a.subject = {}; }},
        {"EmptyLifetime", AttestationMode::kNamed, [](auto& a) { a.not_after = a.not_before; }},
        {"NegativeTime", AttestationMode::kNamed,
         [](auto& a) { a.not_before = FromUnixSeconds(std::numeric_limits<std::int64_t>::min()); }},
    }),
    [](const auto& test) { return test.param.name; });

TEST(AttestationTest, WrongLengthOrLabelIsRefused) {
  const Bytes good = EncodeAttestation(SampleAttestation());
  EXPECT_FALSE(ParseAttestation(good + '\0').ok());
  EXPECT_FALSE(ParseAttestation(BytesView(good).substr(1)).ok());
  Bytes other_label = good;
  other_label[5] = 'b';
  EXPECT_FALSE(ParseAttestation(other_label).ok());
}

class SignedAttestationTest : public testing::Test {
 protected:
  v1::SignedAttestation Signed(AttestationMode mode) const {
    Attestation a = SampleFor(mode);
    if (!a.card_hash.IsZero()) a.card_hash = CardHash(card_);
    return SignAttestation(key_, a, card_);
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  const Bytes card_ = EncodeCard(SampleCard());
};

TEST_F(SignedAttestationTest, IsVerifiedWithItsCardWhereThereIsOne) {
  for (const AttestationMode mode : kModes) {
    const auto verified = VerifyAttestation(key_.public_key(), Signed(mode));
    ASSERT_TRUE(verified.ok()) << verified.status();
    const bool unnamed =
        mode == AttestationMode::kPseudonymous || mode == AttestationMode::kAnonymous;
    EXPECT_EQ(verified->card.has_value(), !unnamed);
  }
}

TEST_F(SignedAttestationTest, AnyChangedBitIsRefused) {
  const v1::SignedAttestation good = Signed(AttestationMode::kNamed);
  for (std::size_t i = 0; i < good.attestation().size(); ++i) {
    v1::SignedAttestation bad = good;
    (*bad.mutable_attestation())[i] ^= 1;
    EXPECT_FALSE(VerifyAttestation(key_.public_key(), bad).ok()) << "byte " << i;
  }
  v1::SignedAttestation bad = good;
  (*bad.mutable_signature())[10] ^= 1;
  EXPECT_FALSE(VerifyAttestation(key_.public_key(), bad).ok());
  bad = good;
  bad.mutable_signature()->pop_back();
  EXPECT_FALSE(VerifyAttestation(key_.public_key(), bad).ok());
}

TEST_F(SignedAttestationTest, AnotherKeyOrAnotherCardIsRefused) {
  v1::SignedAttestation good = Signed(AttestationMode::kNamed);
  EXPECT_EQ(VerifyAttestation(crypto::SigningKey::Generate().public_key(), good).status().code(),
            absl::StatusCode::kPermissionDenied);
  v1::Card other = SampleCard();
  other.set_slug("beta");
  good.set_card(EncodeCard(other));
  EXPECT_EQ(VerifyAttestation(key_.public_key(), good).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(SignedAttestationTest, ACardBesideAnUnnamedAuthorIsRefused) {
  v1::SignedAttestation one = Signed(AttestationMode::kAnonymous);
  one.set_card(card_);
  EXPECT_FALSE(VerifyAttestation(key_.public_key(), one).ok());
}

}  // namespace
}  // namespace renkei::membership
