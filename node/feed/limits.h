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
inline constexpr std::chrono::seconds kRetryFirst{1};
inline constexpr std::chrono::seconds kRetryMax{60};
inline constexpr std::size_t kInFlightMax = 256;  // publications not yet acknowledged

}  // namespace renkei::feed
