// Bounds of the feed.
#pragma once

#include <chrono>
#include <cstddef>

namespace renkei::feed {

inline constexpr std::size_t kBatchItemsMax = 256;
inline constexpr std::size_t kBatchBytesTarget = 1024 * 1024;  // a batch is closed once over this
inline constexpr int kScanMax = 4096;                          // records looked at per batch
inline constexpr int kSieveMax = 65'536;            // entries told apart by their tuples, per batch
inline constexpr std::size_t kTuplesKept = 65'536;  // parsed marking tuples in memory
inline constexpr std::size_t kCursorBytesMax = 512;
inline constexpr std::size_t kCursorSegmentsMax = 24;
inline constexpr std::size_t kAttestationsMax = 16;  // beside one record
inline constexpr std::size_t kAttestationBytesMax = 256;
inline constexpr std::size_t kCardBytesMax = 2048;
inline constexpr std::size_t kRevisionsPerRecordMax = 256;  // kept as history
inline constexpr std::size_t kViewCacheBytesMax = 32 * 1024 * 1024;
inline constexpr std::size_t kPolicyCacheMax = 64;
// A hub takes half of what members take: what it took must not be ahead of a member's clock that is
// a little behind its own, for a feed waits for such a record.
inline constexpr std::chrono::minutes kIssuedAheadAtHubMax{5};
inline constexpr int kConfirmationsPerBatchMax = 16;     // each asks for all teams' access
inline constexpr int kGenerationsPerPeerPerDayMax = 64;  // of its facts, under one policy
inline constexpr int kPseudonymsPerTeamPerDayMax = 64;   // first seen; one for each circle
inline constexpr int kPseudonymsForgottenAtOnce = 1000;
inline constexpr int kLinters = 2;  // threads that look through what comes without a name
inline constexpr std::size_t kLintTeamsMax = 4096;  // that wait for them at once
inline constexpr std::size_t kLintWaitingPerTeamMax = 1024;
inline constexpr int kLintRefusalsPerTeamPerDayMax = 100;
// A quota's number is kept in memory for so long, then counted in the store again.
inline constexpr std::chrono::seconds kRecordsRecount{60};
inline constexpr std::chrono::seconds kTombstonesRecount{3600};
inline constexpr std::chrono::seconds kRetryFirst{1};
inline constexpr std::chrono::seconds kRetryMax{60};
inline constexpr std::size_t kInFlightMax = 256;  // publications not yet acknowledged

}  // namespace renkei::feed
