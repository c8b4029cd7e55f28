// A hub's roster: its teams, their levels and keys, invitations, and the state it signs for all.
//
// Every change is one commit: the rows and a newly signed community state with a higher version, on
// disk before anyone is told.  Reads answer from memory.  Nothing here hands out the list of teams
// but Teams(), which is for the hub's own operator.
//
// Thread-safe.  Methods that change something wait for the store: call them neither on its thread
// nor on gRPC's.
//
// Errors: of operators' calls INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION,
// each naming the word that is wrong; of remote calls (Enrol, Renew, Refresh) PERMISSION_DENIED for
// every refusal, the message for our own log only; RESOURCE_EXHAUSTED when full; the store's own.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/membership/attestation.h"
#include "node/membership/certificate_authority.h"
#include "node/membership/community_state.h"
#include "node/membership/escrow.h"
#include "node/membership/node_keys.h"
#include "node/membership/peer_identity.h"
#include "node/membership/token.h"
#include "node/store/store.h"

namespace renkei::membership {

class RosterWork;

// After a change.  Several threads may report at once: take it as a hint and ask again.
struct RosterChange {
  std::vector<std::string> cut_off{};  // slugs revoked or suspended: end their connections now
  std::vector<std::string> changed{};  // slugs whose levels, keys or facts changed, or that joined
};

// What a hub says of a peer at its door.
enum class PeerStanding : std::uint8_t { kAllowed, kUnknown, kKeyUnknown, kRevoked, kSuspended };
// `allowed`, `unknown`, ...: for logs and CLI.
std::string_view ToWord(PeerStanding standing);

struct Invited {
  std::string token{};  // shown once
  InviteId invite_id{};
  Timestamp expires{};
};

// What a member gets over its own mutual TLS.
struct Refreshed {
  std::string certificate{};  // PEM; empty unless a CSR was sent
  std::vector<v1::SignedAttestation> attestations{};
  v1::SignedState state{};
};

class HubRoster {
 public:
  struct Options {
    std::string community{};
    std::string org{};            // of the hub, for its card
    std::string hub_address{};    // host:port of the peer plane, as members reach it
    std::string enrol_address{};  // host:port of the enrolment plane, as in tokens
  };

  // Founds a community: its own circle and the hub in it.  ALREADY_EXISTS if the store has one.
  // `keys`, `hub`, `store`, `clock` outlive the roster.
  static absl::StatusOr<std::unique_ptr<HubRoster>> Found(Options options, const NodeKeys& keys,
                                                          const HubKeys& hub, store::Store& store,
                                                          const Clock& clock);
  // The community the store holds.  NOT_FOUND if none.
  static absl::StatusOr<std::unique_ptr<HubRoster>> Load(Options options, const NodeKeys& keys,
                                                         const HubKeys& hub, store::Store& store,
                                                         const Clock& clock);

  // Called after each change, on the thread that made it.  Set once, before use.
  void OnChange(std::function<void(const RosterChange&)> listener);

  // ---- the operator ----

  absl::Status AddCircle(const std::string& circle);
  // Which source modes the circle's charter allows: bits as in Charter; attributed is always among
  // them.
  absl::Status SetSourceModes(const std::string& circle, std::uint32_t modes);
  // Which keyed names the circle's charter asks its members for.
  absl::Status SetCorrelation(const std::string& circle, record::Correlation correlation);
  // `level` is a level's name in that circle, or `none` to take the team out of it.
  absl::Status SetLevel(const std::string& slug, const std::string& circle,
                        const std::string& level);
  // `levels`: circle to level; the community's own circle is always among them (its lowest level
  // unless given).  Takes the place of an unused invitation for the same slug.
  absl::StatusOr<Invited> Invite(const std::string& slug,
                                 const std::map<std::string, std::string>& levels);
  // What the hub says of a team from now on, whatever the team says; empty: nothing.  A sector or
  // country that the hub said before and takes back makes the team's attestations void.
  struct ProfileChange {
    std::optional<std::string> sector{};
    std::optional<std::string> country{};
    std::optional<std::string> size{};
  };
  absl::Status SetProfile(const std::string& slug, const ProfileChange& change);
  // Counts the crowd table now; Tick does it once a day.
  absl::Status CountCrowdsNow();
  // Signs a month's statistics for everyone.  FAILED_PRECONDITION if that month or a later one was
  // published: none is ever published twice.
  absl::Status PublishStatistics(const v1::MonthTables& tables);
  // For good: denies the team's keys.
  absl::Status Revoke(const std::string& slug);
  // Until a time; nothing: until lifted.
  absl::Status Suspend(const std::string& slug, std::optional<Timestamp> until);
  absl::Status EndSuspension(const std::string& slug);
  // All teams, the hub among them, by slug.
  std::vector<v1::Team> Teams() const;
  // Invitations not used yet and not expired, without their verifiers.
  absl::StatusOr<std::vector<v1::Invitation>> OpenInvitations() const;

  // ---- remote calls ----

  absl::StatusOr<v1::EnrolReply> Enrol(const v1::EnrolRequest& request);
  absl::StatusOr<EnrolNonce> Challenge();
  absl::StatusOr<v1::EnrolReply> Renew(const v1::RenewRequest& request);
  // `csr_der` empty: attestations and state only.
  absl::StatusOr<Refreshed> Refresh(const PeerIdentity& peer, BytesView csr_der);

  // ---- questions ----

  PeerStanding StandingOf(const PeerIdentity& peer) const;
  bool IsAllowed(const PeerIdentity& peer) const {
    return StandingOf(peer) == PeerStanding::kAllowed;
  }
  std::optional<v1::Team> FindTeamBySlug(std::string_view slug) const;
  std::optional<v1::Team> FindTeamByRecordKey(const crypto::PublicKey& record_key) const;
  // As the policy knows it.  Nothing for a team that is unknown, revoked or suspended.
  std::optional<policy::Peer> PeerFacts(std::string_view slug) const;
  // The team key, for recipients' tags; nothing as above.
  std::optional<crypto::PublicKey> TeamKey(std::string_view slug) const;

  // Fresh attestations of a team in good standing; empty otherwise.  Named ones are made at most
  // once a day per team and change.
  std::vector<v1::SignedAttestation> NamedAttestations(
      const crypto::PublicKey& record_key, std::span<const record::CircleId> circles) const;
  std::vector<v1::SignedAttestation> SessionAttestations(const crypto::Digest& tls_spki,
                                                         const crypto::PublicKey& record_key) const;
  // Vouches for an unnamed record's key in one circle of `slug`, its rung rounded down to a level
  // that at least 5 members share.  FAILED_PRECONDITION if there is none; PERMISSION_DENIED if
  // the team is not of that circle, or its charter allows no such source.  `source` is not
  // attributed.  `first`: the rung that stood beside the record's first revision and stays.
  absl::StatusOr<v1::SignedAttestation> AttestUnnamed(
      std::string_view slug, policy::SourceMode source, const crypto::PublicKey& key,
      const record::CircleId& circle, Timestamp not_before, Timestamp not_after,
      std::optional<policy::Rung> first = std::nullopt) const;

  // Which team a pseudonym is, signed and sealed to the officers.
  Bytes SealPseudonym(const EscrowOfficers& officers, const PseudonymMapping& mapping) const {
    return SealMapping(officers, mapping, hub_.attest);
  }

  // ---- the state ----

  v1::SignedState CurrentState() const;
  std::vector<Charter> Charters() const;
  bool FitsCrowd(std::string_view circle, const TeamProfile& profile) const;
  // Signs the state anew each hour, ends suspensions, drops what is past.  Call once a minute.
  absl::Status Tick();
  // A state of ours that a member has seen.  After a restore from a backup it may be ahead of us:
  // then we skip past it and take its denied keys over.
  absl::Status Recall(const v1::SignedState& seen);

  const std::string& community() const { return options_.community; }
  const Certificate& ca_certificate() const { return authority_.certificate(); }
  // A new certificate for the hub's own peer plane.
  Certificate IssueHubCertificate(const TlsKey& key) const;

 private:
  // A team as it was last committed, and its named attestations, made once a day.
  struct TeamEntry {
    v1::Team team{};
    std::uint64_t commit = 0;  // later commits replace earlier ones, in whatever order they arrive
    std::vector<v1::SignedAttestation> named{};
    Timestamp named_at{};
  };
  struct Published;  // the newest state, as signed and as read
  using Work = std::function<absl::Status(RosterWork&, RosterChange&)>;
  enum class Begin : std::uint8_t { kFound, kChange };

  HubRoster(Options options, const NodeKeys& keys, const HubKeys& hub,
            CertificateAuthority authority, store::Store& store, const Clock& clock);
  static absl::StatusOr<std::unique_ptr<HubRoster>> Make(Options options, const NodeKeys& keys,
                                                         const HubKeys& hub, store::Store& store,
                                                         const Clock& clock);
  absl::Status LoadRows();
  // One commit: `work`, then the state if it changed, then memory and the listener.
  absl::Status Apply(const Work& work, Begin begin = Begin::kChange);
  absl::Status Publish(const std::vector<v1::Team>& teams, const v1::SignedState& state,
                       std::uint64_t commit);

  std::shared_ptr<const Published> state() const;
  // A team in good standing.
  std::optional<v1::Team> GoodTeam(std::string_view slug) const;
  bool IsGood(const v1::Team& team) const;
  std::vector<v1::SignedAttestation> Named(const std::string& slug) const;

  v1::Team MakeHubTeam() const;
  absl::StatusOr<v1::Team> NewTeam(const v1::Invitation& invitation,
                                   const v1::EnrolRequest& request) const;
  absl::StatusOr<v1::EnrolReply> AnswerEnrol(RosterWork& work, RosterChange& change,
                                             const v1::EnrolRequest& request,
                                             const Certificate& certificate) const;
  v1::EnrolReply MakeReply(const v1::Team& team, const Certificate& certificate,
                           const v1::SignedState& signed_state,
                           const CommunityState& community_state) const;
  Bytes ChallengeHash(BytesView front) const;
  bool IsChallenge(BytesView nonce) const;
  absl::Status UseChallenge(const std::string& slug, BytesView nonce);

  const Options options_;
  const NodeKeys& keys_;
  const HubKeys& hub_;
  const CertificateAuthority authority_;
  store::Store& store_;
  const Clock& clock_;
  std::function<void(const RosterChange&)> listener_;
  std::atomic<std::uint64_t> commits_{0};

  mutable Mutex mutex_;
  mutable std::map<std::string, TeamEntry, std::less<>> teams_ RENKEI_GUARDED_BY(mutex_);
  std::map<crypto::PublicKey, std::string> slugs_by_record_key_ RENKEI_GUARDED_BY(mutex_);
  // Shared: whoever reads it goes on with it while a newer one is published.
  std::shared_ptr<const Published> state_ RENKEI_GUARDED_BY(mutex_);
  const Bytes challenge_key_ = crypto::RandomBytes(32);  // nonces of an earlier start are void
  struct UsedChallenge {
    std::string slug{};
    EnrolNonce nonce{};
    Timestamp at{};
  };
  std::vector<UsedChallenge> used_challenges_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::membership
