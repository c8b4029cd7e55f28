// Text forms of bytes: hex, RFC 4648 base64 and base32, and UTF-8 checks.
//
// Decoders return nothing for anything but the canonical form (no stray characters, no bits left
// over); each is linear in its input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace renkei {

std::string HexEncode(BytesView bytes);                    // lower case
std::optional<Bytes> HexDecode(std::string_view text);     // either case
std::string Base64Encode(BytesView bytes);                 // padded
std::optional<Bytes> Base64Decode(std::string_view text);  // padded or not
std::string Base32Encode(BytesView bytes);                 // lower case, no padding
std::optional<Bytes> Base32Decode(std::string_view text);  // either case, no padding

// True if `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool IsUtf8(std::string_view text);

// ASCII lower case; other bytes stay.
std::string AsciiLower(std::string_view text);

// True if `text` matches [a-z0-9-]{1,max_length}: slugs, circle names, labels, policy tags.
bool IsLabel(std::string_view text, std::size_t max_length);

// `text` for a terminal or a log, `?` for bad UTF-8 and what unseen.h names, at most `max` bytes.
std::string Printable(std::string_view text, std::size_t max);

// The candidate nearest to `word` by edit distance, if it is near enough to suggest.
template <class Range>
std::string NearestWord(std::string_view word, const Range& candidates);

// Edit distance (insert, delete, replace, swap of neighbours), at most `limit` + 1.
int EditDistance(std::string_view a, std::string_view b, int limit);

template <class Range>
std::string NearestWord(std::string_view word, const Range& candidates) {
  const int limit = word.size() <= 4 ? 1 : word.size() <= 8 ? 2 : 3;
  int best = limit + 1;
  std::string nearest;
  for (const auto& candidate : candidates) {
    const int distance = EditDistance(word, candidate, limit);
    if (distance < best) {
      best = distance;
      nearest = std::string(candidate);
    }
  }
  return nearest;
}

}  // namespace renkei
