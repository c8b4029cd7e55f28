// The crowd test: what a record says of its victim must fit at least five teams of every circle
// that it goes to.
//
// It looks at sectors, countries and size, in the labels of the header and in the victim section
// alike.  Where they say too much it proposes the first generalisation that fits, or makes it: the
// fewest words left out, and of the others the fewest steps wider (record/wider_words.h); the size
// goes first, then the country, then the sector.  Free text is not its business.
//
// A wider word stands in the victim section alone: the header's words are compared with those of
// teams, which no part of the world and no group of sectors equals, so there they are left out.
//
// Pure; thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/anonymize/finding.h"
#include "node/record/draft.h"

namespace renkei::anonymize {

inline constexpr std::string_view kCrowdRule = "small-crowd";
// Combinations of the sectors and countries of one record; a record with more says too much.
inline constexpr std::size_t kCrowdCombinationsMax = 1024;

// What is said of a victim; empty: nothing.
struct VictimProfile {
  std::string sector{};
  std::string country{};
  std::string size{};

  bool empty() const { return sector.empty() && country.empty() && size.empty(); }
  bool operator==(const VictimProfile&) const = default;
};

struct CrowdRules {
  // Whether at least five teams of a circle fit.  An empty profile is never asked for.
  std::function<bool(std::string_view circle, const VictimProfile& profile)> fits{};
  bool generalise = false;  // widen or leave out what does not fit, instead of a finding
};

// A word that was made wider, or left out.
struct Widened {
  std::string place{};
  std::string before{};
  std::string after{};  // empty: left out
};

struct CrowdAnswer {
  std::optional<Finding> finding{};  // says what to widen or leave out; never the words themselves
  std::vector<Widened> widened{};
};

// `header` names its circles.  Only with `generalise` are header and sections changed.
CrowdAnswer CheckCrowd(const CrowdRules& rules, record::DraftHeader& header,
                       record::v1::Sections& sections);

// Whether a small crowd is a reason to refuse, or only to warn.  An unnamed author hides in the
// crowd of its victim; beside a name there is nothing to hide, unless the victim is someone else,
// which a person must judge.
bool RefusesSmallCrowd(policy::SourceMode source);

}  // namespace renkei::anonymize
