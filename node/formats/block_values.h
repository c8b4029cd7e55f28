// What may stand in a list that blocks or alerts: chosen once, for every list.
//
// Values are canonical (node/record/indicator_value.h), each once, sorted by type and bytes.
// Private to node/formats.  Pure; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/formats/export.h"

namespace renkei::formats {

struct BlockValue {
  v1::IndicatorType type = v1::INDICATOR_TYPE_UNSPECIFIED;
  std::string value{};
  // The first that said it.
  std::string record_id_hex{};
  std::string author{};  // empty: not named
};

// Only `types`; all else is counted in `left_out` with its reason.
std::vector<BlockValue> BlockValues(const HeldRecords& records, const ExportOptions& options,
                                    std::span<const v1::IndicatorType> types,
                                    std::vector<LeftOut>& left_out);

// Who said it, for the lists that tell: the author, or the community for one who is not named.
std::string_view SourceOf(const BlockValue& value, const ExportOptions& options);

}  // namespace renkei::formats
