// Which property of a STIX observable is which type of indicator, row by row; patterns, observables
// and docs/formats.md go by this one table.
//
// Pure tables.  Thread-safe.  Source: STIX 2.1 section 6.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/base/json.h"
#include "node/record/sections.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

// Objects of a record that came from STIX, so that they can be written as what they were.
inline constexpr std::string_view kStixTemplate = "stix/2.1";

struct StixProperty {
  std::string_view object{};  // file
  std::string_view path{};    // hashes.SHA-256; list steps are [*]
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  bool is_number = false;
  bool is_observable = true;  // false: only in patterns, an object of its own would break the rules
  bool is_plain = false;      // read as the type alone: `source_type` need not say which property
};

std::span<const StixProperty> StixProperties();

// `values[3].data` is `values[*].data`.
std::string WithoutIndexes(std::string_view path);
const StixProperty* FindStixProperty(std::string_view object, std::string_view path);
// The property that an indicator is written as: the one its `source_type` names (`file:name`), else
// the first of its type; null if STIX has none, or if the value is not of its form.
const StixProperty* PropertyOf(const v1::Indicator& indicator);

// The indicator that `object:path = value` says: type, role, source_type, value.
v1::Indicator IndicatorOf(const StixProperty& property, std::string_view value);

// `[file:name = 'x']`; empty if STIX can't say it in a pattern.
std::string PatternOf(const v1::Indicator& indicator);

// Puts `value` at `path` (`values[0].data`, [*] counting as [0]) of `object`.
void PutAtPath(Json& object, std::string_view path, std::string_view value, bool is_number);

// The observable that holds this value alone, without an id; null if there can be none.
Json ObservableOf(const v1::Indicator& indicator);

// The parts that some observables may not be without.
void CompleteObservable(Json& object);

}  // namespace renkei::formats
