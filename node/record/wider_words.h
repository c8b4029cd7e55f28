// The words of a victim made wider in steps, the same on every node: a country is in a part of the
// world (`jp`, `030` Eastern Asia, `142` Asia; codes of UN M49), a sector in a group (`banking`,
// `group-finance`).
//
// What stands behind the last step is to leave the word out.  Pure; thread-safe; no errors: a word
// that no table knows has no wider one.  Source: the countries of ISO 3166-1 by the regions of UN
// M49, of 2024; docs/anonymity.md lists the groups.
#pragma once

#include <cstddef>
#include <string_view>

namespace renkei::record {

// Steps from the narrowest word to the widest.
inline constexpr int kPlaceSteps = 2;
inline constexpr int kSectorSteps = 1;

// The next wider word of a country (lower case) or of a part of the world; empty: there is none.
std::string_view WiderPlace(std::string_view place);
// ... of a sector.
std::string_view WiderSector(std::string_view sector);

// `Eastern Asia` for `030`; empty if it is no part of the world that WiderPlace gives.
std::string_view PlaceName(std::string_view place);

}  // namespace renkei::record
