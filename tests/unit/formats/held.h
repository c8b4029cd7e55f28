// A draft as if it had been published and received; for tests of the exports.
#pragma once

#include "node/formats/export.h"
#include "node/record/draft.h"

namespace renkei::formats {

inline HeldRecord Held(const record::Draft& draft) {
  HeldRecord held;
  held.record_id_hex = "000102030405060708090a0b0c0d0e0f";
  held.kind = draft.header.kind;
  held.tlp = draft.header.tlp;
  held.pap = draft.header.pap;
  held.severity = draft.header.severity;
  held.exercise = draft.header.exercise;
  held.issued = FromUnixSeconds(1'790'000'000);
  held.expires = FromUnixSeconds(1'800'000'000);
  held.author = "team-a";
  held.tags = draft.header.tags;
  held.type = draft.header.type;
  held.sections = draft.sections;
  return held;
}

inline ExportOptions At(std::int64_t now) {
  ExportOptions options;
  options.now = FromUnixSeconds(now);
  options.community = "water-isac";
  return options;
}

}  // namespace renkei::formats
