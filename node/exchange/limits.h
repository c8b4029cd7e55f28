// Bounds of the peer plane.
#pragma once

#include <chrono>
#include <cstddef>

namespace renkei::exchange {

// What a peer may send us: one record of 3 MiB, its attestations and framing.
inline constexpr int kMessageBytesMax = 4 * 1024 * 1024 + 64 * 1024;
// A batch: its target of 1 MiB, one record of 3 MiB beyond it, a community state of 2 MiB, framing.
// One that did not fit would come again and again.
inline constexpr int kBatchMessageBytesMax = 7 * 1024 * 1024;
inline constexpr int kEnrolMessageBytesMax = 64 * 1024;
inline constexpr int kLocalMessageBytesMax = 66 * 1024 * 1024;
inline constexpr std::size_t kPublishInFlightMax = 256;
inline constexpr std::size_t kSessionAttestationsMax = 64;
inline constexpr std::size_t kStreamsMax = 4096;
inline constexpr int kReaders = 4;
inline constexpr std::size_t kReaderQueueMax = 16'384;  // peers that wait or run
inline constexpr std::size_t kTurnsPerPeerMax = 128;    // reads and calls of one of them
inline constexpr int kRefusalsPerStreamMax = 256;       // of publications, for a quota that is full
inline constexpr int kConcurrentCallsPerConnection = 64;
inline constexpr int kUnaryCallsPerPeerMax = 8;  // running and queued, over all its connections
// What gRPC may hold for all peers of a plane together.
inline constexpr std::size_t kExchangeMemoryBytesMax = 256 * 1024 * 1024;
inline constexpr std::size_t kEnrolMemoryBytesMax = 32 * 1024 * 1024;
inline constexpr std::chrono::seconds kCallDeadline{20};
inline constexpr std::chrono::seconds kKeepalive{30};

}  // namespace renkei::exchange
