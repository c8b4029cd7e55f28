// What the reader of a list or feed asks for: `?kind=indicators&type=ipv4,domain&score=30`.
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
  int score = 0;         // 0..100, at least; of lists that block or alert
  std::string search{};  // name of a saved search

  bool operator==(const ListFilter&) const = default;
};

// A parameter that is wrong, and what is expected there.
struct WrongFilter {
  std::string parameter{};
  std::string expected{};
};

// `type` and `confidence` are for tables and lists, `score` for lists, `zone` is for rpz, `whole`
// is none of these: exports of whole records take the other filters only.
enum class FilterFor { kTable, kList, kZone, kWhole };

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
