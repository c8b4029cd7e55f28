// The section messages (proto/renkei/v1/record.proto), as the rest of the code may use them.
//
// `v1::Sections` holds a draft's sections; field n is slot n.  Everything that walks sections in a
// generic way (limits, encoding, text replacement, JSON) goes by protobuf reflection, so a new
// field is covered the day it is added.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <renkei/v1/record.pb.h>

#include "node/base/bytes.h"
#include "node/base/status.h"
#include "policy/marking.h"

namespace renkei::record {

namespace v1 = ::renkei::v1;
using policy::SectionId;
using policy::SectionMask;

// Protobuf prints bad UTF-8 to stderr; this makes it silent, once.
void SilenceProtobuf();

// The one encoding of a message that is hashed or compared.
Bytes DeterministicBytes(const google::protobuf::Message& message);

// The sections that are present.
SectionMask Present(const v1::Sections& sections);

// The deterministic bytes of one section, or nothing if it is absent.
std::optional<Bytes> EncodeSection(const v1::Sections& sections, SectionId section);

// Parses the bytes of one slot into its field of `sections`.  INVALID_ARGUMENT naming section and
// field for: bad protobuf, unknown fields at any depth, unknown enum values, text that is not
// UTF-8, limits of limits.h, a slot that has no message.
absl::Status DecodeSection(SectionId section, BytesView value, v1::Sections& sections);

// The same rules for sections that were built here (an import, a JSON file).
absl::Status CheckSections(const v1::Sections& sections);

// The bytes of a section with as much of `padding` appended as brings them to the next multiple of
// kPaddedTo; the encoding stays deterministic.  REQUIRES: no padding in `value` yet.
Bytes PadSection(Bytes value);
// Whether a section that was decoded holds padding, and taking it out of all.
bool HasPadding(const v1::Sections& sections, SectionId section);
void ClearPadding(v1::Sections& sections);

// Where a text stands: `indicators.indicators[3].comment.value`.
struct TextPlace {
  SectionId section = SectionId::kSpare0;
  std::string path{};
  const google::protobuf::FieldDescriptor* field = nullptr;
  const google::protobuf::Message* parent = nullptr;  // the message that holds the field
};

// Calls `visit` for every string field that is set, in order; what it returns, if anything,
// replaces the text.
void RewriteTexts(
    v1::Sections& sections,
    const std::function<std::optional<std::string>(const TextPlace&, const std::string&)>& visit);
void VisitTexts(const v1::Sections& sections,
                const std::function<void(const TextPlace&, const std::string&)>& visit);

}  // namespace renkei::record
