// A peer plane on loopback in one process: real TLS and gRPC, and the hub of a FeedRig behind it.
//
// Certificates are checked by the library against the machine's clock, so that clock is used here.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "node/base/file.h"
#include "node/exchange/exchange_server.h"
#include "node/exchange/grpc_setup.h"
#include "node/exchange/grpc_transport.h"
#include "node/membership/certificate_authority.h"
#include "tests/support/feed_rig.h"

namespace renkei::exchange {

// Knows every peer by its certificate.
class RigPlane : public PeerPlane {
 public:
  explicit RigPlane(testing_support::FeedRig& rig) : rig_(rig) {}

  absl::StatusOr<membership::PeerIdentity> Identify(BytesView pem) const override {
    return membership::ParsePeerIdentity(pem, "community.example", SystemClock().Now());
  }
  absl::StatusOr<feed::PeerContext> Admit(const membership::PeerIdentity& peer) const override {
    if (on_admit) on_admit(peer.slug);
    return rig_.Peer(peer.slug);
  }
  absl::StatusOr<feed::Attestations> Present(
      const membership::PeerIdentity& /*peer*/, const feed::Attestations& /*session*/,
      const std::optional<renkei::v1::SignedState>& /*state*/) override {
    if (on_present) on_present();
    return feed::Attestations{};
  }
  absl::StatusOr<membership::Refreshed> Refresh(const membership::PeerIdentity& /*peer*/,
                                                BytesView /*csr*/) override {
    return PermissionDenied("not here");
  }
  std::optional<renkei::v1::SignedState> State() const override { return state; }
  std::uint64_t StateVersion() const override { return state ? 1 : 0; }
  bool TakesPublications() const override { return true; }
  feed::Egress& egress() override { return *rig_.hub.egress; }
  feed::Intake& intake() override { return *rig_.hub.intake; }
  void Note(const StreamNews& /*news*/) override {}

  // Set before the server listens.
  std::function<void()> on_present{};
  std::function<void(const std::string& slug)> on_admit{};
  std::optional<renkei::v1::SignedState> state{};

 private:
  testing_support::FeedRig& rig_;
};

class ExchangeRig {
 public:
  ExchangeRig() : plane(feed) {
    SetUpGrpc();
    const Timestamp now = SystemClock().Now();
    const auto ca = membership::TlsKey::Generate();
    auto opened = membership::CertificateAuthority::Open(
        ca,
        membership::CertificateAuthority::MakeAuthorityCertificate(ca, "community.example", now),
        "community.example");
    RENKEI_CHECK(opened.ok());
    authority_ = std::make_unique<membership::CertificateAuthority>(*std::move(opened));
    const auto key = membership::TlsKey::Generate();
    const auto write = [&](const std::string& name, const std::string& text) {
      RENKEI_CHECK(WriteFile(folder_.path() + "/" + name, text, FileMode::kSecret).ok());
    };
    write("tls.key", key.ToPem());
    write("tls.crt", authority_->IssueHub(key, now).ToPem());
    write("ca.crt", authority_->certificate().ToPem());
    server = ExchangeServer::Make({.listen = "127.0.0.1:0",
                                   .key_file = folder_.path() + "/tls.key",
                                   .certificate_file = folder_.path() + "/tls.crt",
                                   .ca_file = folder_.path() + "/ca.crt"},
                                  {.heartbeat = std::chrono::hours(1)}, plane);
    feed.hub.store->OnNewEntries([this](store::Offset) { server->WakeAll(); });
  }
  ~ExchangeRig() {
    feed.hub.store->OnNewEntries([](store::Offset) {});
    server->Shutdown();
  }

  std::unique_ptr<PeerConnection> Dial(
      const std::string& slug, std::function<absl::Status(const std::string&)> judge =
                                   [](const std::string&) { return absl::OkStatus(); }) const {
    const auto key = membership::TlsKey::Generate();
    const auto issued = authority_->IssueMember(key.MakeCsr(), slug, SystemClock().Now());
    RENKEI_CHECK(issued.ok());
    return PeerConnection::Dial({.address = server->address(),
                                 .key_pem = key.ToPem(),
                                 .certificate_pem = issued->ToPem(),
                                 .ca_pem = authority_->certificate().ToPem(),
                                 .judge = std::move(judge)});
  }

  testing_support::FeedRig feed;
  RigPlane plane;
  std::unique_ptr<ExchangeServer> server;

 private:
  testing_support::TempFolder folder_;
  std::unique_ptr<membership::CertificateAuthority> authority_;
};

}  // namespace renkei::exchange
