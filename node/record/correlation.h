// How a record names what is the author's own: counted per record, or by names that mean the same
// in other records of that author too (docs/anonymity.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace renkei::record {

// In order: each links more than the one before.
enum class Correlation : std::uint8_t {
  kNone = 0,     // HOST-1, USER-1: nothing links two records
  kNames = 1,    // keyed names: the same in one circle for 30 days
  kSubnets = 2,  // ... and addresses that show which others are near (anon-ip)
};

std::string_view ToWord(Correlation correlation);  // `none`, `names`, `subnets`
std::optional<Correlation> CorrelationFromWord(std::string_view word);

}  // namespace renkei::record
