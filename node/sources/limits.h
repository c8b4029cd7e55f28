// Everything that a server we fetch from controls, bounded by a name.  docs/sources.md says the
// same numbers.
#pragma once

#include <chrono>
#include <cstddef>

namespace renkei::sources {

// ---- one answer ----
inline constexpr std::size_t kManifestBytesMax = 32 * 1024 * 1024;
inline constexpr std::size_t kEventBytesMax = 8 * 1024 * 1024;  // what a draft may have
inline constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;  // what an import may have
inline constexpr std::size_t kPageBytesMax = 16 * 1024 * 1024;  // of a list of MISP
inline constexpr std::size_t kTaxiiPageBytesMax = 3 * 1024 * 1024;
inline constexpr std::size_t kSmallBytesMax = 1024 * 1024;  // discovery, API root, collections
inline constexpr std::chrono::seconds kAnswerWithin{60};
inline constexpr std::size_t kValidatorBytesMax = 512;  // an ETag, a Last-Modified, a cursor

inline constexpr std::size_t kMailBytesMax = 8 * 1024 * 1024;  // a message; what a draft may have

// ---- receipts: what strangers can make us send ----
inline constexpr std::chrono::seconds kReceiptPause = std::chrono::hours(1);  // to one address
inline constexpr std::size_t kReceiptsPerDayMax = 200;                        // of a source
inline constexpr int kReceiptTriesMax = 5;             // runs that try to send one
inline constexpr std::size_t kMailsKnownMax = 20'000;  // told apart from what comes again

inline constexpr int kReceiptFailuresMax = 2;  // of one run; then the server is at fault

// ---- one run ----
inline constexpr std::chrono::seconds kRunWithin = std::chrono::minutes(15);  // then the next one
inline constexpr std::size_t kListedMax = 200'000;  // events of a manifest or a MISP instance
inline constexpr int kMispPageEvents = 1000;        // asked for at once
inline constexpr int kMispPagesMax = 200;           // = kListedMax
inline constexpr int kTaxiiPageObjects = 500;  // asked for; fewer where those are too many bytes
inline constexpr std::size_t kTaxiiNextBytesMax = 2048;
inline constexpr std::size_t kTaxiiIdBytesMax = 250;
inline constexpr std::size_t kTaxiiComeMax = 20'000;            // told apart from what comes again
inline constexpr std::size_t kTaxiiEndMax = kTaxiiPageObjects;  // ... from one run to the next
inline constexpr std::size_t kTaxiiRootsMax = 100;
inline constexpr std::size_t kTaxiiCollectionsMax = 1000;
inline constexpr std::size_t kTaxiiPageObjectsMax = 10'000;   // given, whatever was asked for
inline constexpr std::size_t kBundleBytes = 3 * 1024 * 1024;  // enough of pages put together
// With what reports name: less than an event may have.
inline constexpr std::size_t kBundleBytesMax = 7 * 1024 * 1024;
static_assert(kBundleBytes + kTaxiiPageBytesMax < kBundleBytesMax);
static_assert(kBundleBytesMax < kEventBytesMax);
inline constexpr int kLookupsMax = 20;            // requests for what reports name
inline constexpr std::size_t kLookupIdsMax = 50;  // in one of them
inline constexpr int kBadObjectsMax = 32;         // wrong beside others, left out one by one

// ---- over time ----
inline constexpr int kTriesMax = 3;       // runs that try an event or a mail that can't be had
inline constexpr int kItemsPerSave = 25;  // taken again at most, after a kill
inline constexpr std::size_t kStateBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kErrorTextBytesMax = 300;
inline constexpr int kRunsAtOnce = 2;  // of all sources

// ---- when the next run is ----
inline constexpr std::chrono::seconds kFirstRunWithin{10};  // after the start
inline constexpr std::chrono::seconds kBackOffFirst{60};
inline constexpr std::chrono::seconds kBackOffMax = std::chrono::hours(6);
inline constexpr double kJitter = 0.1;  // of every pause, either way

}  // namespace renkei::sources
