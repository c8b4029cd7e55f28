// What the exports share.  Private to node/formats.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "node/formats/export.h"

namespace renkei::formats {

inline void LeaveOut(std::vector<LeftOut>& left_out, std::string_view what,
                     std::uint64_t count = 1) {
  if (count == 0) return;
  const auto found = std::find_if(left_out.begin(), left_out.end(),
                                  [what](const LeftOut& entry) { return entry.what == what; });
  if (found != left_out.end()) {
    found->count += count;
  } else {
    left_out.push_back({std::string(what), count});
  }
}

// Whether `record` may be in any export; says why not.
inline bool MayExport(const HeldRecord& record, const ExportOptions& options,
                      std::vector<LeftOut>& left_out) {
  if (record.exercise) {
    LeaveOut(left_out, "records of an exercise");
    return false;
  }
  if (record.expires <= options.now) {
    LeaveOut(left_out, "expired records");
    return false;
  }
  return true;
}

}  // namespace renkei::formats
