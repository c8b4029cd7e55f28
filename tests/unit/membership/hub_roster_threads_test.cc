// Several threads at once: ThreadSanitizer looks for races, the checks for lost updates.
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

TEST(HubRosterThreadsTest, ChangesAndQuestionsAtOnceLoseNothing) {
  TestHub hub;
  const TestTeam alpha = hub.MustJoin("alpha");
  const TestTeam beta = hub.MustJoin("beta");
  const PeerIdentity peer = alpha.identity(hub.clock.Now());
  const std::vector<record::CircleId> circles = {hub.circle("members")};
  auto verifier =
      *Verifier::Open(std::string(kTestCommunity), hub.attest_key(), hub.store, hub.clock);
  hub.roster->OnChange([&](const RosterChange&) {
    RENKEI_CHECK(verifier->Update(hub.roster->CurrentState()).ok());
  });
  constexpr int kRounds = 20;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        RENKEI_CHECK(hub.roster->AddCircle("c" + std::to_string(i)).ok());
      }
    });
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        RENKEI_CHECK(hub.roster->SetLevel("beta", "members", i % 2 ? "listed" : "certified").ok());
      }
      RENKEI_CHECK(hub.roster->Revoke("beta").ok());
    });
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        RENKEI_CHECK(hub.roster->Refresh(peer, "").ok());
        RENKEI_CHECK(hub.roster->IsAllowed(peer));
        hub.clock.Advance(std::chrono::seconds(1));
      }
    });
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        const auto named = hub.roster->NamedAttestations(alpha.keys.record.public_key(), circles);
        RENKEI_CHECK(named.size() == 1);
        (void)verifier->CheckAuthor(alpha.keys.record.public_key(), policy::SourceMode::kAttributed,
                                    circles, named, LapsedAttestations::kRefuse, hub.clock.Now());
        (void)verifier->IsDenied(peer.spki_sha256);
      }
    });
  }
  EXPECT_EQ(hub.roster->Charters().size(), 1U + kRounds);
  EXPECT_FALSE(hub.roster->PeerFacts("beta").has_value());
  EXPECT_EQ(verifier->signed_state()->state(), hub.roster->CurrentState().state());
  EXPECT_TRUE(verifier->IsDenied(beta.keys.team.public_key()));
  const auto teams = hub.roster->Teams();
  hub.Restart();
  ASSERT_EQ(hub.roster->Teams().size(), teams.size());
  for (std::size_t i = 0; i < teams.size(); ++i) {
    EXPECT_EQ(hub.roster->Teams()[i].SerializeAsString(), teams[i].SerializeAsString());
  }
}

}  // namespace
}  // namespace renkei::membership
