// The words of IODEF and what each becomes in a record, row by row; docs/formats.md is written from
// these tables.  Private to node/formats.
//
// Pure tables.  Thread-safe.  Sources: RFC 7970 (enumerations), XML Signature (hash algorithms).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "node/formats/iodef_tree.h"
#include "node/record/sections.h"
#include "policy/marking.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

// A category of Address or a type of BulkObservable, and the indicator it is.
struct IodefType {
  std::string_view word{};
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
};
std::span<const IodefType> IodefAddressTypes();
std::span<const IodefType> IodefBulkTypes();
// The word for a type; "" if the list has none.
std::string_view IodefWordOf(std::span<const IodefType> types, v1::IndicatorType type);
v1::IndicatorType IodefTypeOf(std::span<const IodefType> types, std::string_view word);

// Our own word for a type (`ipv4-net`), and back; UNSPECIFIED for any other word.
std::string IndicatorWord(v1::IndicatorType type);
v1::IndicatorType IndicatorFromWord(std::string_view word);

// `value` as an address or network, by its form; UNSPECIFIED if it is none.
v1::IndicatorType AddressTypeOf(std::string_view value);
// DOMAIN if strangers register names right above it, else HOSTNAME.  UNSPECIFIED for what is no
// name.
v1::IndicatorType NameTypeOf(std::string_view value);

// The role that a NodeRole or a System's category says.
v1::Role RoleOfNodeRole(std::string_view word);
std::string_view NodeRoleOf(v1::Role role);
std::string_view SystemCategoryOf(v1::Role role);

// Hashes: algorithm URI <-> type; hex from what a DigestValue holds (base64 of the bytes by the
// standard; hex is met).  "" if it is no such hash.
v1::IndicatorType HashTypeOf(std::string_view algorithm, std::size_t hex_digits);
std::string_view HashAlgorithmOf(v1::IndicatorType type);
std::string HashHexOf(std::string_view digest_value);

// The marking that a node's restriction means; kUnspecified for `default` and for none.  What is
// not known is the strictest.
policy::Tlp TlpOfRestriction(std::string_view restriction, std::string_view extension);
// Adds `restriction`, and `ext-restriction` where IODEF has no word of its own.
void AddRestriction(policy::Tlp tlp, IodefNode& node);

bool IsBusinessImpact(std::string_view word);
bool IsSystemImpact(std::string_view word);
bool IsIodefAction(std::string_view word);

}  // namespace renkei::formats
