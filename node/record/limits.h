// Every bound on what a record may hold; a peer controls all of these sizes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace renkei::record {

inline constexpr std::size_t kHeaderBytesMax = 4 * 1024;
inline constexpr std::size_t kSectionBytesMax = 1024 * 1024;
inline constexpr std::size_t kRecordBytesMax = 3 * 1024 * 1024;
inline constexpr std::uint64_t kBatchSizeMax = 65'536;

inline constexpr std::size_t kListMax = 16;        // circles, sectors, countries, tags
inline constexpr std::size_t kRecipientsMax = 32;  // tags, padding included
inline constexpr std::size_t kLabelBytesMax = 64;
inline constexpr std::size_t kSerialBytesMax = 64;

inline constexpr std::size_t kTextBytesMax = 65'536;       // any string, but for
inline constexpr std::size_t kLongTextBytesMax = 262'144;  // Text.value, Rule.body, Excerpt.text
inline constexpr std::size_t kIndicatorsMax = 20'000;      // per record
inline constexpr std::size_t kItemsMax = 20'000;           // any other repeated field in a section
inline constexpr std::size_t kPaddedTo = 256;              // sections of anonymous records
inline constexpr std::size_t kPaddingBytesMax = 512;       // of one section
inline constexpr int kSectionDepthMax = 8;                 // nested messages

inline constexpr std::chrono::hours kLifetimeMax{24 * 731};  // expires - issued
inline constexpr std::chrono::hours kLifetimeDefault{24 * 180};
inline constexpr std::chrono::minutes kIssuedAheadMax{10};
inline constexpr std::chrono::hours kTombstoneAfterExpiry{24 * 30};

}  // namespace renkei::record
