#include <algorithm>

#include "node/app/init.h"
#include "node/app/node.h"
#include "node/app/running_node.h"
#include "node/base/fault.h"
#include "node/crypto/team_id.h"
#include "node/exchange/enrolment.h"

namespace renkei::app {
namespace {

JoinResult Describe(const membership::NodeKeys& keys, const membership::Joined& joined) {
  JoinResult result{.community = joined.membership.community(),
                    .slug = joined.membership.slug(),
                    .team_id = crypto::TeamId(keys.team.public_key())};
  if (const auto hub = crypto::PublicKey::From(joined.membership.hub_team_key())) {
    result.hub_team_id = crypto::TeamId(*hub);
  }
  const auto attest_key = crypto::PublicKey::From(joined.membership.attest_key());
  const auto state = membership::CommunityState::Verify(joined.state, result.community,
                                                        attest_key.value_or(crypto::PublicKey{}));
  for (const auto& attestation : joined.membership.attestations()) {
    const auto parsed = membership::ParseAttestation(attestation.attestation());
    if (!parsed.ok() || parsed->mode != membership::AttestationMode::kNamed || !state.ok())
      continue;
    const membership::Charter* charter = state->FindCharter(parsed->circle);
    if (charter == nullptr) continue;
    result.levels.push_back(fmt::format("{}: {}", charter->circle, charter->LevelOf(parsed->rung)));
  }
  std::sort(result.levels.begin(), result.levels.end());
  return result;
}

}  // namespace

absl::StatusOr<JoinResult> Join(const std::string& folder, const std::string& token_text,
                                const Clock& clock) {
  ASSIGN_OR_RETURN(const membership::Token token, membership::ParseToken(token_text));
  OwnFilesResult own = ReadOwnFiles(folder);
  if (!own.files) {
    return own.problems.empty() ? own.status : InvalidArgument(ToString(own.problems.front()));
  }
  const config::NodeConfig& config = own.files->config;
  if (config.hub) return FailedPrecondition("this node is a hub: it founded its community");
  // Opening the store also makes sure that no node runs here.
  ASSIGN_OR_RETURN(const auto store, OpenNodeStore(folder, config, "", clock));
  ASSIGN_OR_RETURN(const auto before, membership::LoadMembership(*store));
  if (before) {
    return FailedPrecondition(fmt::format("this node has joined `{}` already, as `{}`",
                                          before->community(), before->slug()));
  }
  const std::string keys_folder = InFolder(folder, kKeysFolder);
  ASSIGN_OR_RETURN(const membership::NodeKeys keys, membership::LoadNodeKeys(keys_folder));
  // The request depends on the keys on disk alone, so a join that was killed can be run again with
  // the same token and gets the same answer.
  ASSIGN_OR_RETURN(const renkei::v1::EnrolRequest request,
                   membership::MakeEnrolRequest(token, keys, {.org = config.org}));
  const auto client = exchange::EnrolmentClient::Dial(token.address, token.enrol_key_hash);
  RETURN_IF_ERROR(FaultPoint("join.before_enrol"));
  ASSIGN_OR_RETURN(const renkei::v1::EnrolReply reply, client->Enrol(request));
  RETURN_IF_ERROR(FaultPoint("join.after_enrol"));
  auto accepted = membership::AcceptEnrolReply(keys, reply, clock.Now());
  // We refuse the hub here, not it our token.
  if (!accepted.ok()) return FailedPrecondition(Message(accepted.status()));
  membership::Joined joined = *std::move(accepted);
  RETURN_IF_ERROR(membership::SaveCertificate(keys_folder, keys.tls, joined.certificate,
                                              joined.ca_certificate));
  joined.membership.set_enrol_address(token.address);
  joined.membership.set_enrol_key_hash(token.enrol_key_hash.str());
  const auto attest_key = crypto::PublicKey::From(joined.membership.attest_key());
  if (!attest_key) return PermissionDenied("the hub's answer has no attest key");
  ASSIGN_OR_RETURN(const auto verifier, membership::Verifier::Open(joined.membership.community(),
                                                                   *attest_key, *store, clock));
  RETURN_IF_ERROR(verifier->Update(joined.state).status());
  RETURN_IF_ERROR(FaultPoint("join.before_store"));
  RETURN_IF_ERROR(membership::StoreMembership(*store, joined.membership));
  return Describe(keys, joined);
}

}  // namespace renkei::app
