#include <iostream>

#include <gtest/gtest.h>

#include "node/membership/attestation.h"
#include "node/membership/node_keys.h"
#include "tests/support/community.h"
#include "tests/support/raw_subscriber.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

using std::chrono::steady_clock;

// The session attestations that a team got when it joined.
feed::Attestations SessionOf(const std::string& folder) {
  const auto store = OpenStopped(folder);
  const auto membership = membership::LoadMembership(*store);
  if (!membership.ok() || !*membership) Fail(folder + " has no membership");
  feed::Attestations session;
  for (const auto& one : (*membership)->attestations()) {
    const auto parsed = membership::ParseAttestation(one.attestation());
    if (parsed.ok() && parsed->mode == membership::AttestationMode::kSession) {
      session.push_back(one);
    }
  }
  return session;
}

void Say(const std::string& what, steady_clock::time_point from, steady_clock::time_point to) {
  std::cout << what << " after "
            << std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count() << " ms\n";
}

class Revoke : public testing::Test {
 protected:
  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited", {.listen = true});

  Revoke() { community_.Add("leaver", "certified", {.start = false}); }

  const std::string folder_ = community_.folder() + "/leaver";
};

TEST_F(Revoke, CutsARunningStreamEverywhereAndRefusesEveryLaterCall) {
  alpha_.Ask({"status", "--wait-linked", std::to_string(kPatience.count())});
  const std::string id = alpha_.PublishText(DraftText("before"));
  const PeerKeys keys = ReadPeerKeys(folder_);
  const feed::Attestations session = SessionOf(folder_);
  ASSERT_FALSE(session.empty());
  const auto to_hub = DialRaw(community_.hub().Address(), keys);
  const auto to_alpha = DialRaw(alpha_.Address(), keys);
  RawSubscriber at_hub(*to_hub);
  at_hub.WaitForRecord(id);
  // Unknown to another member until it presents itself.
  {
    RawSubscriber early(*to_alpha);
    EXPECT_FALSE(early.WaitForEnd().why.ok());
    EXPECT_TRUE(early.records().empty());
  }
  ASSERT_TRUE(to_alpha->Present(session, std::nullopt).ok());
  RawSubscriber at_alpha(*to_alpha);
  at_alpha.WaitForRecord(id);

  const auto revoked = steady_clock::now();
  community_.hub().Ask({"revoke", "leaver"});
  const auto hub_end = at_hub.WaitForEnd();
  Say("the hub's stream was cancelled", revoked, hub_end.at);
  EXPECT_FALSE(hub_end.why.ok());
  const auto alpha_end = at_alpha.WaitForEnd();
  Say("another member's stream was cancelled", revoked, alpha_end.at);
  EXPECT_FALSE(alpha_end.why.ok());

  const std::string later = alpha_.PublishText(DraftText("after"));
  community_.hub().WaitForRecord(later);
  for (exchange::PeerConnection* line : {to_hub.get(), to_alpha.get()}) {
    RawSubscriber again(*line);
    EXPECT_FALSE(again.WaitForEnd().why.ok());
    EXPECT_TRUE(again.events().empty());
    EXPECT_FALSE(line->Present(session, std::nullopt).ok());
    EXPECT_FALSE(line->Refresh("").ok());
    EXPECT_NE(PublishRaw(*line, feed::OfferedRecord{}), absl::StatusCode::kOk);
  }
  // On a new connection too, where the handshake itself refuses.
  for (const std::string& address : {community_.hub().Address(), alpha_.Address()}) {
    const auto fresh = DialRaw(address, keys);
    RawSubscriber again(*fresh);
    EXPECT_FALSE(again.WaitForEnd().why.ok());
    EXPECT_FALSE(fresh->Present(session, std::nullopt).ok());
  }
  EXPECT_EQ(community_.hub().Ask({"peers"}).dump().find("\"leaver\",\"direction\":\"in\","
                                                        "\"connected\":true"),
            std::string::npos);
  // The team's own node says what has happened to it, and goes on serving its own people.
  NodeProcess leaver(folder_);
  leaver.Start();
  WaitUntil("the node says that it is not linked", [&] {
    const Json status = leaver.Status();
    return status["linked"] == false && status["peers"][0].contains("last_error");
  });
  EXPECT_EQ(leaver.Stop(), 0);
  community_.StopAll();
}

TEST_F(Revoke, OfATeamKeepsItsSlugForEver) {
  community_.hub().Ask({"revoke", "leaver"});
  const Ran invited = community_.hub().Cli({"invite", "leaver", "--circle", "members=listed"});
  EXPECT_EQ(invited.exit_status, 1);
  EXPECT_EQ(invited.out, "");
  community_.StopAll();
}

TEST_F(Revoke, SuspensionCutsTheStreamAndEndsByWord) {
  const auto to_hub = DialRaw(community_.hub().Address(), ReadPeerKeys(folder_));
  RawSubscriber stream(*to_hub);
  stream.WaitForEvent();
  const auto suspended = steady_clock::now();
  community_.hub().Ask({"suspend", "leaver"});
  Say("the stream was cancelled", suspended, stream.WaitForEnd().at);
  RawSubscriber refused(*to_hub);
  EXPECT_FALSE(refused.WaitForEnd().why.ok());
  community_.hub().Ask({"suspend", "leaver", "--end"});
  const auto again = DialRaw(community_.hub().Address(), ReadPeerKeys(folder_));
  RawSubscriber back(*again);
  back.WaitForEvent();
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
