#include "node/membership/community_state.h"

#include <functional>

#include <gtest/gtest.h>

namespace renkei::membership {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCommunity = "forest.example";
const Timestamp kSigned = FromUnixSeconds(1'767'225'600);

v1::CommunityState SampleState() {
  v1::CommunityState state;
  state.set_community(std::string(kCommunity));
  state.set_version(7);
  state.set_signed_at(UnixSeconds(kSigned));
  *state.add_charters() = DefaultCharter("members");
  *state.add_charters() = DefaultCharter("energy");
  state.mutable_charters(1)->set_state_age_max_hours(2);
  state.add_denied(Bytes(32, '\x11'));
  state.set_record_version(1);
  return state;
}

class CommunityStateTest : public testing::Test {
 protected:
  absl::StatusOr<CommunityState> Read(const v1::CommunityState& state) const {
    return CommunityState::Verify(*SignState(key_, state), kCommunity, key_.public_key());
  }
  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
};

TEST_F(CommunityStateTest, IsReadAsSigned) {
  const auto state = Read(SampleState());
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->version(), 7U);
  EXPECT_TRUE(state->IsDenied(*crypto::Digest::From(Bytes(32, '\x11'))));
  EXPECT_FALSE(state->IsDenied(*crypto::Digest::From(Bytes(32, '\x12'))));
  const Charter* energy = state->FindCharter("energy");
  ASSERT_NE(energy, nullptr);
  EXPECT_EQ(energy->id, record::MakeCircleId(kCommunity, "energy"));
  EXPECT_EQ(state->FindCharter(energy->id), energy);
  EXPECT_EQ(energy->levels,
            (std::vector<Level>{{"listed", 4}, {"accredited", 8}, {"certified", 12}}));
  EXPECT_EQ(energy->RungOf("accredited"), 8);
  EXPECT_EQ(energy->RungOf("acredited"), std::nullopt);
  EXPECT_EQ(energy->LevelOf(3), "");
  EXPECT_EQ(energy->LevelOf(9), "accredited");
  EXPECT_EQ(energy->LevelOf(14), "certified");
}

TEST_F(CommunityStateTest, AnotherKeyOrCommunityOrAChangedBitIsRefused) {
  v1::SignedState good = *SignState(key_, SampleState());
  EXPECT_EQ(CommunityState::Verify(good, "river.example", key_.public_key()).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CommunityState::Verify(good, kCommunity, crypto::SigningKey::Generate().public_key())
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
  (*good.mutable_state())[20] ^= 1;
  EXPECT_FALSE(CommunityState::Verify(good, kCommunity, key_.public_key()).ok());
}

struct BadState {
  std::string name;
  std::function<void(v1::CommunityState&)> damage;
};
void PrintTo(const BadState& test, std::ostream* out) { *out << test.name; }
class BadStateTest : public testing::TestWithParam<BadState> {};

TEST_P(BadStateTest, IsRefusedThoughSigned) {
  const crypto::SigningKey key = crypto::SigningKey::Generate();
  v1::CommunityState state = SampleState();
  GetParam().damage(state);
  EXPECT_EQ(
      CommunityState::Verify(*SignState(key, state), kCommunity, key.public_key()).status().code(),
      absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadStateTest,
    testing::ValuesIn(std::vector<BadState>{
        {"ShortDenied", [](auto& s) { s.add_denied("short"); }},
        {"CircleTwice", [](auto& s) { *s.add_charters() = DefaultCharter("energy"); }},
        {"CircleName", [](auto& s) { s.mutable_charters(0)->set_circle("A b"); }},
        {"NoLevels", [](auto& s) { s.mutable_charters(0)->clear_rungs(); }},
        {"RungFifteen", [](auto& s) { s.mutable_charters(0)->mutable_rungs(2)->set_number(15); }},
        {"LevelsFalling", [](auto& s) { s.mutable_charters(0)->mutable_rungs(2)->set_number(5); }},
        {"LevelTwice",
         [](auto& s) { s.mutable_charters(0)->mutable_rungs(2)->set_name("listed"); }},
        {"UnknownSourceMode", [](auto& s) { s.mutable_charters(0)->set_source_modes(1 << 4); }},
        {"AgeTooLong", [](auto& s) { s.mutable_charters(0)->set_state_age_max_hours(721); }},
        {"VoidWithoutSubject", [](auto& s) { s.add_voids()->set_circle(Bytes(16, 'c')); }},
        {"TooManyCircles",
         [](auto& s) {
           for (int i = 0; i < 64; ++i) {
             *s.add_charters() = DefaultCharter("c" + std::to_string(i));
           }
         }},
    }),
    [](const auto& test) { return test.param.name; });

TEST_F(CommunityStateTest, LargerThanItsLimitCannotBeSigned) {
  v1::CommunityState state = SampleState();
  for (int i = 0; i < 65'000; ++i) state.add_denied(Bytes(32, 'x'));
  EXPECT_EQ(SignState(key_, state).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(CommunityStateTest, GoesStaleByTheCharterAndDeadAtThreeTimesThat) {
  const auto state = Read(SampleState());
  const auto energy = record::MakeCircleId(kCommunity, "energy");
  EXPECT_EQ(state->FreshnessOf(energy, kSigned + 2h), Freshness::kFresh);
  EXPECT_EQ(state->FreshnessOf(energy, kSigned + 2h + 1s), Freshness::kStale);
  EXPECT_EQ(state->FreshnessOf(energy, kSigned + 6h), Freshness::kStale);
  EXPECT_EQ(state->FreshnessOf(energy, kSigned + 6h + 1s), Freshness::kDead);
  EXPECT_EQ(state->FreshnessAt(kSigned + 24h), Freshness::kFresh);
  EXPECT_EQ(state->FreshnessAt(kSigned + 72h), Freshness::kStale);
  EXPECT_EQ(state->FreshnessAt(kSigned + 73h), Freshness::kDead);
}

TEST_F(CommunityStateTest, VoidEntriesMeetOlderAttestationsOfTheirSubjectAndCircle) {
  Attestation a;
  a.origin = *crypto::PublicKey::From(Bytes(32, '\xaa'));
  a.subject = SubjectOf(a.origin);
  a.circle = record::MakeCircleId(kCommunity, "energy");
  a.not_before = kSigned;
  v1::CommunityState message = SampleState();
  v1::VoidEntry* entry = message.add_voids();
  entry->set_subject(crypto::Sha256(a.subject.view()).str());
  entry->set_circle(a.circle.str());
  entry->set_before(UnixSeconds(kSigned) + 1);
  const auto for_good = Read(message);
  EXPECT_TRUE(for_good->IsVoid(a, kSigned + 100h));
  Attestation later = a;
  later.not_before = kSigned + 1s;
  EXPECT_FALSE(for_good->IsVoid(later, kSigned + 100h));
  Attestation elsewhere = a;
  elsewhere.circle = record::MakeCircleId(kCommunity, "members");
  EXPECT_FALSE(for_good->IsVoid(elsewhere, kSigned));
  Attestation unnamed = a;
  unnamed.mode = AttestationMode::kAnonymous;
  EXPECT_FALSE(for_good->IsVoid(unnamed, kSigned));
  message.mutable_voids(0)->set_until(UnixSeconds(kSigned) + 60);
  EXPECT_TRUE(Read(message)->IsVoid(a, kSigned + 59s));
  EXPECT_FALSE(Read(message)->IsVoid(a, kSigned + 60s));
}

}  // namespace
}  // namespace renkei::membership
