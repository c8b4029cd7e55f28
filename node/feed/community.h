// What the feed must know of membership: who an author is, which circles there are, what we are.
// A hub answers from its roster, a member from attestations and the community state (app wires it).
//
// Thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/anonymize/crowd.h"
#include "node/base/status.h"
#include "node/membership/attestation.h"
#include "node/record/correlation.h"
#include "node/record/header.h"
#include "policy/marking.h"

namespace renkei::feed {

using Attestations = std::vector<renkei::v1::SignedAttestation>;

// An author as the hub vouches for it.
struct Author {
  std::string team{};    // slug; empty for an unnamed one
  policy::Peer facts{};  // rungs in those header circles in which it is attested
};

// A hub's word on an author that it does not name.
struct Vouched {
  Author author{};  // without a team; the rung that is attested
  renkei::v1::SignedAttestation attestation{};
};

// A peer that asks us for records.
struct PeerContext {
  std::string team{};  // slug; `hub` for the hub
  policy::Peer facts{};
  crypto::PublicKey team_key{};  // by which it finds itself among recipients

  bool operator==(const PeerContext&) const = default;
};

// Whether an attestation that has run out still counts.
enum class Lapsed { kRefuse, kAccept };

class Community {
 public:
  virtual ~Community() = default;

  virtual std::string name() const = 0;
  virtual bool is_hub() const = 0;
  virtual std::string own_team() const = 0;

  // Name of a circle of this community that a charter names.
  virtual std::optional<std::string> CircleName(const record::CircleId& id) const = 0;
  // Circles in which this node has a rung, with it.
  virtual std::vector<policy::Membership> OwnCircles() const = 0;
  // Rung numbers by level name, of a circle.
  virtual std::optional<policy::Rung> RungOf(std::string_view circle,
                                             std::string_view level) const = 0;
  // Team keys by slug, as far as known here: for recipients.
  virtual std::optional<crypto::PublicKey> TeamKey(std::string_view slug) const = 0;

  // Teams that this node may serve: a hub's roster, a member's direct links.  Never shown to peers.
  virtual std::vector<std::string> Teams() const = 0;

  // PERMISSION_DENIED if nothing vouches for the header's origin in any of its circles, or its key
  // is denied.
  virtual absl::StatusOr<Author> CheckAuthor(const record::Header& header,
                                             const Attestations& attestations,
                                             Lapsed lapsed) const = 0;
  // Attestations to send beside a record of `origin`: fresh ones where we can make or hold them,
  // else of `kept` those for `circles`.
  virtual Attestations AttestationsFor(const crypto::PublicKey& origin,
                                       std::span<const record::CircleId> circles,
                                       const Attestations& kept) const = 0;
  // Whether a circle's charter lets its members publish in this source mode.
  virtual bool AllowsSource(std::string_view /*circle*/, policy::SourceMode source) const {
    return source == policy::SourceMode::kAttributed;
  }

  // Which keyed names a circle's charter asks for.
  virtual record::Correlation AskedCorrelation(std::string_view /*circle*/) const {
    return record::Correlation::kNone;
  }

  // A hub vouches for a record that `team` submits without its name.  `first`: the rung that stood
  // beside its first revision.  PERMISSION_DENIED: not of the circle, or its charter allows no such
  // records; FAILED_PRECONDITION: too few members to hide among.
  virtual absl::StatusOr<Vouched> Vouch(const std::string& /*team*/,
                                        const record::Header& /*header*/,
                                        std::optional<policy::Rung> /*first*/) const {
    return PermissionDenied("only a hub vouches for records without a name");
  }
  // Which team is behind a pseudonym, sealed to the escrow officers.  FAILED_PRECONDITION: none.
  virtual absl::StatusOr<Bytes> SealPseudonym(const std::string& /*team*/,
                                              const record::Header& /*header*/) const {
    return FailedPrecondition("no escrow officers are set");
  }

  // Whether at least five teams of a circle are as `profile` says, as far as the community's crowd
  // table tells.
  virtual bool FitsCrowd(std::string_view /*circle*/,
                         const anonymize::VictimProfile& profile) const {
    return profile.empty();
  }
  // What the policy may know of the hub, from a member.
  virtual PeerContext Hub() const = 0;
};

// The crowd test by what `community` knows; it outlives the rules.
inline anonymize::CrowdRules CrowdOf(const Community& community, bool generalise) {
  return {.fits =
              [&community](std::string_view circle, const anonymize::VictimProfile& profile) {
                return community.FitsCrowd(circle, profile);
              },
          .generalise = generalise};
}

}  // namespace renkei::feed
