// A hub in memory, and teams that join it: what tests of this folder start from.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/membership/enrolment.h"
#include "node/membership/hub_roster.h"
#include "node/membership/limits.h"
#include "node/membership/verifier.h"
#include "tests/support/memory_store.h"

namespace renkei::membership {

using namespace std::chrono_literals;

class FakeClock : public Clock {
 public:
  Timestamp Now() const override { return FromUnixSeconds(now_.load()); }
  void Advance(std::chrono::seconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{1'767'225'600};  // 2026-01-01
};

inline constexpr std::string_view kTestCommunity = "forest.example";

inline NodeKeys NewNodeKeys() {
  return {crypto::SigningKey::Generate(),
          crypto::SigningKey::Generate(),
          TlsKey::Generate(),
          AnonMaster::Generate(),
          std::nullopt,
          std::nullopt};
}

inline HubKeys NewHubKeys(Timestamp now) {
  TlsKey ca = TlsKey::Generate();
  TlsKey enrol = TlsKey::Generate();
  Certificate ca_certificate =
      CertificateAuthority::MakeAuthorityCertificate(ca, kTestCommunity, now);
  Certificate enrol_certificate =
      CertificateAuthority::MakeEnrolCertificate(enrol, kTestCommunity, now);
  return {ca, ca_certificate, crypto::SigningKey::Generate(), enrol, enrol_certificate};
}

struct TestTeam {
  NodeKeys keys;
  Joined joined;

  PeerIdentity identity(Timestamp now) const {
    return *IdentityOf(joined.certificate, kTestCommunity, now);
  }
};

class TestHub {
 public:
  TestHub() : keys(NewNodeKeys()), hub(NewHubKeys(clock.Now())) {
    roster = *HubRoster::Found(options(), keys, hub, store, clock);
  }

  HubRoster::Options options() const {
    return {std::string(kTestCommunity), "Forest Council", "hub.example.org:7440",
            "hub.example.org:7441"};
  }
  // As after a crash: everything from the rows.
  void Restart() { roster = *HubRoster::Load(options(), keys, hub, store, clock); }

  Token MustInvite(const std::string& slug, const std::map<std::string, std::string>& levels = {}) {
    absl::StatusOr<Invited> invited = roster->Invite(slug, levels);
    RENKEI_CHECK(invited.ok());
    return *ParseToken(invited->token);
  }

  TestTeam MustJoin(const std::string& slug,
                    const std::map<std::string, std::string>& levels = {}) {
    NodeKeys team = NewNodeKeys();
    const Token token = MustInvite(slug, levels);
    const auto request = MakeEnrolRequest(token, team, {"Org of " + slug, "energy", "jp"});
    auto reply = roster->Enrol(*request);
    RENKEI_CHECK(reply.ok());
    auto joined = AcceptEnrolReply(team, *reply, clock.Now());
    RENKEI_CHECK(joined.ok());
    return {std::move(team), *std::move(joined)};
  }

  record::CircleId circle(std::string_view name) const {
    return record::MakeCircleId(kTestCommunity, name);
  }
  crypto::PublicKey attest_key() const { return hub.attest.public_key(); }

  FakeClock clock;
  testing_support::MemoryStore store;
  NodeKeys keys;
  HubKeys hub;
  std::unique_ptr<HubRoster> roster;
};

inline std::vector<v1::SignedAttestation> ListOf(
    const google::protobuf::RepeatedPtrField<v1::SignedAttestation>& attestations) {
  return {attestations.begin(), attestations.end()};
}

}  // namespace renkei::membership
