#include "node/formats/import_json.h"

#include "node/formats/iodef_import.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/misp_import.h"
#include "node/formats/record_json.h"
#include "node/formats/stix_import.h"

namespace renkei::formats {
namespace {

bool IsMisp(const JsonNode& top) {
  return top.IsArray() || top.Find("Event") || top.Find("response") || top.Find("info");
}

// A file that people take for an event has a better answer than "unknown".
absl::Status Unknown(const JsonNode& top) {
  if (!top.IsObject()) return top.WrongType("a record or a MISP event");
  if (const auto type = top.Find("type"); type && type->Text().value_or("") == "bundle") {
    return top.Wrong("a STIX bundle without a list of `objects`");
  }
  return top.Wrong(
      "neither a record (`renkei`), a MISP event (`Event`, `response`), a STIX bundle (`objects`) "
      "nor an IODEF document (`Incident`)");
}

}  // namespace

absl::StatusOr<std::vector<Imported>> ImportJsonAuto(BytesView json, const ImportOptions& options) {
  if (const auto bundle = SplitStixBundle(json)) return ImportStix(json, *bundle, options);
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(json, options.limits));
  const JsonNode top = document.top();
  if (!top.Find("renkei")) {
    if (LooksLikeIodef(top)) return ImportIodefJson(document, options);
    if (IsMisp(top)) return ImportMisp(document, options);
    return Unknown(top);
  }
  ASSIGN_OR_RETURN(record::Draft draft, DraftFromJson(document));
  if (draft.source_format.empty()) draft.source_format = "json";
  if (options.kind) draft.header.kind = *options.kind;
  std::vector<Imported> imported;
  imported.push_back({std::move(draft), {}, 1, 1});
  return imported;
}

}  // namespace renkei::formats
