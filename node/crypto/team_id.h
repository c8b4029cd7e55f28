// Team id: a name for a team key that people can read to each other on the phone.
//
// base32 of SHA-256(team key), first 20 characters in groups of 5, then a Luhn mod 32 check
// character: `abcde-fghij-klmno-pqrst-u`.
#pragma once

#include <string>
#include <string_view>

#include "node/crypto/keys.h"

namespace renkei::crypto {

std::string TeamId(const PublicKey& team_key);

// True if `text` has the form of a team id and its check character is right.
bool IsTeamId(std::string_view text);

}  // namespace renkei::crypto
