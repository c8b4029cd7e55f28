// The attribute types of MISP and what each becomes in a record, row by row; docs/formats.md is
// written from these tables.
//
// Pure tables.  Thread-safe.  Source: MISP describeTypes.json (194 types).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "node/record/sections.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

enum class MispTarget {
  kIndicator,   // indicators.indicators
  kFirst,       // composite `a|b`: an Object of two indicators, to_ids says something of a ...
  kSecond,      // ... of b ...
  kBoth,        // ... or of both
  kReference,   // references, if nothing but an address and a comment is said; else an indicator
  kWeakness,    // indicator and reference (CVE)
  kRule,        // detection_rules
  kAttachment,  // attachments
  kVictim,      // victim.assets: it says who was hit
};

struct MispType {
  std::string_view name{};
  MispTarget target = MispTarget::kIndicator;
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string_view category{};  // what MISP files it under by default
};

std::span<const MispType> MispTypes();
const MispType* FindMispType(std::string_view name);

inline bool IsComposite(const MispType& type) {
  return type.target == MispTarget::kFirst || type.target == MispTarget::kSecond ||
         type.target == MispTarget::kBoth;
}

// The MISP types of the two halves of a composite: `domain|ip` is domain and ip-dst.
struct MispHalves {
  std::string_view first{};
  std::string_view second{};
};
MispHalves HalvesOf(const MispType& composite);

// The indicator type of `value` under the MISP type `type`: an address by its form, a file name
// with a folder as a path.  OTHER if `value` is not what the type promises.
v1::IndicatorType RefineType(const MispType& type, std::string_view value);

// The MISP type that an indicator is written as: its source_type if MISP has one of that name, else
// by type, role and value.
std::string MispTypeOf(const v1::Indicator& indicator);
std::string DefaultMispType(v1::IndicatorType type, v1::Role role, std::string_view value);

// Where something else than an attribute goes.  Every row is hit by a sample in tests/samples/misp.
struct MispRow {
  std::string_view from{};
  std::string_view to{};
};
std::span<const MispRow> MispRows();

}  // namespace renkei::formats
