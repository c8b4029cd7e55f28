// Bounds of what is kept in memory and waited for while pushing.
#pragma once

#include <chrono>
#include <cstddef>

namespace renkei::push {

// Of one delivery: events, and bytes of their lines (one more may go over it).
inline constexpr int kBatchEntries = 64;
inline constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;

// Between tries: doubled from the first to the last, and a random part of up to half less.
inline constexpr std::chrono::seconds kFirstPause{1};
inline constexpr std::chrono::seconds kLongestPause{300};
inline constexpr std::chrono::seconds kRetryAfterMax{3600};  // whatever a target asks
// So often is an event offered that the target refuses while it takes others; then it is passed
// over, counted and logged.
inline constexpr int kRefusalsMax = 5;

// What was given is compared with what may be known this often, if anything has changed.
inline constexpr std::chrono::seconds kReviewEvery{300};

inline constexpr std::chrono::seconds kConnectTimeMax{15};
inline constexpr std::chrono::seconds kSendTimeMax{60};
inline constexpr std::chrono::seconds kTestTimeMax{90};  // until `push test` says that it waits

inline constexpr std::size_t kErrorBytesMax = 300;              // of a kept error
inline constexpr std::size_t kSecretFileBytesMax = 4096;        // a key, a password
inline constexpr std::size_t kSecretBytesMin = 16;              // that signs
inline constexpr std::size_t kLineBytesMax = 64 * 1024 * 1024;  // looked back for a line's begin

}  // namespace renkei::push
