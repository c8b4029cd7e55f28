// STIX patterns (STIX 2.1 section 9): parsed in full, so that a pattern that says one simple thing
// becomes a typed indicator and everything else is kept as the rule it is.
//
// Errors: INVALID_ARGUMENT with the column.  Bounded: kPatternBytesMax, kPatternDepthMax,
// kPatternComparisonsMax.  Pure; thread-safe; linear.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/status.h"

namespace renkei::formats {

inline constexpr std::size_t kPatternBytesMax = 262'144;
inline constexpr int kPatternDepthMax = 32;
inline constexpr std::size_t kPatternComparisonsMax = 20'000;

struct PatternConstant {
  enum class Is { kText, kNumber, kBool, kTime, kBinary };
  Is is = Is::kText;
  std::string text{};  // without quotes and escapes

  bool operator==(const PatternConstant&) const = default;
};

struct PatternComparison {
  std::string object{};     // file
  std::string path{};       // hashes.SHA-256; list steps are [0] or [*]
  std::string operation{};  // = != < > <= >= IN LIKE MATCHES ISSUBSET ISSUPERSET EXISTS
  bool negated = false;
  std::vector<PatternConstant> values{};  // one, but for IN (some) and EXISTS (none)

  bool operator==(const PatternComparison&) const = default;
};

struct StixPattern {
  enum class Shape {
    kAnyOf,    // comparisons of one observation joined by OR, or observations joined by OR
    kAllOf,    // comparisons of one observation joined by AND, at least two
    kComplex,  // anything else: qualifiers, FOLLOWEDBY, mixtures
  };
  Shape shape = Shape::kComplex;
  std::vector<PatternComparison> comparisons{};  // in order; of a complex one all that it names
};

absl::StatusOr<StixPattern> ParseStixPattern(std::string_view text);

// `file:hashes.'SHA-256' = 'aa..'`, quoting what has to be; the text of a number is not quoted.
std::string PatternTerm(std::string_view object, std::string_view path, std::string_view value,
                        bool is_number);

}  // namespace renkei::formats
