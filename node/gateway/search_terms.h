// What somebody looks for among indicators: the options of `renkei search`, also as they are kept
// under a name, as a question to the index and as a test of one record.
//
// Times may be relative (`30d`), and are so to the time of asking.  Pure; thread-safe.
#pragma once

#include <set>
#include <string>

#include "node/base/json.h"
#include "node/formats/export.h"
#include "node/store/indicators.h"

namespace renkei::gateway {

inline constexpr std::size_t kSearchTermBytesMax = 4096;  // of one option
inline constexpr int kSearchDaysMax = 36'500;             // of a relative time

// Empty: not asked for.
struct SearchTerms {
  std::string value{};  // in any written form
  bool under = false;   // ... and all that lies under it
  std::string type{};
  std::string kind{};
  std::string tag{};
  std::string technique{};
  std::string team{};
  std::string circle{};
  std::string since{};  // `2026-10-01`, RFC 3339, `36h`, `30d`
  std::string until{};

  bool operator==(const SearchTerms&) const = default;
};

// By option, what is said; and back, ignoring other members.
Json ToJson(const SearchTerms& terms);
SearchTerms TermsFromJson(const Json& json);

// The question to the index.  INVALID_ARGUMENT names the option, what stands there, and what is
// expected.
absl::StatusOr<store::IndicatorQuery> QueryOf(const SearchTerms& terms,
                                              const std::string& community, Timestamp now);

// The same asked of a record as it is shown to somebody.
class SearchMatch {
 public:
  SearchMatch(const SearchTerms& terms, store::IndicatorQuery query);

  bool Finds(const formats::HeldRecord& record) const;
  // Leaves the indicators that are looked for.
  void Narrow(formats::HeldRecord& record) const;

 private:
  bool WantsIndicator(formats::v1::IndicatorType type, std::string_view value) const;
  bool HasTag(const formats::HeldRecord& record) const;
  bool HasTechnique(const formats::HeldRecord& record) const;
  bool HasIndicator(const formats::HeldRecord& record) const;

  const SearchTerms terms_;
  const store::IndicatorQuery query_;
  std::set<record::IndicatorKey> keys_;
};

}  // namespace renkei::gateway
