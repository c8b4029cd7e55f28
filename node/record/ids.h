// The identifiers of a record, as types that do not mix.
#pragma once

#include <string>

#include "node/base/bytes.h"
#include "node/base/encoding.h"

namespace renkei::record {

using RecordId = FixedBytes<16, struct RecordIdTag>;
using CircleId = FixedBytes<16, struct CircleIdTag>;
using RecipientTag = FixedBytes<32, struct RecipientTagTag>;

inline std::string ToString(const RecordId& id) { return HexEncode(id.view()); }
inline std::string LogText(const RecordId& id) { return ToString(id); }

}  // namespace renkei::record
