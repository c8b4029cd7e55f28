#include "node/gateway/record_line.h"

#include "node/formats/record_json.h"
#include "node/formats/time_text.h"

namespace renkei::gateway {
namespace {

std::string LineTime(Timestamp time) {
  return formats::SecondsToText(UnixSeconds(time)).value_or("");
}

std::string StateWord(const store::RecordRow& row, Timestamp now) {
  if (row.state == store::RecordState::kWithdrawn) return "withdrawn";
  return row.expires <= now ? "expired" : "live";
}

}  // namespace

Json SectionWords(policy::SectionMask sections) {
  Json words = Json::array();
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const auto section = static_cast<policy::SectionId>(i);
    const bool spare =
        section == policy::SectionId::kSpare0 || section == policy::SectionId::kSpare14;
    if (!spare && (sections & policy::Bit(section)) != 0) words.push_back(policy::ToWord(section));
  }
  return words;
}

Json RecordLine(const store::RecordRow& row, const record::Record& record,
                const std::vector<std::string>& circles, Timestamp now) {
  const record::Header& header = record.header();
  Json line = {{"id", record::ToString(row.id)},
               {"revision", row.revision},
               {"kind", policy::ToWord(row.kind)},
               {"tlp", policy::ToWord(row.tlp)},
               {"author", row.author},
               {"own", row.own},
               {"circles", circles},
               {"issued", LineTime(row.issued)},
               {"expires", LineTime(row.expires)},
               {"state", StateWord(row, now)}};
  if (header.exercise) line["exercise"] = true;
  if (header.about) line["about"] = record::ToString(header.about->record_id);
  if (row.state == store::RecordState::kWithdrawn) line["reason"] = record::ToWord(header.reason);
  line["sections"] = formats::SectionsToJson(record.DecodeSections());
  line["held"] = SectionWords(record.held());
  // Only what Seal or Open made reaches the store.
  line["verified"] = true;
  return line;
}

}  // namespace renkei::gateway
