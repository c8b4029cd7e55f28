// Bounds of what a client of the gateway controls, and of what is kept for it.
#pragma once

#include <chrono>
#include <cstddef>

namespace renkei::gateway {

// Connections, requests in flight and idle time are [gateway] of node.toml.
inline constexpr int kConnectionShare = 4;  // one place may hold a quarter of the connections ...
inline constexpr int kConnectionsPerPlaceMin = 8;          // ... and always so many
inline constexpr std::size_t kHeaderBytesMax = 16 * 1024;  // request line and headers; else 431
inline constexpr std::size_t kBodyBytesMax = 64 * 1024;    // nothing here takes one; else 413
inline constexpr std::size_t kTargetBytesMax = 4096;       // path and query; else 400
inline constexpr std::size_t kQueryPairsMax = 16;
inline constexpr std::size_t kCredentialBytesMax = 512;  // of an Authorization header
inline constexpr std::chrono::seconds kHandshakeTimeMax{10};
inline constexpr std::chrono::seconds kAnswerTimeMax{300};  // to take one answer
inline constexpr int kWorkers = 4;                          // threads that answer

inline constexpr std::size_t kTokensMax = 256;
inline constexpr std::size_t kTokenNameBytesMax = 32;
inline constexpr std::size_t kFactsBytesMax = 2048;  // what a token's reader is supposed to be
// A token's last use is written down at most this often.
inline constexpr std::chrono::seconds kUseNotedEvery{60};

inline constexpr std::size_t kFilesKept = 256;  // made lists and feeds
inline constexpr std::size_t kFileBytesKept = 256 * 1024 * 1024;
// What depends on the time alone (an indicator that is no longer valid) is seen this late.
inline constexpr std::chrono::seconds kFileAgeMax{60};
// A file that can't be made again is served as it was for this long, and then not at all: what was
// withdrawn meanwhile is still in it.
inline constexpr std::chrono::hours kFileStaleMax{24};
inline constexpr std::size_t kPartBytes = 128;  // counted for each file that a manifest names

// TAXII.
inline constexpr int kPageObjectsMax = 1000;     // of one answer, whatever `limit` says
inline constexpr int kPageObjectsDefault = 100;  // without a `limit`
inline constexpr std::size_t kPageBytesMax = 16 * 1024 * 1024;  // of objects; one more may pass it
inline constexpr int kScanRowsMax = 20'000;                     // rows looked at for one page
inline constexpr int kFindRowsMax = 100;      // records asked for one object by one request
inline constexpr int kCatchUpEntries = 2000;  // feed entries brought into a view by one request
// Objects that are made of records: for one page (one record may pass it), brought into a view in
// one transaction, and by one request.
inline constexpr int kPageObjectsMade = 100'000;
inline constexpr int kStepObjects = 20'000;
inline constexpr int kCatchUpObjects = 200'000;
inline constexpr std::size_t kMatchValuesMax = 100;
// So many rows of a view are forgotten at once; of those that nobody can ask for any more, and of
// records that expired, so often in a minute.
inline constexpr int kViewRowsDropped = 1000;
inline constexpr int kViewDropsMax = 100;
// What verdicts take out and give back, at once.  Reckoning that takes long is done again only when
// so many times as long has gone by.
inline constexpr int kTakenOutChanges = 256;
inline constexpr std::chrono::milliseconds kReckoningLong{50};
inline constexpr int kReckoningRest = 10;

}  // namespace renkei::gateway
