#include "node/app/previewing.h"

#include <algorithm>

#include "node/app/commands_parts.h"
#include "node/formats/record_json.h"

namespace renkei::app {
namespace {

// The sections of `all` that the mask lets through, by their words.
Json Reads(const Json& all, policy::SectionMask mask) {
  Json reads = Json::object();
  for (const Json& word : SectionWords(mask)) {
    std::string field = word.get<std::string>();
    std::replace(field.begin(), field.end(), '-', '_');
    const auto it = all.find(field);
    if (it != all.end()) reads[word.get_ref<const std::string&>()] = *it;
  }
  return reads;
}

// What the header would say, in the words of our own form.
Json HeaderJson(const record::DraftHeader& header) {
  Json json = formats::ToJson(record::Draft{.header = header});
  for (const char* key : {"renkei", "from", "sections"}) json.erase(key);
  return json;
}

// What leaves and no level reads: for recipients, and for the hub, which carries it.
Json ReadByNoLevel(const feed::Preview& preview) {
  policy::SectionMask read = 0;
  for (const feed::AudienceRow& row : preview.audience) {
    if (row.mask.exist()) read = static_cast<policy::SectionMask>(read | row.mask.see());
  }
  return SectionWords(static_cast<policy::SectionMask>(record::Present(preview.after) & ~read));
}

}  // namespace

Json NarrativesJson(const std::vector<anonymize::Narrative>& narratives) {
  Json list = Json::array();
  for (const anonymize::Narrative& one : narratives) {
    list.push_back({{"place", one.place}, {"text", one.text}});
  }
  return list;
}

Json CorrelationJson(record::Correlation correlation, const std::string& why_not) {
  Json json = {{"correlation", record::ToWord(correlation)}};
  if (!why_not.empty()) json["why_not_correlated"] = why_not;
  return json;
}

Json PreviewJson(const feed::Preview& preview) {
  const Json sections = formats::SectionsToJson(preview.after);
  Json audience = Json::array();
  for (const feed::AudienceRow& row : preview.audience) {
    Json one = {{"circle", row.circle},
                {"level", row.level},
                {"exists", row.mask.exist()},
                {"sees", SectionWords(row.mask.see())},
                {"may_pass_on", SectionWords(row.mask.relay())}};
    one["reads"] = row.mask.exist() ? Reads(sections, row.mask.see()) : Json::object();
    audience.push_back(std::move(one));
  }
  Json json = {{"result", preview.refused ? "refused" : "would be published"},
               {"kind", policy::ToWord(preview.header.kind)},
               {"tlp", policy::ToWord(preview.header.tlp)},
               {"source_mode", policy::ToWord(preview.header.source)},
               {"circles", preview.header.circles},
               {"header", HeaderJson(preview.header)},
               {"findings", FindingsJson(preview.findings)},
               {"allowed", FindingsJson(preview.allowed)},
               {"replacements", ReplacementsJson(preview.replacements)},
               {"narratives", NarrativesJson(preview.narratives)},
               {"sections", sections},
               {"present", SectionWords(record::Present(preview.after))},
               {"audience", std::move(audience)},
               {"read_by_no_level", ReadByNoLevel(preview)}};
  json.update(CorrelationJson(preview.correlation, preview.why_not_correlated));
  return json;
}

}  // namespace renkei::app
