// Every bound on what others send or make us keep about membership, and the lifetimes of what a hub
// signs.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace renkei::membership {

inline constexpr std::size_t kSlugBytesMax = 32;  // circles too
inline constexpr std::size_t kCommunityBytesMax = 64;
inline constexpr std::size_t kOrgBytesMax = 128;
inline constexpr std::size_t kLabelBytesMax = 64;  // sector
inline constexpr std::size_t kAddressBytesMax = 255;
inline constexpr std::size_t kTokenBytesMax = 512;

inline constexpr std::size_t kCardBytesMax = 2 * 1024;
inline constexpr std::size_t kCsrBytesMax = 4 * 1024;
inline constexpr std::size_t kCertificateBytesMax = 8 * 1024;  // DER or PEM, one certificate
inline constexpr std::size_t kKeyFileBytesMax = 4 * 1024;
inline constexpr std::size_t kStateBytesMax = 2 * 1024 * 1024;
inline constexpr std::size_t kAttestationsMax = 16;         // beside one record
inline constexpr std::size_t kSessionAttestationsMax = 64;  // presented by one peer
inline constexpr std::size_t kCirclesMax = 64;              // of one community
inline constexpr std::size_t kTlsKeysMax = 8;               // of one team, newest first
inline constexpr std::size_t kInvitationsMax = 10'000;
inline constexpr std::size_t kChallengesPerTeamMax = 8;  // renewals by team key in two minutes

inline constexpr std::chrono::hours kInvitationLifetime{72};
inline constexpr std::chrono::hours kCertificateLifetime{24 * 7};
inline constexpr std::chrono::hours kRenewAfter{24 * 2};  // a member renews from this age on
inline constexpr std::chrono::hours kRenewByTeamKeyMax{24 * 30};  // after the certificate expired
inline constexpr std::chrono::hours kNamedLifetime{24 * 7};
inline constexpr std::chrono::hours kSessionLifetime{24};
inline constexpr std::chrono::hours kUnnamedLifetimeMax{
    24 * 800};  // a record's longest life, and 30 days
inline constexpr std::chrono::hours kStateSigningInterval{1};
inline constexpr std::chrono::hours kStateAgeMaxDefault{24};
inline constexpr std::chrono::seconds kChallengeLifetime{60};
inline constexpr std::chrono::minutes kClockSlack{10};  // of an attestation's not_before
inline constexpr std::chrono::minutes kBackdated{5};    // a new certificate's notBefore
inline constexpr std::chrono::hours kAuthorityLifetime{24 * 3650};  // CA and enrolment certificates

// The crowd table in the community state, and the tables of statistics beside it.
inline constexpr std::size_t kCrowdProfilesMax = 8192;  // of all circles together
inline constexpr std::chrono::hours kCrowdInterval{24};
inline constexpr std::size_t kStatisticsMonthsMax = 24;
inline constexpr std::size_t kStatisticsCellsMax = 128;  // of one table
inline constexpr std::size_t kStatisticsKeyBytesMax = 96;

// Unnamed authors' rungs are rounded down to a step that so many members share, and so many teams
// must fit what is said of a victim.
inline constexpr int kCrowdMin = 5;

inline constexpr std::string_view kMembersCircle = "members";
inline constexpr std::string_view kHubSlug = "hub";  // never a member's

}  // namespace renkei::membership
