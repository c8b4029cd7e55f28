// Checks authors and peers by the hub's signed word, without a list of members.
//
// Holds the newest community state and the keys ever denied, both kept in the store.  A member asks
// it about everyone; a hub asks it about authors too (its roster answers for its own links).
//
// Errors of checks: PERMISSION_DENIED (nothing counts: the message says why the best candidate does
// not, or that a key is denied), UNAVAILABLE (community state too old: the hub must be reached
// first), INVALID_ARGUMENT (malformed, or too many).  Thread-safe.  Update and Open wait for the
// store: not for its thread, nor for gRPC's.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/base/status.h"
#include "node/membership/attestation.h"
#include "node/membership/community_state.h"
#include "node/membership/peer_identity.h"
#include "node/store/store.h"

namespace renkei::membership {

enum class StateUpdate : std::uint8_t { kNewer, kSame, kOlder };

// Whether attestations that ran out or became void still count: an author may always take back what
// it said.  A denied key never counts.
enum class LapsedAttestations : std::uint8_t { kRefuse, kAccept };

// An author as the hub vouches for it.
struct AuthorStanding {
  std::string slug{};                           // empty for an unnamed one
  std::optional<crypto::PublicKey> team_key{};  // of a named one
  // Kind, sector, country, and the rungs in those header circles in which it is attested.
  policy::Peer facts{};
  // Those circles, sorted by id.
  std::vector<record::CircleId> circles{};
};

// A peer that presented session attestations.
struct SessionStanding {
  policy::Peer facts{};
  crypto::PublicKey team_key{};
  crypto::PublicKey record_key{};
  Timestamp valid_until{};  // when the first of them runs out: ask again
};

class Verifier {
 public:
  // With the newest state the store holds, if any.  `store` and `clock` outlive this.
  static absl::StatusOr<std::unique_ptr<Verifier>> Open(std::string community,
                                                        const crypto::PublicKey& attest_key,
                                                        store::Store& store, const Clock& clock);

  // Takes a state in if it is newer.  It is on disk before anyone sees it.  Denied keys stay denied
  // whatever a newer state says.
  absl::StatusOr<StateUpdate> Update(const v1::SignedState& state);
  // Called after each newer state, on the thread that called Update.  Set once, before use.
  void OnUpdate(std::function<void()> listener);

  // The newest state, to hand on; nothing before the first.
  std::optional<v1::SignedState> signed_state() const;
  std::optional<std::uint64_t> version() const;
  // The hub's, by which states and attestations are verified.
  const crypto::PublicKey& attest_key() const { return attest_key_; }
  // Dead before the first state.  Not fresh beyond the age of LimitAge, whatever the charter says.
  Freshness freshness() const;
  void LimitAge(std::chrono::hours age_max) { age_max_ = age_max; }
  std::optional<std::string> CircleName(const record::CircleId& id) const;
  std::optional<Charter> FindCharter(std::string_view circle) const;
  std::vector<Charter> Charters() const;
  // The newest state as a whole: its crowd table, its statistics.  Null before the first.
  std::shared_ptr<const CommunityState> state() const;

  // Whether a key (team, record; by hash also TLS) is denied.
  bool IsDenied(const crypto::Digest& key_hash) const;
  bool IsDenied(const crypto::PublicKey& key) const { return IsDenied(crypto::Sha256(key.view())); }

  // `circles` are the header's.  At least one must be attested for `origin`; others don't count.
  absl::StatusOr<AuthorStanding> CheckAuthor(const crypto::PublicKey& origin,
                                             policy::SourceMode source,
                                             std::span<const record::CircleId> circles,
                                             std::span<const v1::SignedAttestation> attestations,
                                             LapsedAttestations lapsed, Timestamp now) const;

  // What the peer of this connection may be known by.  The slug of its certificate must be the
  // card's.
  absl::StatusOr<SessionStanding> CheckSession(const PeerIdentity& peer,
                                               std::span<const v1::SignedAttestation> attestations,
                                               Timestamp now) const;

 private:
  struct View;  // one state and the denied keys with it
  Verifier(std::string community, const crypto::PublicKey& attest_key, store::Store& store,
           const Clock& clock);
  absl::Status Load();
  absl::StatusOr<std::shared_ptr<const View>> ReadRows(const store::Reader& reader) const;
  std::shared_ptr<const View> view() const;

  const std::string community_;
  const crypto::PublicKey attest_key_;
  store::Store& store_;
  const Clock& clock_;
  std::function<void()> listener_;
  std::atomic<std::chrono::hours> age_max_ = std::chrono::hours::max();

  mutable Mutex mutex_;
  // Shared: a check goes on with the state it began with while a newer one arrives.
  std::shared_ptr<const View> view_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::membership
