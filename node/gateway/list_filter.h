// What the reader of a list or feed asks for: `?kind=indicators&type=ipv4,domain&tlp=green`.
//
// Pure; thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/formats/export.h"

namespace renkei::gateway {

struct ListFilter {
  std::optional<policy::Kind> kind{};
  std::vector<formats::v1::IndicatorType> types{};  // sorted; empty: all
  std::optional<policy::Tlp> tlp{};                 // this or less strict
  int confidence = 0;                               // 0..100, at least; who says none has none
  std::optional<std::chrono::hours> age{};          // issued at most so long ago
  std::string circle{};
  std::string zone{};

  bool operator==(const ListFilter&) const = default;
};

// A parameter that is wrong, and what is expected there.
struct WrongFilter {
  std::string parameter{};
  std::string expected{};
};

// `lists`: `type` and `confidence` are for lists, `zone` is for rpz, `whole` is neither: exports of
// whole records take the other filters only.
enum class FilterFor { kList, kZone, kWhole };

// Reads a query; what is wrong first, in the order of its keys, is answered in `wrong`.
ListFilter ReadListFilter(const std::map<std::string, std::string>& query, FilterFor use,
                          std::optional<WrongFilter>& wrong);

// The same text for equal filters.
std::string ToText(const ListFilter& filter);

// Whether the filter wants a record at all.
bool WantsRecord(const ListFilter& filter, const formats::HeldRecord& record, Timestamp now);
// Leaves out the indicators that the filter does not want.
void NarrowRecord(const ListFilter& filter, formats::HeldRecord& record);

}  // namespace renkei::gateway
