// `renkei doctor PEER`: each step on the way to a peer, so that the one that fails has a name.
#include <algorithm>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/app/running_node.h"

namespace renkei::app {
namespace {

using Step = Node::DoctorStep;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Step Resolve(const config::HostPort& at, Addresses& found) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(at.host.c_str(), std::to_string(at.port).c_str(), &hints, &list);
  found.reset(list);
  if (error != 0) {
    return {"name", false,
            fmt::format("`{}` does not resolve: {}; check the address and this machine's DNS",
                        at.host, gai_strerror(error))};
  }
  return {"name", true, fmt::format("`{}` resolves", at.host)};
}

Step ConnectTcp(const config::HostPort& at, const addrinfo* list) {
  constexpr timeval kTimeout{.tv_sec = 5, .tv_usec = 0};
  for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
    const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) continue;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kTimeout, sizeof kTimeout);
    const bool connected = connect(fd, a->ai_addr, a->ai_addrlen) == 0;
    close(fd);
    if (connected) return {"tcp", true, fmt::format("port {} answers", at.port)};
  }
  return {"tcp", false,
          fmt::format("nobody answers at {}:{}: is the node running there, and does a firewall let "
                      "this port through?",
                      at.host, at.port)};
}

Step OwnCertificate(const TlsIdentity& tls, Timestamp now) {
  if (!tls.certificate) return {"certificate", false, "this node has none: run `renkei join`"};
  const auto left = tls.certificate->not_after() - now;
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(left).count();
  if (left.count() <= 0) {
    return {"certificate", false,
            fmt::format("ours expired {} hours ago; it is renewed by the team key while the hub "
                        "answers, for 30 days",
                        -hours)};
  }
  if (tls.certificate->not_before() > now) {
    return {"certificate", false, "ours is not valid yet: is this machine's clock behind?"};
  }
  return {"certificate", true, fmt::format("ours is valid for {} more hours", hours)};
}

Step GatewayCertificate(const absl::StatusOr<gateway::ServerCertificate>& certificate,
                        Timestamp now) {
  constexpr std::int64_t kRenewDays = 14;
  if (!certificate.ok()) return {"certificate", false, Message(certificate.status())};
  const auto days =
      std::chrono::duration_cast<std::chrono::days>(certificate->not_after - now).count();
  if (certificate->not_after <= now) {
    return {"certificate", false,
            "it has expired: put a new one in its place, then `renkei reload`"};
  }
  if (certificate->not_before > now) {
    return {"certificate", false, "it is not valid yet: is this machine's clock behind?"};
  }
  if (days < kRenewDays) {
    return {"certificate", false,
            fmt::format("it expires in {} days: put a new one in its place, then `renkei reload`",
                        days)};
  }
  const std::string names = fmt::format("{}", fmt::join(certificate->names, " "));
  return {"certificate", true,
          fmt::format("valid for {} more days, for {}", days,
                      names.empty() ? "no name: clients may refuse it" : names)};
}

Step CommunityStateStep(const membership::Verifier& verifier) {
  switch (verifier.freshness()) {
    case membership::Freshness::kFresh:
      return {"community state", true,
              fmt::format("version {} is fresh", verifier.version().value_or(0))};
    case membership::Freshness::kStale:
      return {"community state", false,
              "too old to serve others by: it comes from the hub; is this machine's clock right?"};
    case membership::Freshness::kDead:
      break;
  }
  return {"community state", false, "none that counts: the hub must be reached first"};
}

}  // namespace

std::vector<Node::DoctorStep> RunningNode::DoctorGateway() {
  if (addresses_.gateway.empty()) {
    return {{"listen", false, "it is off: name `listen` in [gateway] of node.toml, and restart"}};
  }
  std::vector<DoctorStep> steps;
  steps.push_back({"listen", true, "at " + addresses_.gateway});
  if (!gateway_->uses_tls()) {
    steps.push_back({"certificate", true, "none: plain HTTP, for this machine alone"});
  } else {
    const auto certificate = gateway_->ReadCertificate();
    steps.push_back(GatewayCertificate(certificate, clock_.Now()));
    if (certificate.ok() && !certificate->key_is_private) {
      steps.push_back({"key", false, "others may read the key's file: chmod 600 it"});
    }
  }
  const std::size_t tokens = gateway_->tokens().All().size();
  steps.push_back({"tokens", tokens > 0,
                   tokens > 0 ? fmt::format("{} that may read", tokens)
                              : "none, so nobody may read: `renkei token new` makes one"});
  return steps;
}

std::vector<Node::DoctorStep> RunningNode::Doctor(const std::string& peer) {
  if (peer == "gateway") return DoctorGateway();
  std::vector<DoctorStep> steps;
  auto dialled = FindDialled(peer);
  if (!dialled.ok()) return {{"peer", false, Message(dialled.status())}};
  steps.push_back(OwnCertificate(*tls(), clock_.Now()));
  steps.push_back(CommunityStateStep(verifier()));
  if (dialled->address.empty()) {
    const auto states = peers();
    const auto it = std::find_if(states.begin(), states.end(),
                                 [&](const PeerState& p) { return p.team == peer; });
    const bool connected = it != states.end() && it->connected;
    steps.push_back({"connection", connected,
                     connected ? "it is connected to us"
                               : "it is not connected; it dials us, so look there: run `renkei "
                                 "doctor hub` on its node"});
    return steps;
  }
  const auto at = config::ParseHostPort(dialled->address);
  if (!at) {
    steps.push_back({"address", false, fmt::format("`{}` is not host:port", dialled->address)});
    return steps;
  }
  Addresses found;
  steps.push_back(Resolve(*at, found));
  if (!steps.back().ok) return steps;
  steps.push_back(ConnectTcp(*at, found.get()));
  if (!steps.back().ok) return steps;
  const absl::Status connected = dialled->connect();
  steps.push_back(
      {"tls", connected.ok(),
       connected.ok() ? "TLS 1.3 stands, and the certificate is the peer's" : Message(connected)});
  if (!connected.ok()) return steps;
  const absl::Status talked = dialled->talk();
  const bool refused = talked.code() == absl::StatusCode::kPermissionDenied ||
                       talked.code() == absl::StatusCode::kUnauthenticated;
  steps.push_back({"membership", talked.ok(),
                   talked.ok() ? "the peer knows this team and answers"
                   : refused   ? "the peer refuses this team: it is suspended, revoked or unknown "
                                 "there; ask the hub's operator"
                               : Message(talked)});
  return steps;
}

}  // namespace renkei::app
